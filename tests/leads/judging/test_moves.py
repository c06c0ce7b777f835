"""What the machine does with a lead: up at once, down after the grace, and never behind a back."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Portal
from funnel.stages import Actor, Stage
from leads.by_hand.stages import override
from leads.explanation.stored import explain
from leads.handoffs import claims, verdicts
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging.basis import Basis
from leads.judging.due import drain
from leads.judging.judgement import judge, qualify
from leads.models import Handoff, Lead, StageChange
from leads.rejections import rejections
from tests import factories
from tests.leads.judging import simple
from tests.leads.judging.conftest import NOON, later

pytestmark = pytest.mark.django_db


def ledger(lead):
    rows = StageChange.objects.filter(lead=lead).order_by("at", "id")
    return [(row.origin, row.target, row.reason) for row in rows]


def path(lead):
    return [target for _, target, _ in ledger(lead)]


def versions_of_rows(lead):
    """Of the lead itself, and of its judgement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.xmin, l.ctid, j.xmin, j.ctid "
            "FROM leads_lead l JOIN leads_judgement j ON j.lead_id = l.id WHERE l.id = %s",
            [lead.pk],
        )
        row = cursor.fetchone()
    return row[:2], row[2:]


# Upwards.


def test_a_lead_climbs_at_once_and_the_ledger_has_a_row_per_step(arrive, happen, judged):
    lead = arrive()
    happen(lead)

    lead = judged(lead)

    assert (lead.stage, lead.judgement.fit, lead.judgement.intent, lead.judgement.total) == (
        "sql",
        10,
        20,
        30,
    )
    assert path(lead) == ["inquiry", "lead", "mql", "sql"]
    rows = StageChange.objects.filter(lead=lead).exclude(origin="")
    assert {(row.at, row.actor, row.total) for row in rows} == {(NOON, Actor.MACHINE, 30)}
    assert {row.reason for row in rows} == {
        f"Meets the {label} definition of v2" for label in ("Lead", "MQL", "SQL")
    }


def test_each_step_up_keeps_the_evidence_it_saw(arrive, happen, judged, criteria):
    lead = arrive()
    happen(lead)
    judged(lead)

    row = StageChange.objects.get(lead=lead, target="sql")

    assert row.version == criteria
    assert row.evidence["points"] == {"decides": 10, "demo": 20}
    assert row.evidence["rules"]["decides"] == {"vp": "VP Operations"}
    assert row.evidence["rules"]["demo"]["demo"]["count"] == 1
    assert [(item["id"], item["value"]) for item in row.evidence["criteria"]] == [
        ("mail", "maya@brightwater.example"),
        ("line", 30),
    ]


def test_a_new_sql_waits_in_the_default_queue_with_its_reasons(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)

    handoff = Handoff.objects.get(lead=lead)

    assert (handoff.state, handoff.queue.is_default, handoff.line) == ("open", True, 25)
    assert handoff.due_at - handoff.opened_at == timedelta(minutes=30)
    assert sum(line["points"] for line in handoff.reasons) == handoff.total == 30
    assert handoff.why == "Asked for a demo; decides"
    assert StageChange.objects.get(lead=lead, target="sql").handoff == handoff


def test_a_lead_on_the_line_is_above_it(arrive, happen, judged):
    lead = arrive()
    happen(lead, "chat")

    assert judged(lead).judgement.total == 25
    assert judged(lead).stage == "sql"


def test_one_point_under_the_line_is_below_it(arrive, happen, judged, db):
    factories.switched_on(simple.content(sql=26), at=NOON)
    lead = arrive()
    happen(lead, "chat")

    assert (judged(lead).judgement.total, judged(lead).stage) == (25, "mql")


def test_without_consent_nobody_is_an_mql(arrive, happen, judged):
    lead = arrive(consent=None)
    happen(lead)

    assert judged(lead).stage == "lead"
    assert not Handoff.objects.exists()


def test_a_second_look_changes_nothing_and_writes_no_row(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)
    before = versions_of_rows(lead)

    again = judge([lead.pk], Basis.now(later(hours=1)))

    assert (again.scored, again.changed, again.moved) == (1, 0, 0)
    assert versions_of_rows(lead) == before
    assert StageChange.objects.filter(lead=lead).count() == 4


