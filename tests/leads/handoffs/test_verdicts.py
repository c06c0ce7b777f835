"""Sales accepts or rejects, marketing answers, and the deal is won or lost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from funnel.models import Reason
from funnel.stages import MoveNotAllowed, Stage
from leads.editing import editing
from leads.editing.said import TOLD, doubts, whose
from leads.handoffs.touches import log_touch
from leads.handoffs.verdicts import (
    NeedsBant,
    VerdictRefused,
    accept,
    advance,
    attempts,
    reject,
)
from leads.models import Handoff, Lead, StageChange
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return factories.rep()


@pytest.fixture
def held(rep):
    held = factories.claimed(rep)
    factories.bant(held.lead, rep)
    return held


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


def test_the_value_given_with_an_accept_is_the_reps_word_and_stands(held, rep):
    crm = factories.integration("CRM")
    editing.change(held.lead, {"estimated_value": 31_000}, crm)

    accept(held, rep, value=Decimal("45000.00"))
    editing.change(Lead.objects.get(), {"estimated_value": 31_000}, crm)

    lead = Lead.objects.annotate(**TOLD).get()
    assert (lead.estimated_value, whose(lead)["estimated_value"].who) == (45_000, rep.name)
    assert doubts(lead)["estimated_value"].value == "31000.00"


def test_a_value_that_is_left_as_it_was_is_nobodys_new_word(held, rep):
    editing.change(held.lead, {"estimated_value": 31_000}, factories.integration("CRM"))

    accept(held, rep, value=Decimal("31000.00"))

    lead = Lead.objects.annotate(**TOLD).get()
    assert (whose(lead)["estimated_value"].who, doubts(lead)) == ("CRM", {})


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
        accept(held, rep)


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


def test_accept_asks_for_three_of_four_and_says_what_is_missing(rep):
    held = factories.claimed(rep)
    factories.bant(held.lead, rep, known=2)

    with pytest.raises(NeedsBant) as refused:
        accept(held, rep)

    assert str(refused.value) == "2 of 4 known; Accept asks for 3."
    assert refused.value.missing == ["need", "timing"]
    assert Lead.objects.get().stage == "claimed"


def test_the_live_criteria_say_how_much_accept_asks_for(rep):
    factories.switched_on(simple.content() | {"accept": {"bant": 0}})
    held = factories.claimed(rep)

    assert accept(held, rep).outcome == "accepted"


def test_what_a_rep_expects_of_an_accepted_lead_is_kept(held, rep):
    day = date(2027, 3, 1)

    closed = accept(held, rep, value=Decimal(40_000), expected_on=day)

    assert (closed.expected_on, Lead.objects.get().estimated_value) == (day, 40_000)


def test_which_criteria_were_wrong_is_kept_with_the_words_they_had(held, rep):
    Handoff.objects.update(reasons=[{**held.reasons[0], "rule": "size", "label": "200 people"}])
    held.refresh_from_db()

    closed = reject(held, rep, reason=factories.reason(), wrong={"size": "stale"})

    assert [str(one) for one in closed.wrong_criteria.all()] == ["200 people: No longer true"]


@pytest.mark.parametrize("wrong", [{"colour": "wrong"}, {"size": "ugly"}])
def test_only_what_made_it_an_sql_can_have_been_wrong(held, rep, wrong):
    Handoff.objects.update(reasons=[{**held.reasons[0], "rule": "size"}])
    held.refresh_from_db()

    with pytest.raises(VerdictRefused, match="made it an SQL"):
        reject(held, rep, reason=factories.reason(), wrong=wrong)


def test_a_retired_reason_is_not_given_any_more(held, rep):
    reason = factories.reason()
    Reason.objects.update(is_active=False)
    reason.refresh_from_db()

    with pytest.raises(VerdictRefused, match="not used any more"):
        reject(held, rep, reason=reason)


def test_an_accepted_lead_can_be_rejected_until_the_deal_ends(held, rep):
    accepted = accept(held, rep)

    rejected = reject(accepted, rep, reason=factories.reason())

    assert (rejected.outcome, Lead.objects.get().stage) == ("rejected", "rejected")


def test_a_rejection_has_the_day_by_which_marketing_answers(held, rep):
    at = timezone.now()

    assert reject(held, rep, reason=factories.reason(), at=at).answer_due_at == at + timedelta(2)


def test_only_the_owner_or_a_manager_of_sales_moves_a_deal_on(held, rep):
    lead = accept(held, rep).lead

    with pytest.raises(VerdictRefused, match="Dana Okafor"):
        advance(lead, factories.rep("Marcus Weil"), to=Stage.OPPORTUNITY)
    assert advance(lead, factories.sales_manager(), to=Stage.OPPORTUNITY).stage == "opportunity"


def test_tries_without_an_answer_are_counted(held, rep):
    for result in ("no_answer", "message", "talked"):
        log_touch(held, rep, channel="call", result=result)

    assert attempts(held) == 2
