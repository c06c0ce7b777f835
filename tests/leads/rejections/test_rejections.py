"""Marketing answers a rejection once; where the two sides disagree, an arbiter decides."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from funnel.models import CriteriaVersion, Reason
from funnel.versions import current, editing
from leads.models import Answer, Handoff, Lead, Nurture, StageChange
from leads.rejections.rejections import AnswerRefused, answer, arbiters, decide
from tests import factories

pytestmark = pytest.mark.django_db
AT = timezone.now()
LATER = AT + timedelta(hours=1)
DAY = (AT + timedelta(days=90)).date()


@pytest.fixture
def rejected():
    return factories.rejected(factories.rep("Dana Okafor"), at=AT - timedelta(hours=2))


@pytest.fixture
def ines():
    return factories.marketer()


@pytest.fixture
def tomasz():
    return factories.sales_manager()


@pytest.fixture
def dispute(rejected, ines, tomasz):
    return answer(rejected, ines, kind="dispute", text="They asked twice", arbiter=tomasz, at=AT)


def last():
    return StageChange.objects.latest("id")


def test_nurture_waits_for_its_day_and_the_reason_remembers_it(rejected, ines):
    answer(rejected, ines, kind="nurture", return_on=DAY, return_event="chat", at=AT)

    waits = Nurture.objects.get()
    assert (waits.lead.stage, waits.return_on, waits.return_event) == ("nurture", DAY, "chat")
    assert last().reason == f"Waits until {DAY:%-d %B %Y} or for “Chat”"
    assert (last().handoff, last().person) == (rejected, ines)
    assert Reason.objects.get(pk=rejected.reason_id).return_days == 90


def test_a_closed_lead_is_not_brought_back_by_the_machine(rejected, ines):
    answer(rejected, ines, kind="close", text="A student", at=AT)

    lead = Lead.objects.get()
    assert (lead.stage, lead.judgement.disqualifier, last().reason) == (
        "disqualified", "", "A student"
    )  # fmt: skip


def test_a_rejection_ends_with_one_answer(rejected, ines):
    answer(rejected, ines, kind="close", at=AT)

    with pytest.raises(AnswerRefused, match="not waiting for an answer"):
        answer(rejected, ines, kind="nurture", return_on=DAY, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(handoff=rejected, kind="nurture", by=ines)


def test_only_a_rejection_is_answered(ines):
    with pytest.raises(AnswerRefused, match="not waiting"):
        answer(factories.handoff(), ines, kind="close", at=AT)


def test_a_dispute_goes_to_its_arbiter_with_a_sentence_and_a_day(rejected, dispute, tomasz):
    assert (dispute.arbiter, dispute.due_at) == (tomasz, AT + timedelta(days=2))
    assert Lead.objects.get().stage == "rejected"
    assert not Handoff.objects.unanswered().exists()


def test_a_dispute_says_why(rejected, ines, tomasz):
    with pytest.raises(AnswerRefused, match="in a sentence"):
        answer(rejected, ines, kind="dispute", text=" ", arbiter=tomasz, at=AT)


def test_nobody_else_answers_or_decides_meanwhile(rejected, dispute, ines):
    with pytest.raises(AnswerRefused, match="not decided yet"):
        answer(rejected, ines, kind="close", at=LATER)
    with pytest.raises(AnswerRefused, match="was asked to decide"):
        decide(dispute, factories.marketing_manager(), decision="upheld", because="Nine", at=LATER)


def test_an_upheld_rejection_is_marketings_turn_again(rejected, dispute, tomasz, ines):
    decide(dispute, tomasz, decision="upheld", because="Nine people", at=LATER)

    rejected.refresh_from_db()
    assert rejected.answer_due_at == LATER + timedelta(days=2)
    with pytest.raises(AnswerRefused, match="disputed once"):
        answer(rejected, ines, kind="dispute", text="But", arbiter=tomasz, at=LATER)
    assert answer(rejected, ines, kind="close", at=LATER).kind == "close"


def test_an_overturned_one_is_handed_over_afresh_and_not_to_the_rejecter_first(
    rejected, dispute, tomasz
):
    factories.rep("Marcus Weil")

    decide(dispute, tomasz, decision="overturned", because="They asked twice", at=LATER)

    fresh = Handoff.objects.latest("id")
    assert (fresh.state, fresh.lead, fresh.opened_at) == ("open", rejected.lead, LATER)
    assert fresh.due_at == LATER + timedelta(minutes=30)
    assert fresh.spared == rejected.claimed_by
    assert (last().origin, last().target, last().person) == ("rejected", "sql", tomasz)
    assert Lead.objects.get().held_until > LATER


def test_an_unclear_definition_opens_a_change_in_the_draft(dispute, tomasz):
    decide(dispute, tomasz, decision="unclear", because="What is a plant?", at=LATER)

    draft = CriteriaVersion.objects.get(state="draft")
    assert draft.note.endswith("What is a plant?")


def test_the_note_of_a_draft_that_is_there_is_kept(dispute, tomasz):
    editing.draft(current.live().content, author=tomasz, note="Fewer students")

    decide(dispute, tomasz, decision="unclear", because="What is a plant?", at=LATER)

    note = CriteriaVersion.objects.get(state="draft").note
    assert note.startswith("Fewer students\n") and "What is a plant?" in note


def test_a_dispute_is_decided_once_and_with_a_reason(dispute, tomasz):
    with pytest.raises(AnswerRefused, match="in a sentence"):
        decide(dispute, tomasz, decision="upheld", because="", at=LATER)
    decide(dispute, tomasz, decision="upheld", because="Nine", is_example=True, at=LATER)
    with pytest.raises(AnswerRefused, match="decided already"):
        decide(dispute, tomasz, decision="overturned", because="Ten", at=LATER)
    assert Answer.objects.get().is_example


def test_another_manager_decides_where_the_arbiter_has_left(dispute, tomasz):
    tomasz.is_active = False
    tomasz.save()

    helena = factories.marketing_manager()
    assert decide(dispute, helena, decision="upheld", because="Nine", at=LATER).decided_by == helena


def test_whoever_rejected_does_not_judge_themselves(tomasz):
    helena = factories.marketing_manager()

    assert arbiters(factories.rejected(tomasz)) == [helena]