def test_news_that_changes_nothing_is_heard_by_the_judgement_and_leaves_the_lead_alone(
    arrive, happen, judged
):
    lead = arrive()
    happen(lead)
    judged(lead)
    before, _ = versions_of_rows(lead)

    again = qualify([lead.pk], at=later(hours=1))

    assert (again.scored, again.changed, again.moved) == (1, 1, 0)
    assert versions_of_rows(lead)[0] == before
    lead.refresh_from_db()
    assert lead.judgement.scored_at == later(hours=1)


# Downwards.


@pytest.fixture
def faded(arrive, happen, judged):
    """An SQL whose chat has left its window: 10 points, below the line of 25."""
    lead = arrive()
    happen(lead, "chat")
    judged(lead)
    return lead


def test_a_faded_lead_keeps_its_stage_for_the_grace(faded, judged):
    lead = judged(faded, later(days=7))

    assert (lead.stage, lead.judgement.total, lead.judgement.below_since) == (
        "sql",
        10,
        later(days=7),
    )
    assert lead.judgement.rescore_at == later(days=10)
    assert judged(faded, later(days=10, seconds=-1)).stage == "sql"


def test_after_the_grace_it_falls_and_its_handoff_is_withdrawn_with_a_reason(faded, judged):
    judged(faded, later(days=7))

    lead = judged(faded, later(days=10))

    assert (lead.stage, lead.judgement.below_since) == ("mql", None)
    assert ledger(lead)[-1] == ("sql", "mql", "Below its line for 3 days")
    handoff = Handoff.objects.get()
    assert (handoff.state, handoff.outcome, handoff.closed_at) == (
        "closed",
        "withdrawn",
        later(days=10),
    )
    assert StageChange.objects.filter(lead=lead).latest("id").handoff == handoff


def test_a_lead_that_recovers_within_the_grace_never_fell(faded, happen, judged):
    judged(faded, later(days=7))
    happen(faded, "chat", at=later(days=8))

    lead = judged(faded, later(days=8))

    assert (lead.stage, lead.judgement.below_since) == ("sql", None)
    assert path(lead) == ["inquiry", "lead", "mql", "sql"]
    assert Handoff.objects.get().state == "open"


def test_without_a_grace_it_falls_at_once(faded, judged):
    Portal.objects.update(grace_days=0)

    lead = judged(faded, later(days=7))

    assert ledger(lead)[-1] == ("sql", "mql", "Fell below its line")


def test_a_withdrawn_consent_brings_it_down_at_once(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)

    arrive(at=later(hours=1), consent={"marketing": False})
    lead = judged(lead, later(hours=1))

    assert lead.stage == "lead"
    assert ledger(lead)[-2:] == [
        ("sql", "mql", "Consent is missing"),
        ("mql", "lead", "Consent is missing"),
    ]
    assert Handoff.objects.get().outcome == "withdrawn"


def test_a_withdrawn_consent_brings_down_in_its_grace_who_fell_below_the_line(
    arrive, happen, judged
):
    lead = arrive(job_title="Clerk")
    happen(lead)
    judged(lead)
    assert judged(lead, later(days=30)).stage == "mql"  # of 0 points, in its grace

    arrive(at=later(days=31), consent={"marketing": False}, job_title="Clerk")
    lead = judged(lead, later(days=31))

    assert lead.stage == "lead"
    assert ledger(lead)[-1] == ("mql", "lead", "Consent is missing")


def test_a_consent_the_sql_asks_for_brings_it_down_at_once_too(arrive, happen, judged):
    content = simple.content()
    content["definitions"]["mql"]["condition"] = {"fact": "email", "op": "is_known"}
    content["definitions"]["sql"]["condition"] = {
        "fact": "consent_sales",
        "op": "is",
        "value": True,
    }
    factories.switched_on(content, at=NOON)
    lead = arrive(consent={"sales": True})
    happen(lead)
    assert judged(lead).stage == "sql"

    arrive(at=later(hours=1), consent={"sales": False})

    assert judged(lead, later(hours=1)).stage == "mql"


