"""A next try is one, is its planner's, and is done by reaching out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from leadportal.db import clock
from leads import hooks
from leads.follow_ups import follow_ups
from leads.follow_ups.follow_ups import FollowUpRefused
from leads.handoffs import claims, touches
from leads.models import FollowUp, Touch
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_planning_again_moves_the_one_that_is_open(rep: User) -> None:
    held = factories.claimed(rep)
    follow_ups.plan(held.lead, rep, due_at=NOW + DAY, note="Send the offer")

    moved = follow_ups.plan(held.lead, rep, due_at=NOW + 2 * DAY, note="Call")

    assert FollowUp.objects.get() == moved
    assert (moved.due_at, moved.note, moved.handoff) == (NOW + 2 * DAY, "Call", held)


def test_the_database_itself_keeps_it_to_one(rep: User) -> None:
    held = factories.claimed(rep)
    factories.follow_up(rep, held.lead)

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.follow_up(rep, held.lead)


def test_only_who_holds_a_lead_plans_for_it(rep: User) -> None:
    held = factories.claimed(factories.rep("Piet Vos"))

    with pytest.raises(FollowUpRefused, match="You do not hold Maya Lindqvist"):
        follow_ups.plan(held.lead, rep, due_at=NOW + DAY)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("ahead", "says"), [(-HOUR, "is over"), (timedelta(days=400), "more than a year")]
)
def test_a_time_that_cannot_be_is_refused(rep: User, ahead: timedelta, says: str) -> None:
    held = factories.claimed(rep)
    planned = factories.follow_up(rep)

    with pytest.raises(FollowUpRefused, match=says):
        follow_ups.plan(held.lead, rep, due_at=timezone.now() + ahead)
    with pytest.raises(FollowUpRefused, match=says):
        follow_ups.snooze(planned, rep, due_at=timezone.now() + ahead)


def test_a_touch_does_what_its_person_had_planned_and_nothing_of_a_colleague(rep: User) -> None:
    held = factories.claimed(rep)
    own = factories.follow_up(rep, held.lead)
    colleague = factories.rep("Marcus Weil")
    others = factories.follow_up(colleague, held.lead)

    touches.log_touch(held, rep, channel="call", result="no_answer")

    own.refresh_from_db()
    others.refresh_from_db()
    assert own.done_at and others.done_at is None


def test_a_touch_may_plan_the_next_try(rep: User) -> None:
    held = factories.claimed(rep)
    before = factories.follow_up(rep, held.lead)

    touches.log_touch(held, rep, channel="call", result="no_answer", next_try=NOW + DAY)

    before.refresh_from_db()
    assert before.done_at
    assert follow_ups.of_person(rep).get().due_at == NOW + DAY


def test_a_touch_whose_next_try_is_refused_is_not_logged(rep: User) -> None:
    held = factories.claimed(rep)

    with pytest.raises(FollowUpRefused):
        touches.log_touch(held, rep, channel="call", result="no_answer", next_try=NOW - DAY)

    held.refresh_from_db()
    assert not Touch.objects.exists()
    assert held.first_touch_at is None


def test_after_the_wrong_person_there_is_nobody_to_try_again(rep: User) -> None:
    held = factories.claimed(rep)
    told = {"channel": "call", "result": "wrong_person"}

    with pytest.raises(FollowUpRefused, match="nobody to try again"):
        touches.log_touch(held, rep, **told, next_try=NOW + DAY)
    assert not Touch.objects.exists()
    touches.log_touch(held, rep, **told)

    assert Touch.objects.exists()


def test_who_gave_the_lead_back_owes_it_nothing(rep: User) -> None:
    held = factories.claimed(rep)
    factories.follow_up(rep, held.lead)

    claims.release(held, rep, reason="On leave")

    assert not follow_ups.of_person(rep).exists()
    assert not hooks.follow_ups_due(rep, clock.day_end(timezone.now()))


def test_what_is_done_is_done_once_and_is_put_off_no_more(rep: User) -> None:
    planned = factories.follow_up(rep)
    follow_ups.done(planned, rep)

    for again in (
        lambda: follow_ups.done(planned, rep),
        lambda: follow_ups.snooze(planned, rep, due_at=timezone.now() + DAY),
    ):
        with pytest.raises(FollowUpRefused, match="not open any more"):
            again()


def test_another_persons_is_not_changed(rep: User) -> None:
    planned = factories.follow_up(factories.rep("Piet Vos"))

    with pytest.raises(FollowUpRefused):
        follow_ups.done(planned, rep)
    planned.refresh_from_db()
    assert planned.done_at is None


def test_managers_see_what_others_planned_and_reps_do_not(rep: User) -> None:
    planned = factories.follow_up(rep)

    def seen(person: User) -> list[FollowUp]:
        return list(FollowUp.objects.visible_to(person))

    assert seen(rep) == seen(factories.sales_manager()) == [planned]
    assert seen(factories.rep("Piet Vos")) == []


def test_the_number_in_the_navigation_is_what_is_due_today_or_late(rep: User) -> None:
    now = timezone.now()
    end = clock.day_end(now)
    factories.follow_up(rep, due_at=now - DAY)
    factories.follow_up(rep, due_at=end - timedelta(seconds=1))
    factories.follow_up(rep, due_at=end)

    assert hooks.follow_ups_due(rep, clock.day_end(now)).count() == 2
