"""Each invariant holds on a world made by the product, and is tripped by one forged row."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.keys import keys
from accounts.models import Scope
from funnel.models import Reason
from funnel.stages import Stage
from leadportal.models import IdempotentAnswer
from leads.handoffs import claims, touches, verdicts
from leads.invariants import invariants
from leads.judging import judgement
from leads.models import (
    CustomField,
    Event,
    ExternalId,
    Handoff,
    Judgement,
    Lead,
    Meaning,
    RawValue,
    StageChange,
    Touch,
    UnreadValue,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, Lead]:
    """A waiting, a claimed, a rejected and a lower lead, all judged by the product itself."""
    rep = factories.rep()
    leads = {}
    for name in ("Waiting One", "Claimed Two", "Rejected Three"):
        lead = factories.lead(name)
        factories.consent(lead)
        factories.event(lead, "demo_request")
        factories.event(lead, "call_booked")
        leads[name.split()[0].lower()] = lead
    leads["low"] = factories.lead("Low Four")
    judgement.qualify([lead.pk for lead in leads.values()])
    for name in ("claimed", "rejected"):
        claims.claim(leads[name].handoffs.get(), rep)
        touches.log_touch(leads[name].handoffs.get(), rep, channel="call", result="talked")
    reason = Reason.objects.get_or_create(label="Too small", defaults={"family": "profile"})[0]
    verdicts.reject(leads["rejected"].handoffs.get(), rep, reason=reason)
    for lead in leads.values():
        lead.refresh_from_db()
    return leads


@pytest.fixture
def forge() -> Iterator[Callable[..., None]]:
    """Write past triggers and constraints, as a bug or a hand on the database would."""
    with connection.cursor() as cursor, factories.unguarded():

        def forge(sql: str, *params: object) -> None:
            cursor.execute(sql, params)

        yield forge


def without(forge: Callable[..., None], table: str, *names: str) -> None:
    """Take constraints or unique indexes away; the test's transaction brings them back."""
    forge("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        forge(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}"')
        forge(f'DROP INDEX IF EXISTS "{name}"')


def broken() -> dict[str, list[int]]:
    """The ids of the rows each invariant names, in order."""
    return {
        answer.name: sorted(offence.id for offence in answer.offences)
        for answer in invariants.violations()
        if answer.offences
    }


def test_the_world_of_the_product_breaks_nothing(world):
    assert [lead.stage for lead in world.values()] == ["sql", "claimed", "rejected", "lead"]
    assert broken() == {}


def test_no_live_version(world, forge):
    version = factories.live_version()
    forge("UPDATE funnel_criteriaversion SET state = 'retired', retired_at = now()")

    assert broken() == {"one_version_is_live": [0]}
    assert version.pk


def test_content_changed_after_signing(forge):
    version = factories.live_version()
    forge("""UPDATE funnel_criteriaversion SET content = content || '{"caps": {"fit": 90}}'""")

    assert broken() == {"content_is_as_hashed": [version.pk]}


def test_a_live_version_without_a_signature_on_its_content(forge):
    version = factories.live_version()
    forge("UPDATE funnel_signature SET content_hash = 'other' WHERE side = 'sales'")

    assert broken() == {"both_sides_signed": [version.pk]}


def test_a_score_that_does_not_add_up(world, forge):
    lead = world["low"]
    without(forge, "leads_judgement", "judgement_adds_up_and_names_its_version")
    forge("UPDATE leads_judgement SET total = total + 1 WHERE lead_id = %s", lead.pk)

    assert broken() == {"scores_add_up": [lead.pk]}


def test_a_score_of_no_version(world, forge):
    lead = world["low"]
    without(forge, "leads_judgement", "judgement_adds_up_and_names_its_version")
    forge("UPDATE leads_judgement SET version_id = NULL WHERE lead_id = %s", lead.pk)

    assert broken() == {"scores_add_up": [lead.pk]}


def test_points_that_are_not_the_score(world):
    lead, other = world["low"], world["rejected"]
    Judgement.objects.filter(pk=lead.pk).update(
        points=[lead.judgement.points[0] - 1, *lead.judgement.points[1:]]
    )
    Judgement.objects.filter(pk=other.pk).update(points=[*other.judgement.points, 0])

    assert {name: set(ids) for name, ids in broken().items()} == {
        "points_add_up": {lead.pk, other.pk}
    }


def test_reasons_that_are_not_the_score(world, forge):
    handoff = world["waiting"].handoffs.get()
    Handoff.objects.filter(pk=handoff.pk).update(reasons=handoff.reasons[1:])

    assert broken() == {"reasons_add_up": [handoff.pk]}


def test_a_rise_without_its_evidence_or_its_version(world, forge):
    rises = StageChange.objects.filter(lead=world["waiting"], target__in=["mql", "sql"])
    first, second = rises.order_by("id").values_list("pk", flat=True)
    forge("UPDATE leads_stagechange SET evidence = NULL WHERE id = %s", first)
    forge("UPDATE leads_stagechange SET version_id = NULL WHERE id = %s", second)

    assert broken() == {"moves_name_their_version": [first, second]}


def test_two_live_handoffs_of_one_lead(world, forge):
    lead = world["waiting"]
    without(forge, "leads_handoff", "handoff_one_live_per_lead")
    factories.handoff(lead)

    assert broken()["one_live_handoff"] == [lead.pk]


def test_a_stage_without_its_handoff_and_a_handoff_without_its_stage(world, forge):
    handoff = world["waiting"].handoffs.get()
    forge("UPDATE leads_handoff SET lead_id = %s WHERE id = %s", world["low"].pk, handoff.pk)

    assert broken()["stages_match_handoffs"] == sorted([world["waiting"].pk, handoff.pk])


def test_a_lead_in_the_queue_below_the_line(world):
    handoff = world["waiting"].handoffs.get()
    Handoff.objects.filter(pk=handoff.pk).update(line=handoff.total + 1)

    assert broken() == {"queues_hold_sqls": [handoff.pk]}


def test_an_sql_without_consent(world):
    lead = world["waiting"]
    factories.consent(lead, given=False)
    assert broken() == {"mqls_consented": [lead.pk]}

    # Until its turn comes it keeps its old judgement.
    factories.news(lead)
    assert broken() == {}


def test_a_consent_that_nobody_said(world):
    low, waiting = world["low"], world["waiting"]
    Lead.objects.filter(pk=low.pk).update(consent={"newsletter": True})
    # Bare words after a withdrawal, as an older release would have let them count.
    factories.consent(waiting, "newsletter", given=False)
    factories.consent(waiting, "newsletter", is_firm=False)

    assert broken() == {"consent_is_as_said": sorted([low.pk, waiting.pk])}


def test_a_score_of_who_objected(world):
    lead = world["low"]
    factories.consent(lead, "scoring", given=False)
    assert broken() == {"who_objected_is_not_scored": [lead.pk]}

    factories.news(lead)
    assert broken() == {}


def test_a_claim_of_nobody(world, forge):
    handoff = world["claimed"].handoffs.get()
    without(forge, "leads_handoff", "handoff_claimed_has_a_rep", "handoff_claim_is_whole")
    forge("UPDATE leads_handoff SET claimed_by_id = NULL WHERE id = %s", handoff.pk)

    assert broken() == {"claims_are_whole": [handoff.pk]}


def test_a_move_missing_from_the_ledger(world, forge):
    moves = StageChange.objects.filter(lead=world["waiting"]).order_by("id")
    forge("DELETE FROM leads_stagechange WHERE id = %s", moves.get(target=Stage.MQL).pk)

    assert broken() == {"ledger_replays": [moves.get(target=Stage.SQL).pk]}


def test_a_stage_that_the_ledger_does_not_know(world, forge):
    lead = world["low"]
    Lead.objects.filter(pk=lead.pk).update(stage=Stage.MQL)

    assert broken()["ledger_replays"] == [lead.pk]


def test_a_guard_that_is_off_or_gone(forge):
    forge("ALTER TABLE leads_stagechange DISABLE TRIGGER leads_ledger_rows")
    forge("DROP TRIGGER leads_consent_rows ON leads_consent")

    found = {a.name: [o.found for o in a.offences] for a in invariants.violations() if a.offences}

    assert found == {
        "history_is_guarded": [
            "leads_ledger_rows is switched off",
            "leads_consent_rows is missing",
        ]
    }


def test_the_same_person_twice(world, forge):
    without(forge, "leads_lead", "lead_email_once")
    without(forge, "leads_externalid", "external_id_once")
    without(forge, "leads_idempotentanswer", "idempotent_answer_once")
    forge(
        "UPDATE leads_lead SET email_key = %s WHERE id = %s",
        world["waiting"].email_key,
        world["low"].pk,
    )
    forms = factories.integration()
    ids = [
        ExternalId.objects.create(lead=lead, integration=forms, value="A-1")
        for lead in (world["low"], world["waiting"])
    ]
    key, _ = keys.create(forms, scopes=[Scope.LEADS_WRITE])
    answers = [
        IdempotentAnswer.objects.create(
            api_key=key, key="once", route="leads", fingerprint="f", status=201, body=""
        )
        for _ in range(2)
    ]

    assert broken() == {
        "identities_are_single": sorted([ids[1].pk, world["low"].pk, answers[1].pk]),
    }


def test_a_merged_lead_without_an_heir(world, forge):
    lead = world["low"]
    without(forge, "leads_lead", "lead_merged_names_its_heir")
    forge("UPDATE leads_lead SET merged_into_id = %s WHERE id = %s", world["waiting"].pk, lead.pk)

    assert broken() == {"merged_leads_have_heirs": [lead.pk]}


def test_a_lead_at_a_company_that_was_merged_away(world):
    heir = factories.company("Wrenfield")
    gone = factories.company("Old Mill", merged_into=factories.company(merged_into=heir))
    Lead.objects.filter(pk=world["low"].pk).update(company=gone)

    assert broken() == {"companies_are_settled": sorted([world["low"].pk, gone.pk])}


def test_a_lead_where_it_was_said_not_to_work(world):
    company = factories.company()
    Lead.objects.filter(pk=world["low"].pk).update(company=company, not_of=[company.pk])

    assert broken() == {"refusals_stick": [world["low"].pk]}


def test_what_is_left_of_somebody_erased(world):
    low = factories.moved(world["low"], Stage.ERASED)
    assert broken() == {}
    Lead.objects.filter(pk=low.pk).update(phone="+46401234567")
    left = UnreadValue.objects.create(
        lead=world["low"],
        integration=factories.integration(),
        field="country",
        value="Narnia",
        code="unknown_country",
    )

    raw = RawValue.objects.create(lead=world["low"], name="seats", value="many", read_as=9)

    assert broken() == {"the_erased_say_nothing": sorted([left.pk, raw.pk, low.pk])}


def test_another_name_of_a_field_that_a_lead_carries(world):
    seats = CustomField.objects.create(name="seats", label="Seats", type="number")
    team = CustomField.objects.create(name="team", label="Team", type="number", same_as=seats)
    desk = CustomField.objects.create(name="desk", label="Desk", type="number", same_as=team)
    Lead.objects.filter(pk=world["low"].pk).update(attributes={"team": 5})

    assert broken() == {"names_of_fields_are_settled": sorted([desk.pk, world["low"].pk])}


def test_two_meanings_of_one_value(world, forge):
    without(forge, "leads_meaning", "meaning_once")
    forms = factories.integration()
    said = [
        Meaning.objects.create(integration=forms, field="country", value_key="narnia")
        for _ in range(2)
    ]

    assert broken() == {"meanings_are_single": [said[1].pk]}


def test_an_event_that_counts_twice(world, forge):
    without(forge, "leads_event", "event_external_id_once")
    forms = factories.integration()
    events = [
        factories.event(world["low"], "chat", integration=forms, external_id="e1") for _ in range(2)
    ]

    assert broken() == {"events_are_single": [events[1].pk]}
    assert Event.objects.filter(external_id="e1").count() == 2


def test_a_first_touch_that_was_not_the_first(world):
    handoff = world["claimed"].handoffs.get()
    with factories.unguarded():
        Touch.objects.filter(handoff=handoff).update(at=timezone.now() + timedelta(minutes=1))

    assert broken() == {"first_touches_are_first": [handoff.pk]}


# The command.


def test_the_command_is_content_with_a_sound_database(world):
    said = StringIO()

    call_command("check_invariants", stdout=said)

    lines = said.getvalue().splitlines()
    assert len(lines) == len(invariants.INVARIANTS)
    assert all(line.startswith("holds") for line in lines)


def test_the_command_names_the_rows_and_no_person_and_exits_1(world, forge):
    lead = world["low"]
    Lead.objects.filter(pk=lead.pk).update(stage=Stage.LOST)
    said, data = StringIO(), StringIO()

    with pytest.raises(SystemExit) as plain:
        call_command("check_invariants", stdout=said)
    with pytest.raises(SystemExit) as as_json:
        call_command("check_invariants", "--json", stdout=data)

    assert plain.value.code == as_json.value.code == 1
    assert f"leads_lead {lead.pk}: stage lost, by the ledger lead" in said.getvalue()
    assert lead.email not in said.getvalue() + data.getvalue()
    found = json.loads(data.getvalue())
    assert found["holds"] is False
    assert [one["name"] for one in found["invariants"] if one["offences"]] == ["ledger_replays"]


def test_only_so_many_rows_are_named(world, forge):
    Lead.objects.update(stage=Stage.NURTURE)

    found = {answer.name: answer for answer in invariants.violations(2)}

    assert len(found["ledger_replays"].offences) == 2
    assert found["ledger_replays"].is_cut