def test_a_new_version_brings_it_down_at_once(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)
    factories.switched_on(simple.content(sql=60), at=later(hours=1))

    lead = judged(lead, later(hours=1))

    assert ledger(lead)[-1] == ("sql", "mql", "Judged by v3")
    assert Handoff.objects.get().outcome == "withdrawn"


# Disqualified.


def test_a_disqualifier_acts_at_once_and_the_score_is_still_computed(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)

    arrive(at=later(hours=1), job_title="VP of a rival")
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.judgement.disqualifier, lead.judgement.total) == (
        "disqualified",
        "free",
        30,
    )
    assert ledger(lead)[-1] == ("sql", "disqualified", "Sells the same")
    assert StageChange.objects.filter(lead=lead).latest("id").evidence is None
    assert Handoff.objects.get().outcome == "withdrawn"


def test_whom_the_machine_disqualified_comes_back_when_the_cause_is_gone(arrive, happen, judged):
    lead = arrive(job_title="VP of a rival")
    happen(lead)
    assert judged(lead).stage == "disqualified"

    arrive(at=later(hours=1), job_title="VP Sales")
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.judgement.disqualifier) == ("sql", "")
    assert path(lead) == ["inquiry", "disqualified", "inquiry", "lead", "mql", "sql"]
    assert ledger(lead)[2][2] == "The disqualifier no longer holds"
    assert Handoff.objects.get().state == "open"


def test_whom_a_person_disqualified_the_machine_leaves_alone(arrive, happen, judged):
    rep, reason = factories.rep(), factories.reason()
    lead = arrive()
    happen(lead)
    judged(lead)
    handoff = claims.claim(Handoff.objects.get(), rep, at=NOON)
    verdicts.reject(handoff, rep, reason=reason, at=NOON)
    rejections.answer(handoff, factories.marketer(), kind="close", text="Spam", at=NOON)

    happen(lead, "chat", at=later(hours=1))
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.judgement.total) == ("disqualified", 45)


# Overrides.


def test_an_override_is_respected_until_its_day_and_due_then(arrive, judged):
    lead = arrive()
    judged(lead)
    override(
        lead, factories.marketing_manager(), to=Stage.LEAD, reason="On hold", until=later(days=5),
        at=later(hours=1),
    )  # fmt: skip

    assert judged(lead, later(hours=2)).stage == "lead"
    assert judged(lead, later(hours=2)).judgement.rescore_at == later(days=5)
    assert judged(lead, later(days=5, seconds=-1)).stage == "lead"
    assert judged(lead, later(days=5)).stage == "mql"


def test_the_score_of_a_held_lead_goes_on_ageing(arrive, happen, judged):
    lead = arrive()
    happen(lead, "chat")
    judged(lead)
    override(
        lead, factories.sales_manager(), to=Stage.SQL, reason="Met at the fair",
        until=later(days=20), at=later(hours=1),
    )  # fmt: skip

    lead = judged(lead, later(days=7))

    assert (lead.stage, lead.judgement.total) == ("sql", 10)


def test_the_reasons_of_an_override_are_those_of_the_score_as_it_is_now(arrive, happen, judged):
    lead = arrive()
    judged(lead)
    happen(lead, "chat", at=later(hours=1))
    factories.switched_on(simple.content(sql=60), at=later(hours=1))

    override(
        lead, factories.sales_manager(), to=Stage.SQL, reason="Met at the fair", at=later(hours=2)
    )

    handoff = Handoff.objects.get()
    assert handoff.total == sum(line["points"] for line in handoff.reasons) == 25


def test_a_disqualifier_waits_for_the_end_of_an_override(arrive, judged):
    lead = arrive()
    judged(lead)
    override(
        lead, factories.marketing_manager(), to=Stage.LEAD, reason="On hold", until=later(days=5),
        at=later(hours=1),
    )  # fmt: skip
    arrive(at=later(hours=2), job_title="VP of a rival")

    lead = judged(lead, later(hours=2))
    assert (lead.stage, lead.judgement.disqualifier) == ("lead", "free")
    assert judged(lead, later(days=5)).stage == "disqualified"


