"""Sales accepts or rejects, marketing answers, and the deal is won or lost."""

from decimal import Decimal

import pytest

from funnel.models import Reason
from funnel.stages import MoveNotAllowed, Stage
from leads.handoffs.verdicts import VerdictRefused, accept, advance, answer, reject
from leads.models import Lead, StageChange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return factories.rep()


@pytest.fixture
def held(rep):
    return factories.claimed(rep)


@pytest.fixture
def rejected(held, rep):
    return reject(held, rep, reason=factories.reason()).lead


def last(lead):
    return StageChange.objects.filter(lead=lead).latest("id")


def test_an_accepted_lead_stays_with_its_rep(held, rep):
    closed = accept(held, rep)

    assert (closed.state, closed.outcome, closed.closed_at is not None) == (
        "closed",
        "accepted",
        True,
    )
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("accepted", rep)


def test_a_rejected_lead_goes_back_with_its_reason(held, rep):
    closed = reject(held, rep, reason=factories.reason("Too small"))

    assert (closed.outcome, closed.reason.label) == ("rejected", "Too small")
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("rejected", None)
    assert last(lead).reason == "Too small"


def test_other_is_no_reason_without_a_note(held, rep):
    other = factories.reason("Something else", Reason.Family.OTHER)

    with pytest.raises(VerdictRefused, match="in a sentence"):
        reject(held, rep, reason=other, note=" ")
    assert reject(held, rep, reason=other, note="Moved to Mars").note == "Moved to Mars"


def test_a_verdict_is_given_once_and_by_the_rep_who_holds_it(held, rep):
    with pytest.raises(VerdictRefused, match="not in your hands"):
        accept(held, factories.rep("Marcus Weil"))
    accept(held, rep)
    with pytest.raises(VerdictRefused, match="not in your hands"):
        reject(held, rep, reason=factories.reason())


def test_an_accepted_lead_becomes_an_opportunity_and_is_won(held, rep):
    lead = accept(held, rep).lead
    advance(lead, rep, to=Stage.OPPORTUNITY)

    won = advance(lead, rep, to=Stage.WON, amount=Decimal("1200.50"))

    assert (won.stage, won.owner, last(won).amount) == ("won", rep, Decimal("1200.50"))


def test_a_won_deal_has_an_amount_and_a_lost_one_a_reason(held, rep):
    lead = accept(held, rep).lead

    with pytest.raises(VerdictRefused, match="amount"):
        advance(lead, rep, to=Stage.WON)
    with pytest.raises(VerdictRefused, match="reason"):
        advance(lead, rep, to=Stage.LOST, reason=" ")
    with pytest.raises(MoveNotAllowed):
        advance(lead, rep, to=Stage.NURTURE)


def test_a_lead_that_was_never_accepted_does_not_advance(rep):
    with pytest.raises(VerdictRefused, match="never accepted"):
        advance(factories.lead(stage=Stage.MQL, fit=9), rep, to=Stage.OPPORTUNITY)


@pytest.mark.parametrize("to", [Stage.NURTURE, Stage.DISQUALIFIED])
def test_marketing_answers_a_rejection(rejected, to):
    person = factories.marketer()

    lead = answer(rejected, person, to=to, reason="Next year")

    assert (lead.stage, last(lead).person, last(lead).reason) == (to, person, "Next year")
    with pytest.raises(VerdictRefused, match="not waiting for an answer"):
        answer(rejected, person, to=to, reason="Again")


@pytest.mark.parametrize("to", [Stage.SQL, Stage.INQUIRY, Stage.CLAIMED])
def test_an_answer_puts_no_lead_anywhere_else(rejected, to):
    with pytest.raises(VerdictRefused):
        answer(rejected, factories.marketing_manager(), to=to, reason="Wrong")
    assert Lead.objects.get().stage == "rejected"


def test_an_open_sql_is_not_answered_away_from_its_queue():
    lead = factories.handoff().lead

    with pytest.raises(VerdictRefused):
        answer(lead, factories.marketer(), to=Stage.DISQUALIFIED, reason="Spam")
