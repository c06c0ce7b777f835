"""Who waits in nurture comes back on the day, or when something is new, in the next cycle."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import news
from leads.handoffs.claims import NotFirst, claim, claim_next
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import Handoff, Lead, Nurture, StageChange
from leads.nurture.nurture import (
    ANYTHING,
    NurtureRefused,
    bring_back,
    change_terms,
    oldest_due,
    reengage,
    return_due,
)
from leads.rejections import rejections
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
AT = timezone.now()
DAY = (AT + timedelta(days=30)).date()
ON_THE_DAY = AT + timedelta(days=31)


@pytest.fixture
def dana():
    return factories.rep("Dana Okafor")


@pytest.fixture
def wait(dana):
    """Put a new lead in nurture, by rejection and answer."""

    def wait(cycle: int = 1, **terms) -> Nurture:
        factories.switched_on(simple.content(), at=AT - timedelta(days=1))
        made = factories.lead(
            "Maya Lindqvist", stage="rejected", fit=20, intent=20, cycle=cycle, job_title="VP Sales"
        )
        factories.consent(made)
        rejected = factories.rejected(dana, made, at=AT - timedelta(hours=1))
        rejections.answer(rejected, factories.marketer(), kind="nurture", at=AT, **terms)
        drain(at=AT)
        return Nurture.objects.get()

    return wait


def happens(kind: str, at=AT + timedelta(hours=1)) -> None:
    lead = Lead.objects.get()
    factories.event(lead, kind, occurred_at=at, received_at=at)
    news.of_leads([lead.pk], at, spreads=True)
    drain(at=at)


def back(at=AT + timedelta(hours=2)) -> Lead:
    return_due(at=at)
    drain(at=at)
    return Lead.objects.get()


def test_on_its_day_it_is_judged_again_in_the_next_cycle(wait):
    wait(return_on=DAY)
    assert return_due(at=AT + timedelta(days=29)) == 0

    lead = back(ON_THE_DAY)

    assert (lead.cycle, lead.stage != "nurture") == (2, True)
    returned = StageChange.objects.get(origin="nurture")
    assert (returned.actor, returned.reason, returned.cycle) == (
        "machine", "Back: its day has come", 2
    )  # fmt: skip
    assert (Nurture.objects.get().ended_at, Nurture.objects.get().ended_by) == (
        ON_THE_DAY, "its day has come"
    )  # fmt: skip


def test_the_event_it_waits_for_brings_it_back_and_no_other(wait):
    wait(return_event="demo_request")

    happens("chat")
    assert back().stage == "nurture"
    happens("demo_request")

    assert back().stage == "sql"
    assert Nurture.objects.get().ended_by == "Demo request"


def test_anything_new_brings_it_back_but_not_a_mail_that_a_program_opened(wait):
    wait(return_event=ANYTHING)

    happens("email_open")
    assert back().stage == "nurture"
    happens("page_view")

    assert back().cycle == 2


def test_a_changed_fact_brings_it_back(wait, ingest):
    wait(return_event=ANYTHING)

    ingest(job_title="Owner", at=AT + timedelta(hours=1))
    drain(at=AT + timedelta(hours=1))

    assert back().cycle == 2
    assert Nurture.objects.get().ended_by == "job title changed"


@pytest.fixture
def ingest():
    def ingest(*, at, **fields):
        lead = Lead.objects.get()
        (result,) = ingest_leads(
            [{"email": lead.email, **fields}], integration=factories.integration(), at=at
        )
        assert not result.errors

    return ingest


def test_what_happened_before_it_waited_brings_nobody_back(wait):
    waits = wait(return_event=ANYTHING)
    Nurture.objects.update(look_at=AT)

    assert back().stage == "nurture"
    assert Nurture.objects.get(pk=waits.pk).look_at is None


def test_after_three_cycles_only_a_person_brings_it_back(wait):
    wait(cycle=3, return_on=DAY, return_event=ANYTHING)
    happens("demo_request")
    assert back(ON_THE_DAY).stage == "nurture"

    bring_back(Lead.objects.get(), factories.marketer(), reason="They called", at=ON_THE_DAY)

    assert back(ON_THE_DAY).cycle == 4
    assert Nurture.objects.get().ended_by == "a person"


def test_the_rejecter_does_not_get_it_first(wait, dana):
    marcus = factories.rep("Marcus Weil")
    wait(return_event="demo_request")
    happens("demo_request")
    assert back().stage == "sql"
    handoff = Handoff.objects.get(state="open")
    now = AT + timedelta(hours=2)

    assert (handoff.cycle, handoff.spared) == (2, dana)
    assert claim_next(dana, at=now) is None
    with pytest.raises(NotFirst, match="You rejected Maya Lindqvist the last time"):
        claim(handoff, dana, at=now)
    assert claim(handoff, marcus, at=now).claimed_by == marcus


def test_when_its_promise_is_over_anybody_gets_it(wait, dana):
    factories.rep("Marcus Weil")
    wait(return_event="demo_request")
    happens("demo_request")
    back()

    assert claim_next(dana, at=AT + timedelta(hours=3)) == Handoff.objects.get(state="claimed")


def test_the_only_one_in_the_queue_gets_it_all_the_same(wait, dana):
    wait(return_event="demo_request")
    happens("demo_request")
    back()

    assert claim_next(dana, at=AT + timedelta(hours=2)) is not None


def test_nothing_to_wait_for_is_refused(wait):
    with pytest.raises(NurtureRefused, match="Say when"):
        wait()


@pytest.mark.parametrize("days", [-1, 0, 1200])
def test_it_comes_back_in_the_future(wait, days):
    with pytest.raises(NurtureRefused, match="in the future"):
        wait(return_on=(AT + timedelta(days=days)).date())


def test_terms_can_be_changed_until_it_is_back(wait):
    waits = wait(return_on=DAY)

    soon = (AT + timedelta(days=2)).date()
    change_terms(waits, factories.marketer(), return_on=soon, return_event="")
    assert back(AT + timedelta(days=3)).cycle == 2
    with pytest.raises(NurtureRefused, match="has come back"):
        change_terms(waits, factories.marketer(), return_on=DAY, return_event="")


def test_a_lost_deal_can_wait_for_a_new_approach():
    lost = factories.lead(stage="lost")

    reengage(lost, factories.marketer(), return_event="webinar_signup", reason="New plant")

    assert (Lead.objects.get().stage, Nurture.objects.get().handoff) == ("nurture", None)


def test_the_sweep_says_what_waits_longest(wait):
    wait(return_on=DAY)
    assert oldest_due() is None

    Nurture.objects.update(look_at=AT - timedelta(hours=5))
    assert oldest_due() == AT - timedelta(hours=5)
