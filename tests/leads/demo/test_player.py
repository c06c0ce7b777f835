"""The demonstration goes on by itself, for nobody who has signed in, and nowhere else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.demo import player
from leads.demo.cast import MARCUS, PRIYA
from leads.demo.market import ORIGINS
from leads.demo.player import FRESH, Day, play
from leads.invariants import invariants
from leads.judging.due import drain
from leads.models import Event, Handoff, Lead
from tests import factories

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def colleague():
    return factories.rep(MARCUS.name)


@pytest.fixture
def served(settings, colleague):
    """A demonstration whose only colleague is Marcus, and where something happened just now."""
    settings.DEMO = True
    type(colleague).objects.filter(pk=colleague.pk).update(email=MARCUS.email)
    for origin in ORIGINS:
        factories.source(origin.name)
    factories.event(factories.lead(), ago=timedelta(minutes=5))


def test_something_happens_each_time_and_everything_holds(served):
    before = Event.objects.count(), Lead.objects.count()

    done = [play(at=AT + timedelta(seconds=90 * n)) for n in range(12)]
    drain()

    assert all(done)
    assert (Event.objects.count(), Lead.objects.count()) > before
    assert not [answer.name for answer in invariants.violations() if answer.offences]


def test_outside_a_demonstration_nothing_happens(served, settings):
    settings.DEMO = False

    assert play(at=AT) == 0


def test_where_none_of_its_people_work_nothing_happens(served, colleague):
    type(colleague).objects.update(email="marcus@ourcompany.example")

    assert play(at=AT) == 0


def test_who_has_signed_in_is_not_played_for(served, colleague):
    priya = factories.rep(PRIYA.name)
    type(priya).objects.filter(pk=priya.pk).update(email=PRIYA.email, last_login=AT)

    assert player._colleagues() == [colleague]
    mine = factories.claimed(priya)
    for n in range(20):
        play(at=AT + timedelta(seconds=90 * n))
    mine.refresh_from_db()
    assert (mine.state, mine.first_touch_at) == ("claimed", None)


def test_after_days_of_rest_what_is_late_is_worked_off_and_new_ones_ask(served):
    with factories.unguarded():
        Event.objects.update(received_at=AT - timedelta(days=2))
    late = [factories.handoff(opened_at=AT - timedelta(days=2)) for _ in range(3)]
    leads = Lead.objects.count()

    assert play(at=AT) == len(late) + FRESH

    assert not Handoff.objects.overdue(AT).exists()
    assert Lead.objects.count() == leads + FRESH
    drain()
    assert Handoff.objects.open().count() > 0


def test_enough_are_left_for_the_visitor(served, colleague):
    for _ in range(player.KEPT_WAITING):
        factories.handoff()

    day = Day([colleague], player.Random(1), timezone.now())

    assert not day.a_colleague_claims()
