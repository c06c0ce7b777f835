"""A claim, an accept and a reject can be taken back for ten seconds, by whoever made them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from leads.editing import editing
from leads.editing.said import TOLD, doubts, whose
from leads.handoffs.claims import claim
from leads.handoffs.touches import log_touch
from leads.handoffs.undoing import TooLate, undo
from leads.handoffs.verdicts import accept, reject
from leads.models import Handoff, Lead, StageChange
from leads.rejections import rejections
from tests import factories

pytestmark = pytest.mark.django_db
AT = timezone.now()
SOON = AT + timedelta(seconds=9)


@pytest.fixture
def rep():
    return factories.rep("Dana Okafor")


@pytest.fixture
def held(rep):
    held = factories.claimed(rep, at=AT - timedelta(hours=1))
    factories.bant(held.lead, rep)
    return held


def path():
    return list(StageChange.objects.order_by("id").values_list("origin", "target", "reason"))[-2:]


def test_an_undone_claim_waits_again_with_the_clock_it_had(rep):
    waiting = factories.handoff(opened_at=AT - timedelta(minutes=10))
    claim(waiting, rep, at=AT)

    undone = undo(waiting, rep, at=SOON)

    assert (undone.state, undone.claimed_by, undone.touch_due_at) == ("open", None, None)
    assert (undone.opened_at, undone.due_at) == (waiting.opened_at, waiting.due_at)
    assert path() == [("sql", "claimed", ""), ("claimed", "sql", "Undone")]
    assert Lead.objects.get().owner is None


def test_an_undone_accept_is_held_again(held, rep):
    accept(held, rep, at=AT)

    undone = undo(held, rep, at=SOON)

    assert (undone.state, undone.outcome, undone.closed_at) == ("claimed", "", None)
    assert (Lead.objects.get().stage, Lead.objects.get().owner) == ("claimed", rep)


def said(lead):
    words = whose(Lead.objects.annotate(**TOLD).get(pk=lead.pk))
    return words.get("estimated_value", words[""]).who


def test_what_was_said_with_an_accept_is_undone_with_it(held, rep):
    integration = factories.integration("Website")
    editing.change(held.lead, {"estimated_value": 31_000}, integration)
    accept(held, rep, value=Decimal(45_000))
    assert said(held.lead) == "Dana Okafor"

    undo(held, rep)

    lead = Lead.objects.get()
    assert (lead.estimated_value, lead.typed, said(lead)) == (31_000, None, "Website")


def test_an_undone_accept_leaves_what_somebody_typed_before(held, rep):
    editing.edit(held.lead, {"estimated_value": 31_000}, rep, at=AT - timedelta(minutes=9))
    accept(held, rep, value=Decimal(45_000), at=AT)

    undo(held, rep, at=SOON)

    lead = Lead.objects.get()
    assert (lead.estimated_value, lead.typed) == (31_000, {"estimated_value": None})


def test_what_a_machine_said_before_the_undo_is_not_lost(held, rep):
    accept(held, rep, value=Decimal(45_000), at=AT)
    editing.change(Lead.objects.get(), {"estimated_value": 40_000}, factories.integration("CRM"))

    undo(held, rep, at=SOON)

    (doubt,) = doubts(Lead.objects.get()).values()
    assert (Lead.objects.get().estimated_value, doubt.who) == (None, "CRM")


def test_an_undone_reject_leaves_nothing_to_answer(held, rep):
    reject(held, rep, reason=factories.reason(), note="Nine people", at=AT)

    undone = undo(held, rep, at=SOON)

    assert (undone.state, undone.reason, undone.note, undone.answer_due_at) == (
        "claimed", None, "", None
    )  # fmt: skip
    assert not Handoff.objects.unanswered().exists()
    assert Lead.objects.get().owner == rep


def test_an_accepted_lead_that_was_rejected_by_mistake_is_accepted_again(held, rep):
    accept(held, rep, at=AT - timedelta(minutes=5))
    reject(held, rep, reason=factories.reason(), at=AT)

    undone = undo(held, rep, at=SOON)

    assert (undone.outcome, undone.closed_at) == ("accepted", AT - timedelta(minutes=5))
    assert Lead.objects.get().stage == "accepted"


def test_after_ten_seconds_and_the_way_it_is_too_late(held, rep):
    accept(held, rep, at=AT)

    with pytest.raises(TooLate, match="ten seconds"):
        undo(held, rep, at=AT + timedelta(seconds=16))
    assert Lead.objects.get().stage == "accepted"


def test_nobody_undoes_what_somebody_else_did(held, rep):
    accept(held, rep, at=AT)

    with pytest.raises(TooLate, match="Something else"):
        undo(held, factories.rep("Marcus Weil"), at=SOON)


def test_an_undo_is_done_once(held, rep):
    accept(held, rep, at=AT)
    undo(held, rep, at=SOON)

    with pytest.raises(TooLate):
        undo(held, rep, at=SOON)
    assert Lead.objects.get().stage == "claimed"


def test_what_marketing_answered_is_not_undone(held, rep):
    reject(held, rep, reason=factories.reason(), at=AT)
    factories.sales_manager()
    rejections.answer(held, factories.marketer(), kind="dispute", text="They asked twice", at=AT)

    with pytest.raises(TooLate, match="Marketing"):
        undo(held, rep, at=SOON)


def test_a_claim_with_a_touch_is_given_back_not_undone(rep):
    waiting = factories.handoff(opened_at=AT - timedelta(minutes=10))
    claim(waiting, rep, at=AT)
    log_touch(waiting, rep, channel="call", result="no_answer", at=AT + timedelta(seconds=2))

    with pytest.raises(TooLate, match="touch"):
        undo(waiting, rep, at=SOON)