def test_a_stage_given_by_an_override_falls_after_the_grace_that_follows_it(arrive, judged):
    lead = arrive()
    judged(lead)
    override(
        lead, factories.sales_manager(), to=Stage.SQL, reason="Met at the fair",
        until=later(days=5), at=later(hours=1),
    )  # fmt: skip

    assert judged(lead, later(days=5)).judgement.below_since == later(days=5)
    assert judged(lead, later(days=8, seconds=-1)).stage == "sql"
    assert judged(lead, later(days=8)).stage == "mql"
    assert ledger(lead)[-1][2] == "Below its line for 3 days"
    assert Handoff.objects.get().outcome == "withdrawn"


# Right of the line.


def test_a_claimed_lead_is_rescored_but_not_moved(arrive, happen, judged):
    rep = factories.rep()
    lead = arrive()
    happen(lead)
    judged(lead)
    claims.claim(Handoff.objects.get(), rep, at=NOON)

    arrive(at=later(hours=1), job_title="Rival", consent={"marketing": False})
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.judgement.fit, lead.judgement.intent) == ("claimed", 0, 20)
    assert Handoff.objects.get().state == "claimed"


def test_a_disqualifier_of_a_claimed_lead_is_told_and_moves_nobody(arrive, happen, judged, client):
    rep = factories.rep()
    lead = arrive()
    happen(lead)
    judged(lead)
    claims.claim(Handoff.objects.get(), rep, at=NOON)
    moves = StageChange.objects.count()

    arrive(at=later(hours=1), job_title="VP of a rival")
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.judgement.disqualifier) == ("claimed", "free")
    assert StageChange.objects.count() == moves
    client.force_login(rep)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "“Sells the same” would disqualify this lead now. Sales holds it, so it stays." in page


def test_what_would_disqualify_a_claimed_lead_is_forgotten_when_it_is_gone(arrive, happen, judged):
    lead = arrive()
    happen(lead)
    judged(lead)
    claims.claim(Handoff.objects.get(), factories.rep(), at=NOON)
    arrive(at=later(hours=1), job_title="VP of a rival")
    judged(lead, later(hours=1))

    arrive(at=later(hours=2), job_title="VP Sales")

    assert judged(lead, later(hours=2)).judgement.disqualifier == ""


def test_a_claimed_lead_with_a_disqualifier_is_disqualified_when_it_is_given_back(
    arrive, happen, judged
):
    rep = factories.rep()
    lead = arrive()
    happen(lead)
    judged(lead)
    handoff = claims.claim(Handoff.objects.get(), rep, at=NOON)
    arrive(at=later(hours=1), job_title="VP of a rival")
    judged(lead, later(hours=1))

    claims.release(handoff, rep, reason="Ill", at=later(hours=2))
    lead = judged(lead, later(hours=2))

    assert ledger(lead)[-1] == ("sql", "disqualified", "Sells the same")
    assert Handoff.objects.get().outcome == "withdrawn"


def test_whom_marketing_closes_stays_closed_though_a_disqualifier_held_and_is_gone(
    arrive, happen, judged
):
    rep = factories.rep()
    lead = arrive()
    happen(lead)
    judged(lead)
    handoff = claims.claim(Handoff.objects.get(), rep, at=NOON)
    arrive(at=later(hours=1), job_title="VP of a rival")
    judged(lead, later(hours=1))
    verdicts.reject(handoff, rep, reason=factories.reason(), at=later(hours=2))
    rejections.answer(handoff, factories.marketer(), kind="close", at=later(hours=2))

    arrive(at=later(hours=3), job_title="VP Sales")

    assert judged(lead, later(hours=3)).stage == "disqualified"


def test_a_claimed_lead_that_is_given_back_is_judged_again(arrive, happen, judged):
    rep = factories.rep()
    lead = arrive()
    happen(lead)
    judged(lead)
    handoff = claims.claim(Handoff.objects.get(), rep, at=NOON)
    arrive(at=later(hours=1), consent={"marketing": False})
    judged(lead, later(hours=1))

    claims.release(handoff, rep, reason="Ill", at=later(hours=2))

    assert judged(lead, later(hours=2)).stage == "lead"
    assert Handoff.objects.get().outcome == "withdrawn"


