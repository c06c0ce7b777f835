"""A file comes in as it was checked, once, and goes again."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection
from django.utils import timezone

from accounts.policy import NotAllowed
from funnel.stages import Stage
from leads.handoffs import claims
from leads.imports import imports, job, people, words
from leads.imports.imports import ImportRefused, Terms
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.judging import due
from leads.lead import notes
from leads.models import (
    Alias,
    Consent,
    Event,
    ExternalId,
    Handoff,
    Import,
    ImportLine,
    ImportState,
    Lead,
    Lists,
    Override,
    StageChange,
    UnreadValue,
)
from leads.table.filters import LeadFilter
from tests import factories
from tests.leads.imports.conftest import ANA, HEAD, NOBODY, ZOE, in_days
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db


def hot(*numbers, head=True):
    """Lines of people whom the simple criteria make SQLs once they ask for a demo."""
    rows = "".join(f"VP Operations,person-{n}@brightwater.example,yes\n" for n in numbers)
    return ("Title,Email,Opt in\n" if head else "") + rows


def test_a_check_says_what_would_be_and_writes_nothing(begun):
    factories.lead("Zoë Müller", email="zoe@initech.example")

    one = begun(HEAD + ANA + ZOE + ANA + NOBODY)

    assert one.state == ImportState.CHECKED
    assert one.counts == {"created": 1, "matched": 1, "duplicate": 1, "refused": 1}
    assert one.forecast["of"] == one.forecast["sampled"] == 1
    assert sum(one.forecast["stages"].values()) == 1
    assert Lead.objects.count() == 1
    assert not ExternalId.objects.exists()
    (refused,) = one.lines.filter(status="refused")
    assert (refused.number, refused.errors[0]["code"]) == (5, "required")


def test_the_forecast_is_what_the_criteria_then_do(begun, imported):
    factories.switched_on(simple.content())
    text = hot(*range(5))

    one = begun(text)
    foreseen = one.forecast["stages"]
    imported(text, hold_until=None)
    due.drain()

    now = Lead.objects.values_list("stage", flat=True)
    assert foreseen == {stage: list(now).count(stage) for stage in set(now)}


def test_a_file_comes_in_as_its_columns_say(imported):
    one = imported(HEAD + ANA + ZOE, source="Fair", hold_until=None)

    assert one.state == ImportState.DONE and one.counts == {"created": 2}
    ana = Lead.objects.get(email="ana@acme.example")
    assert (ana.first_name, ana.job_title, ana.country) == ("Ana", "VP Marketing", "ES")
    assert (ana.company.name, ana.source.name) == ("Acme", "Fair")
    assert ExternalId.objects.get(lead=ana).value == "a1"
    # In the week it is from, with the first row of its ledger.
    began = datetime(2024, 3, 12, tzinfo=UTC)
    assert ana.created_at == ana.stage_since == began
    assert StageChange.objects.get(lead=ana).at == began
    assert not any(answer.offences for answer in invariants.violations())


def test_a_value_nobody_understands_is_told_and_loses_no_lead(begun, imported, marketer):
    text = "Email,Country,Employees,Title\nana@acme.example,Narnia,51-200,VP\n,Spain,,\n"

    one = begun(text)
    said = [(line.number, line.why) for line in words.doubts(one)]
    assert one.counts == {"created": 1, "refused": 1}
    one = imported(text)

    lead = Lead.objects.get()
    assert (lead.job_title, lead.country, lead.company.employees) == ("VP", "", 51)
    assert said == [(line.number, line.why) for line in words.doubts(one)]
    ((number, why),) = said
    assert number == 2 and "Country “Narnia”: " in why and "Employees “51-200”: " in why
    assert [line.number for line in words.problems(one)] == [3]
    assert UnreadValue.objects.get(lead=lead, code="unknown_country").value == "Narnia"


def test_the_same_file_again_makes_nobody_twice(imported):
    imported(HEAD + ANA + ZOE)

    again = imported(HEAD + ANA + ZOE)

    assert again.counts == {"matched": 2}
    assert Lead.objects.count() == 2


def test_ids_are_of_the_system_they_came_from(imported):
    imported(HEAD + ANA, system="Salesforce")

    crm = factories.integration("Salesforce")
    (result,) = ingest_leads([{"external_id": "a1", "city": "Madrid"}], integration=crm)
    assert result.status == "matched"


def test_the_last_columns_of_a_file_are_those_of_the_next(begun, marketer):
    one = begun(HEAD + ANA)
    columns = [*one.columns]
    columns[5] = "department"
    imports.choose(one, marketer, columns, Terms())
    job.drain()
    imports.start(one, marketer)
    job.drain()

    again = imports.begin(marketer, "next.csv", io.BytesIO((HEAD + ZOE).encode()))

    assert again.columns == columns


def test_who_is_held_is_scored_and_handed_over_later(imported, marketer):
    factories.switched_on(simple.content())
    until = in_days(7)

    one = imported(hot(1, 2), hold_until=until)
    due.drain()

    held = Lead.objects.select_related("judgement")
    assert {lead.stage for lead in held} == {Stage.INQUIRY}
    assert all(lead.judgement.total is not None for lead in held)
    said = Override.objects.filter(ends_at=until)
    assert said.count() == 2 and "list.csv" in said[0].reason

    imports.hand_over(one, marketer)
    due.drain()

    assert Stage.INQUIRY not in set(Lead.objects.values_list("stage", flat=True))
    assert not Override.objects.filter(ends_at__gt=timezone.now()).exists()
    assert not Lead.objects.exclude(held_until=None).exists()


def test_all_agreed_and_who_withdrew_since_stays_withdrawn(imported):
    integration = factories.integration()
    withdrawn = {"email": "ana@acme.example", "consent": {"marketing": False}}
    ingest_leads([withdrawn], integration=integration)
    text = "Email\nana@acme.example\nzoe@initech.example\n"

    imported(text, consent_text="News by mail", consent_at=timezone.now() - timedelta(days=3))

    agreed = dict(Lead.objects.values_list("email", "consent__marketing"))
    assert agreed == {"ana@acme.example": False, "zoe@initech.example": True}
    said = Consent.objects.get(given=True, lead__email="zoe@initech.example")
    assert (said.text, said.channel) == ("News by mail", "import")


def test_a_pause_stops_and_goes_on_where_it_stopped(begun, marketer, monkeypatch):
    one = begun("Email\n" + "".join(f"p{n}@x.example\n" for n in range(5)))
    monkeypatch.setitem(job.BATCH, ImportState.RUNNING, 2)
    imports.start(one, marketer)
    job._some()
    imports.pause(one, marketer)

    assert job.drain() == 0
    one.refresh_from_db()
    assert (one.state, one.lines_done, Lead.objects.count()) == ("paused", 2, 2)

    imports.go_on(one, marketer)
    job.drain()
    one.refresh_from_db()
    assert (one.state, one.counts, Lead.objects.count()) == ("done", {"created": 5}, 5)


def test_a_line_nobody_foresaw_stops_no_other(begun, marketer, monkeypatch):
    one = begun("Email\na@x.example\nb@x.example\nc@x.example\n")
    plain = people.ingest_leads

    def fails(items, **how):
        if any(item["email"] == "b@x.example" for item in items):
            raise DataError
        return plain(items, **how)

    monkeypatch.setattr(people, "ingest_leads", fails)
    imports.start(one, marketer)
    job.drain()

    one.refresh_from_db()
    assert one.counts == {"created": 2, "refused": 1}
    assert one.lines.get(status="refused").errors[0]["code"] == "failed"


def test_an_undo_takes_away_whom_nobody_touched(imported, undone):
    text = HEAD + ANA + ZOE
    one = imported(text, hold_until=in_days(7))
    due.drain()

    undone(one)

    assert (one.state, one.counts) == (ImportState.UNDONE, {"removed": 2})
    left = Lead.objects.all()
    assert {lead.stage for lead in left} == {Stage.ERASED}
    assert {lead.email + lead.first_name + lead.search_key for lead in left} == {""}
    assert not one.lines.exclude(cells=[]).exists()
    due.drain()
    assert not any(answer.offences for answer in invariants.violations())
    # The same people may come again, as new ones.
    assert imported(text).counts == {"created": 2}


def test_an_open_handoff_is_withdrawn_with_its_lead(imported, undone):
    factories.switched_on(simple.content())
    one = imported(hot(1), hold_until=None)
    demo = {"type": "demo_request", "lead": {"email": "person-1@brightwater.example"}}
    due.drain()
    ingest_events([demo], integration=factories.integration())
    due.drain()
    assert Handoff.objects.get().state == "open"
    with factories.as_owner() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Event.objects.all().delete()
        cursor.execute("RESET session_replication_role")

    undone(one)

    handoff = Handoff.objects.select_related("lead").get()
    assert (handoff.state, handoff.outcome) == ("closed", "withdrawn")
    assert handoff.lead.stage == Stage.ERASED
    assert not any(answer.offences for answer in invariants.violations())


def an_event(lead, by):
    ingest_events(
        [{"type": "chat", "lead": {"email": lead.email}}], integration=factories.integration()
    )


def a_note(lead, by):
    notes.write(lead, by, text="Met at the fair")


def another_file(lead, by):
    ingest_leads(
        [{"email": lead.email, "city": "Lund"}], integration=factories.integration("Other")
    )


def a_claim(lead, by):
    rep = factories.rep()
    handoff = factories.handoff(factories.moved(lead, Stage.LEAD, Stage.MQL, Stage.SQL))
    claims.claim(handoff, rep)


@pytest.mark.parametrize("touch", [an_event, a_note, another_file, a_claim])
def test_an_undo_keeps_whom_somebody_worked_with(imported, undone, marketer, touch):
    one = imported(HEAD + ANA + ZOE, hold_until=None)
    ana = Lead.objects.get(email="ana@acme.example")
    touch(ana, marketer)

    undone(one)

    one.refresh_from_db()
    assert one.counts == {"kept": 1, "removed": 1}
    ana.refresh_from_db()
    assert ana.email == "ana@acme.example" and ana.stage != Stage.ERASED


def test_an_undo_gives_known_leads_back_what_they_were(imported, undone):
    integration = factories.integration()
    before = {
        "email": "ana@acme.example",
        "job_title": "Marketer",
        "city": "Madrid",
        "attributes": {"tier": "Gold"},
    }
    ingest_leads([before], integration=integration)
    one = imported("Email,Title,City,tier,Country\nana@acme.example,VP,Malaga,Silver,Spain\n")
    ana = Lead.objects.get()
    assert (ana.job_title, ana.country, ana.attributes) == ("VP", "ES", {"tier": "Silver"})
    # Somebody has corrected one of them since.
    ingest_leads([{"email": ana.email, "city": "Sevilla"}], integration=integration)

    undone(one)

    ana.refresh_from_db()
    assert (ana.job_title, ana.country, ana.city) == ("Marketer", "", "Sevilla")
    assert ana.attributes == {"tier": "Gold"}
    one.refresh_from_db()
    assert one.counts == {"kept": 1}


@pytest.mark.parametrize("own", ["ana@acme.example", ""])
def test_an_undo_forgets_the_address_of_the_file(imported, undone, own):
    imported(f"Id,Email,Phone\na1,{own},+46 40 123 45 99\n")
    ana = Lead.objects.get()
    Alias.objects.create(lead=ana, email_key="ana@before.example")

    wrong = imported("Id,Email\na1,somebody@else.example\n")
    ana.refresh_from_db()
    assert ana.email == "somebody@else.example"
    undone(wrong)

    ana.refresh_from_db()
    assert ana.email == own
    # The one that was there before stays, and nobody else is taken for them.
    assert [alias.email_key for alias in ana.aliases.all()] == ["ana@before.example"]


def test_a_list_of_known_people_leaves_where_they_came_from(imported, undone):
    integration = factories.integration()
    ana = {"email": "ana@acme.example", "source": "Webinar", "campaign": "Q1"}
    ingest_leads([ana, {"email": ana["email"], "source": "Newsletter"}], integration=integration)
    before = Lead.objects.values("source", "campaign", "last_source", "last_came_at").get()

    one = imported("Email\nana@acme.example\n", source="Trade fair", campaign="Hall 4")

    lead = Lead.objects.get()
    assert [lead.source.name, lead.campaign.name] == ["Webinar", "Q1"]
    assert [lead.last_source.name, lead.last_campaign.name] == ["Trade fair", "Hall 4"]
    undone(one)
    assert Lead.objects.values("source", "campaign", "last_source", "last_came_at").get() == before
    assert one.lines.get().status == "restored"


def test_a_paused_import_is_undone_as_far_as_it_came(begun, marketer, undone, monkeypatch):
    one = begun("Email\na@x.example\nb@x.example\nc@x.example\n")
    monkeypatch.setitem(job.BATCH, ImportState.RUNNING, 2)
    imports.start(one, marketer)
    job._some()
    imports.pause(one, marketer)

    undone(one)

    one.refresh_from_db()
    assert one.state == ImportState.UNDONE and one.counts["removed"] == 2
    assert set(Lead.objects.values_list("stage", flat=True)) == {Stage.ERASED}


def test_each_verb_has_its_time(begun, imported, marketer, undone):
    checked = begun(HEAD + ANA)
    for verb in (imports.pause, imports.go_on, imports.undo):
        with pytest.raises(ImportRefused):
            verb(checked, marketer)
    done = imported(HEAD + ANA)
    for verb in (imports.start, imports.pause, imports.go_on, imports.discard):
        with pytest.raises(ImportRefused):
            verb(done, marketer)
    with pytest.raises(ImportRefused):
        imports.choose(done, marketer, done.columns, Terms())
    undone(done)
    with pytest.raises(ImportRefused):
        imports.undo(done, marketer)


def test_after_thirty_days_nothing_is_undone(imported, marketer):
    one = imported(HEAD + ANA)
    Import.objects.update(finished_at=timezone.now() - timedelta(days=31))

    with pytest.raises(ImportRefused):
        imports.undo(one, marketer)


def test_columns_have_to_name_somebody(marketer):
    one = imports.begin(marketer, "list.csv", io.BytesIO((HEAD + ANA).encode()))

    with pytest.raises(ImportRefused, match="email, the phone or the id"):
        imports.choose(one, marketer, ["city"] * 8, Terms())


def test_a_file_thrown_away_leaves_nothing(begun, marketer):
    imports.discard(begun(HEAD + ANA), marketer)

    assert not Import.objects.exists() and not ImportLine.objects.exists()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("say", [Lists.PEOPLE]),
        ("choose", [["email"], Terms()]),
        *((name, []) for name in ("start", "pause", "go_on", "undo", "discard", "hand_over")),
    ],
)
def test_a_file_somebody_else_has_thrown_away_is_said_to_be(begun, marketer, name, given):
    one = begun(HEAD + ANA)
    Import.objects.filter(pk=one.pk).delete()

    with pytest.raises(imports.ThrownAway, match="thrown this file away"):
        getattr(imports, name)(one, marketer, *given)


def test_reps_bring_no_files_in(rep):
    with pytest.raises(NotAllowed):
        imports.begin(rep, "list.csv", io.BytesIO(HEAD.encode()))


def test_numbers_open_what_they_count(imported):
    imported(HEAD + ANA)
    one = imported(HEAD + ANA + ZOE)

    def found(name):
        leads = LeadFilter({name: str(one.pk)}, queryset=Lead.objects.all()).qs
        return [lead.email for lead in leads]

    assert found("imported") == ["zoe@initech.example"]
    assert found("import_updated") == ["ana@acme.example"]


def test_what_became_of_leads_before_comes_with_them(imported, undone):
    factories.switched_on(simple.content())
    one = imported(
        "Email,Deal Stage,Close Date,Amount,Lost Reason,Create Date\n"
        'won@x.example,Closed Won,30/4/2024,"€ 12.500,00",,1/3/2024\n'
        "lost@x.example,closed - lost,,,Too dear,1/3/2024\n"
        "open@x.example,Negotiation,30/12/2026,900,,1/3/2024\n"
    )
    due.drain()

    stages = dict(Lead.objects.values_list("email", "stage"))
    assert stages.pop("open@x.example") in (Stage.INQUIRY, Stage.LEAD)
    assert stages == {"won@x.example": Stage.WON, "lost@x.example": Stage.LOST}
    won, lost = StageChange.objects.filter(target__in=[Stage.WON, Stage.LOST]).order_by("target")[
        ::-1
    ]
    assert (won.at, won.amount) == (datetime(2024, 4, 30, tzinfo=UTC), 12_500)
    assert (lost.at, lost.reason) == (datetime(2024, 3, 1, tzinfo=UTC), "Too dear")
    assert not Handoff.objects.exists()
    assert not any(answer.offences for answer in invariants.violations())

    undone(one)

    assert set(Lead.objects.values_list("stage", flat=True)) == {Stage.ERASED}
    assert not any(answer.offences for answer in invariants.violations())


def test_whom_sales_has_is_not_won_by_a_file(imported):
    handoff = factories.handoff()
    text = f"Email,Outcome,Amount\n{handoff.lead.email},won,100\n"

    imported(text)

    assert Lead.objects.get().stage == handoff.lead.stage == Stage.SQL


def test_each_address_is_looked_up_by_an_index(begun):
    one = begun(HEAD + ANA)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        asked = {"one": one.pk, "integration": one.integration_id, "beside": []}
        cursor.execute(f"EXPLAIN {people.RECOGNISE}", asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "lead_email_once" in plan and "Seq Scan on leads_lead" not in plan
