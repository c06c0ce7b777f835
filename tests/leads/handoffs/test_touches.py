"""The first touch stops the clock; what cannot have happened is not logged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.handoffs.touches import TouchRefused, log_touch
from leads.models import Touch
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def rep():
    return factories.rep()


@pytest.fixture
def held(rep):
    """Claimed two days ago."""
    return factories.claimed(rep, at=NOW - timedelta(days=2))


def touch(held, by, **when):
    return log_touch(held, by, channel="call", result="talked", at=NOW, **when)


def test_the_first_touch_stops_the_clock_and_a_later_one_does_not_move_it(held, rep):
    touch(held, rep, touched_at=NOW - timedelta(hours=3))
    touch(held, rep)

    held.refresh_from_db()
    assert held.first_touch_at == NOW - timedelta(hours=3)
    assert Touch.objects.count() == 2


def test_an_earlier_touch_logged_afterwards_is_the_first_one(held, rep):
    touch(held, rep)
    touch(held, rep, touched_at=NOW - timedelta(hours=3))

    held.refresh_from_db()
    assert held.first_touch_at == NOW - timedelta(hours=3)


def test_a_teammate_in_the_queue_may_log_it(held):
    teammate = factories.rep("Marcus Weil")

    assert touch(held, teammate).by == teammate


def test_a_stranger_may_not(held):
    with pytest.raises(TouchRefused, match="owner or a teammate"):
        touch(held, factories.outsider())


def test_nobody_touches_what_is_not_claimed(rep):
    with pytest.raises(TouchRefused, match="Claim the lead first"):
        touch(factories.handoff(), rep)


@pytest.mark.parametrize(
    ("ago", "says"),
    [
        (timedelta(seconds=-1), "in the past"),
        (timedelta(hours=24, seconds=1), "up to 24 hours"),
        (timedelta(days=2, seconds=1), "before the lead was handed over"),
    ],
)
def test_a_touch_that_cannot_be_is_refused(held, rep, ago, says):
    with pytest.raises(TouchRefused, match=says):
        touch(held, rep, touched_at=NOW - ago)
    assert not Touch.objects.exists()


def test_a_touch_of_exactly_a_day_ago_is_logged(held, rep):
    assert touch(held, rep, touched_at=NOW - timedelta(hours=24))
