"""A score day by day: one point a day, when the result changed, for 400 days."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Portal
from funnel.versions import current
from leads.by_hand.points import adjust
from leads.judging import history
from leads.judging.history import daily_totals, forget_scores, newest_of_lead
from leads.judging.judgement import qualify
from leads.models import DayScore, Lead
from tests import factories
from tests.leads.judging.conftest import NOON, later

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def kept(lead):
    return list(DayScore.objects.filter(lead=lead).order_by("day").values_list("day", "total"))


@pytest.fixture
def lead():
    """One whose days are written by hand."""
    return factories.lead("Maya Lindqvist")


def days(lead, **totals):
    """days(lead, d3=41): the lead had 41 from the 3rd of March on."""
    for name, total in totals.items():
        day = date(2026, 3, int(name[1:]))
        DayScore.objects.create(
            lead=lead, day=day, fit=total, intent=0, total=total, version=current.live()
        )


def course(lead, *, days, at, zone="UTC"):
    """The totals day by day, as a page reads them."""
    rows = Lead.objects.annotate(told=ArraySubquery(newest_of_lead(days=days)))
    return daily_totals(rows.get(pk=lead.pk).told, days=days, at=at, zone=ZoneInfo(zone))


# What judging writes.


def test_the_last_result_of_a_day_is_the_days(arrive, happen, judged, criteria):
    lead = arrive()
    judged(lead)
    happen(lead, "chat", at=later(hours=1))
    judged(lead, later(hours=1))
    happen(lead, at=later(hours=2))
    judged(lead, later(hours=2))

    (row,) = DayScore.objects.filter(lead=lead)

    assert (row.day, row.fit, row.intent, row.total) == (NOON.date(), 10, 35, 45)
    assert row.version == criteria


def test_a_day_is_one_where_the_company_is(arrive, happen, judged):
    Portal.objects.update_or_create(pk=1, defaults={"zone": "Asia/Kolkata"})
    lead = arrive()
    judged(lead)
    # Still the second of March in Greenwich.
    happen(lead, "chat", at=later(hours=7))
    judged(lead, later(hours=7))

    assert kept(lead) == [(NOON.date(), 10), (NOON.date() + DAY, 25)]
    assert course(lead, days=2, at=later(hours=7), zone="Asia/Kolkata") == [10, 25]


def test_a_result_that_changed_by_time_is_a_point_of_its_day(arrive, happen, judged):
    lead = arrive()
    happen(lead, "chat")
    judged(lead)

    judged(lead, later(days=7))

    assert kept(lead) == [(NOON.date(), 25), (NOON.date() + 7 * DAY, 10)]


def test_a_result_that_is_what_it_was_is_no_point(arrive, happen, judged):
    lead = arrive()
    judged(lead)
    happen(lead, "page_view", at=later(days=1))

    judged(lead, later(days=1))

    assert kept(lead) == [(NOON.date(), 10)]


def test_points_that_only_change_their_kind_are_a_new_result(arrive, judged):
    lead = arrive()
    judged(lead)
    author = factories.marketer()
    for kind, points in (("fit", -10), ("intent", 10)):
        adjust(lead, author, kind=kind, points=points, reason="Met", at=later(days=1))

    judged(lead, later(days=1))

    row = DayScore.objects.get(lead=lead, day=NOON.date() + DAY)
    assert (row.fit, row.intent, row.total) == (0, 10, 10)


def test_a_day_begins_at_midnight_of_utc(arrive, happen, judged):
    lead = arrive()
    late_evening = NOON.replace(hour=23, minute=59)
    # 00:59 of the next day where the database session lives.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Europe/Berlin'")
        judged(lead, late_evening)

    assert kept(lead) == [(NOON.date(), 10)]


def test_a_batch_that_is_undone_leaves_no_point(arrive):
    lead = arrive()
    with transaction.atomic():
        qualify([lead.pk], at=NOON)
        transaction.set_rollback(True)

    assert kept(lead) == []


# What is read.


def test_a_day_without_a_change_has_the_total_of_the_day_before(lead):
    days(lead, d3=41, d5=60, d8=89)

    assert course(lead, days=30, at=NOON.replace(day=9)) == [41, 41, 60, 60, 60, 89, 89]


def test_the_first_day_shown_has_what_it_came_with(lead):
    days(lead, d1=5, d3=41, d8=89)

    assert course(lead, days=3, at=NOON.replace(day=9)) == [41, 89, 89]


def test_who_was_not_judged_yet_has_no_history(lead):
    assert course(lead, days=30, at=NOON) == []


def test_no_more_is_read_than_is_shown(lead):
    days(lead, **{f"d{day}": day for day in range(1, 29)})

    rows = Lead.objects.annotate(told=ArraySubquery(newest_of_lead(days=7)))

    assert len(rows.get(pk=lead.pk).told) == 8
    assert course(lead, days=7, at=NOON.replace(day=28)) == [22, 23, 24, 25, 26, 27, 28]


# What is forgotten.


def test_what_is_older_than_400_days_is_forgotten_batch_by_batch(lead, monkeypatch):
    monkeypatch.setattr(history, "FORGOTTEN_AT_ONCE", 2)
    days(lead, d1=1, d2=2, d3=3, d4=4, d5=5, d6=6)

    assert forget_scores(at=NOON.replace(day=6) + 400 * DAY) == 5
    assert [total for _, total in kept(lead)] == [6]
    assert forget_scores(at=NOON.replace(day=6) + 400 * DAY) == 0


@pytest.mark.parametrize("broken", [{"total": 50}, {"day": date(2026, 3, 1)}])
def test_the_database_refuses_a_broken_day(lead, broken):
    days(lead, d1=41)
    values = {"day": date(2026, 3, 2), "fit": 41, "intent": 0, "total": 41} | broken

    with pytest.raises(IntegrityError), transaction.atomic():
        DayScore.objects.create(lead=lead, version=current.live(), **values)


# The page.


def test_the_page_draws_the_score_of_the_last_30_days_and_says_it(client):
    client.force_login(factories.marketing_manager())
    now = timezone.now()
    lead = factories.lead("Maya Lindqvist")
    adjust(
        lead, factories.marketer(), kind="intent", points=30, reason="Met",
        until=now - 3 * DAY, at=now - 20 * DAY,
    )  # fmt: skip
    qualify([lead.pk], at=now - 20 * DAY)
    qualify([lead.pk], at=now - 3 * DAY)
    low = Lead.objects.get(pk=lead.pk).judgement.total

    page = client.get(lead.get_absolute_url()).content.decode()

    assert f'aria-label="Score over 21 days: from {low + 30} to {low}"' in page
