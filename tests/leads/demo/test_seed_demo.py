import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from accounts.models import User
from funnel.stages import TOMBSTONES, Stage
from leads.demo import cast, fates, year
from leads.demo.sales import Floor
from leads.models import Campaign, Event, Handoff, HandoffState, Lead, Source
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)
FORWARD = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night the clocks go forward
MONDAY = datetime(2027, 1, 4, 6, 15, tzinfo=UTC)  # before anybody works


class Undone(Exception):
    """Rolls one run back, so that another can follow."""


def told() -> tuple[list[tuple[object, ...]], ...]:
    """What one run made, by things that have no ids."""
    return (
        sorted(Lead.objects.values_list("email", "stage", "judgement__total", "created_at")),
        sorted(Event.objects.values_list("lead__email", "type", "occurred_at")),
        sorted(Handoff.objects.values_list("lead__email", "state", "outcome", "opened_at")),
    )


def test_the_same_year_is_told_every_time_and_nine_wait():
    with suppress(Undone), transaction.atomic():
        year.seed(leads=120, at=MONDAY)
        first = told()
        raise Undone

    year.seed(leads=120, at=MONDAY)

    assert told() == first
    assert len(first[0]) == 120
    check_who_waits(MONDAY)


def test_it_refuses_where_leads_are():
    factories.lead()

    with pytest.raises(CommandError, match="needs an empty database"):
        call_command("seed_demo")

    assert not User.objects.filter(email=cast.SIGN_INS[0][1]).exists()


@pytest.mark.parametrize("now", [FORWARD, datetime(2026, 2, 28, 23, 59, tzinfo=UTC)])
def test_nine_wait_whenever_it_is_started(now):
    year.seed(leads=120, at=now)

    check_who_waits(now)


def check_who_waits(now: datetime) -> None:
    waiting = Handoff.objects.open().order_by("due_at")
    left = [handoff.due_at - now for handoff in waiting]
    assert len(left) == 9
    assert sum(time < timedelta() for time in left) == 1
    assert sum(timedelta() < time < timedelta(minutes=10) for time in left) == 2
    assert not Lead.objects.filter(created_at__gt=now).exists()
    assert not Event.objects.filter(stated_at__isnull=False).exists()


def test_the_whole_year_shows_something_on_every_page():
    year.seed(leads=700)

    assert Lead.objects.count() == 700
    assert {Stage(stage) for stage in Lead.objects.values_list("stage", flat=True)} == (
        set(Stage) - TOMBSTONES
    )
    assert Source.objects.count() == 8
    assert Campaign.objects.count() == 12
    held = Handoff.objects.filter(state=HandoffState.CLAIMED)
    assert held.filter(first_touch_at=None).exists()
    assert held.filter(first_touch_at__isnull=False).exists()
    assert Handoff.objects.filter(claimed_at__gt=F("due_at")).exists()
    claimed = Handoff.objects.values("claimed_by__name").exclude(claimed_by=None).distinct()
    assert claimed.count() == 6


def test_whenever_it_is_started_a_verdict_follows_every_contact():
    """Office hours put an evening behind what was done lately: a contact must not follow them."""
    minutes = (25, 700, 1_500, 3_000, 4_400)
    contacts = tuple(fates.Contact(at, "call", "no_answer") for at in minutes)
    fate = fates.Fate(cast.DANA, claimed=5, contacts=contacts, decided=74)
    for hours in range(24 * 14):
        now = NOON + timedelta(hours=hours)
        floor = Floor({}, now, reasons={})
        for ago in range(24 * 7):
            claimed = now - timedelta(hours=ago)
            contacted, decided = floor.course(claimed, fate)
            assert [claimed, *contacted, decided] == sorted([claimed, *contacted, decided])


def test_the_first_lead_of_the_readme_is_nobody_of_the_demonstration():
    (sent,) = re.findall(
        r"/leads .*?-d '(\{.*?\})'", (settings.BASE_DIR / "README.md").read_text(), re.S
    )
    lead = json.loads(sent)
    demo = " ".join(path.read_text() for path in (settings.BASE_DIR / "leads/demo").rglob("*.py"))

    for name in (lead["last_name"], *lead["company"]["name"].split()[:1]):
        assert name.lower() not in demo.lower()
