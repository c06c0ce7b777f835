"""Disqualified by a person and let in again, with the machine looking on."""

import pytest

from funnel.stages import Actor, Stage
from leads.by_hand import disqualifying, stages
from leads.by_hand.terms import OverrideRefused
from leads.judging.judgement import qualify
from leads.models import Handoff, HandoffState, Lead, Outcome
from tests import factories
from tests.leads.by_hand.test_overrides import judged_mql
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db


def judged_sql() -> Lead:
    lead = judged_mql()
    factories.event(lead)
    qualify([lead.pk])
    lead.refresh_from_db()
    assert lead.stage == Stage.SQL
    return lead


def test_the_ledger_says_who_disqualified_a_lead_and_why() -> None:
    lead, marketer = judged_mql(), factories.marketer()

    disqualifying.disqualify(lead, marketer, reason="A student")

    lead.refresh_from_db()
    change = lead.stage_changes.first()
    assert (lead.stage, lead.judgement.disqualifier) == (Stage.DISQUALIFIED, "")
    assert (change.origin, change.target) == (Stage.MQL, Stage.DISQUALIFIED)
    assert (change.actor, change.person, change.reason) == (
        Actor.MARKETING,
        marketer,
        "A student",
    )


def test_the_handoff_of_a_disqualified_sql_is_withdrawn_and_the_ledger_says_why() -> None:
    lead = judged_sql()

    disqualifying.disqualify(lead, factories.sales_manager(), reason="A rival")

    handoff, change = Handoff.objects.get(), lead.stage_changes.first()
    assert (handoff.state, handoff.outcome) == (HandoffState.CLOSED, Outcome.WITHDRAWN)
    assert (change.handoff, change.reason, change.actor) == (handoff, "A rival", Actor.MANAGER)


def test_the_machine_never_brings_it_back() -> None:
    lead = judged_sql()
    disqualifying.disqualify(lead, factories.marketer(), reason="A student")

    factories.event(lead, "chat")
    qualify([lead.pk])

    lead.refresh_from_db()
    assert lead.stage == Stage.DISQUALIFIED
    assert not Handoff.objects.open().exists()


def test_an_override_ends_with_it() -> None:
    lead, marketer = judged_mql(), factories.marketer()
    stages.override(lead, marketer, to=Stage.LEAD, reason="Too early")

    disqualifying.disqualify(lead, marketer, reason="A student")

    lead.refresh_from_db()
    assert lead.held_until is None
    assert lead.overrides.get().ended_by == marketer


@pytest.mark.parametrize("stage", [Stage.CLAIMED, Stage.ACCEPTED, Stage.WON, Stage.DISQUALIFIED])
def test_what_marketing_does_not_hold_is_not_disqualified(stage: Stage) -> None:
    lead = factories.lead(stage=stage, fit=40, intent=40)

    with pytest.raises(OverrideRefused, match="Only a lead that marketing holds"):
        disqualifying.disqualify(lead, factories.marketer(), reason="A student")


@pytest.mark.parametrize("verb", [disqualifying.disqualify, disqualifying.readmit])
def test_it_needs_a_reason(verb) -> None:
    with pytest.raises(OverrideRefused, match="Say why"):
        verb(judged_mql(), factories.marketer(), reason="  ")


def test_whom_a_person_lets_in_again_the_criteria_take_from_inquiry() -> None:
    lead, marketer = judged_sql(), factories.marketer()
    disqualifying.disqualify(lead, marketer, reason="A student")

    disqualifying.readmit(lead, marketer, reason="A professor")

    change = lead.stage_changes.first()
    lead.refresh_from_db()
    assert (lead.stage, change.reason, change.person) == (Stage.INQUIRY, "A professor", marketer)
    qualify([lead.pk])
    lead.refresh_from_db()
    assert lead.stage == Stage.SQL
    assert [one.outcome for one in Handoff.objects.order_by("pk")] == [Outcome.WITHDRAWN, ""]


def test_whom_the_criteria_disqualified_comes_back_by_them_alone() -> None:
    factories.switched_on(simple.content())
    lead = factories.lead(job_title="VP, sells for a rival")
    factories.consent(lead)
    qualify([lead.pk])
    lead.refresh_from_db()
    assert lead.stage == Stage.DISQUALIFIED

    with pytest.raises(OverrideRefused, match="comes back by itself"):
        disqualifying.readmit(lead, factories.marketer(), reason="A friend")


def test_who_is_not_disqualified_is_not_let_in_again() -> None:
    with pytest.raises(OverrideRefused, match="is not disqualified"):
        disqualifying.readmit(judged_mql(), factories.marketer(), reason="A friend")