@pytest.mark.parametrize("stage", [Stage.MERGED, Stage.ERASED])
def test_a_tombstone_is_never_touched(arrive, happen, judged, stage):
    heir = arrive(email="heir@brightwater.example")
    lead = arrive()
    happen(lead)
    factories.merged(lead, heir) if stage == Stage.MERGED else factories.moved(lead, stage)
    before = versions_of_rows(lead)

    judged(lead)
    qualify([lead.pk], at=NOON)

    assert versions_of_rows(lead) == before


# Time and order.


def test_an_event_from_a_clock_ahead_of_ours_counts_as_now(arrive, judged):
    lead = arrive()
    from_tomorrow = {
        "type": "demo_request",
        "occurred_at": later(days=1).isoformat(),
        "lead": {"id": lead.pk},
    }
    ingest_events([from_tomorrow], integration=factories.integration(), at=NOON)

    assert judged(lead).judgement.intent == 20
    # 30 days from when it came in, not from when it said.
    assert judged(lead, later(days=30, seconds=-1)).judgement.intent == 20
    assert judged(lead, later(days=30)).judgement.intent == 0


def test_a_late_event_beyond_its_window_counts_nothing(arrive, happen, judged):
    lead = arrive()
    happen(lead, occurred_at=later(days=-30).isoformat())

    assert judged(lead).judgement.intent == 0


def test_a_resent_event_counts_once(arrive, happen, judged):
    content = simple.content()
    content["rules"][2]["frequency"] = {"count": "each"}
    factories.switched_on(content, at=NOON)
    lead = arrive()
    happen(lead, external_id="demo-1")
    happen(lead, external_id="demo-1")

    assert judged(lead).judgement.intent == 20


def test_only_leads_that_are_due_by_time_are_looked_at(arrive, happen, judged):
    due, not_due = arrive(), arrive(email="noor@x.example")
    happen(due, "chat")
    happen(not_due, "chat", at=later(days=1))
    judged(due, later(days=1))
    before = versions_of_rows(not_due)

    assert drain(at=later(days=7)) == 1
    assert versions_of_rows(not_due) == before


def test_a_lead_is_judged_by_the_version_that_is_live_and_names_it(arrive, judged):
    leads = [arrive(email=f"p{n}@x.example") for n in range(5)]
    drain(at=NOON)
    second = factories.switched_on(simple.content(mql=11), at=later(hours=1))
    assert {lead.judgement.version.number for lead in Lead.objects.all()} == {2}

    assert drain(at=later(hours=1)) == 5
    assert {lead.judgement.version for lead in Lead.objects.all()} == {second}
    assert {path(lead)[-1] for lead in leads} == {"lead"}


def test_criteria_without_rules_judge_by_their_conditions_alone(arrive, judged):
    content = simple.content(mql=0, sql=0) | {"rules": []}
    factories.switched_on(content, at=NOON)

    lead = judged(arrive())

    assert (lead.judgement.total, lead.judgement.points, lead.stage) == (0, [], "sql")
    assert explain(lead).lines == ()


def test_a_lead_of_which_nothing_is_known_is_judged_too(criteria, judged):
    (result,) = ingest_leads([{"external_id": "1"}], integration=factories.integration(), at=NOON)

    lead = judged(Lead.objects.get(pk=result.lead_id))

    assert (lead.stage, lead.judgement.total, lead.judgement.points, lead.judgement.grade) == (
        "inquiry",
        0,
        [None, 0, 0],
        "?",
    )


def test_who_loses_an_override_for_want_of_consent_is_disqualified_in_the_same_judgement(
    criteria, arrive, judged
):
    lead = arrive(consent={"marketing": False}, job_title="VP, rival")
    factories.moved(lead, Stage.LEAD, Stage.MQL, held_until=later(days=9))

    lead = judged(lead)

    assert (lead.stage, lead.judgement.disqualifier, lead.held_until) == (
        "disqualified",
        "free",
        None,
    )
