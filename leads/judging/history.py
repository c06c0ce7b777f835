"""A lead's score day by day: at most one point a day, written by the statement that judges."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from leadportal.db import clock, sweeps
from leads.models import DayScore

DAY = timedelta(days=1)
KEPT = timedelta(days=400)
# Rows one statement forgets: short enough for every timeout.
FORGOTTEN_AT_ONCE = 10_000


def newest_of_lead(*, days: int) -> QuerySet:
    """What `daily_totals` reads for so many days, as a subquery of a query over leads."""
    # At most one row of each day, and the last one before them.
    rows = DayScore.objects.filter(lead=OuterRef("pk")).order_by("-day")
    return rows.values(said=JSONObject(day="day", total="total"))[: days + 1]


def daily_totals(
    newest: Sequence[Mapping[str, Any]], *, days: int, zone: ZoneInfo, at: datetime | None = None
) -> list[int]:
    """The total at the end of each of the last days up to today, from the first that is known.

    A day on which nothing changed has the total of the day before. `newest` is what
    `newest_of_lead` found.
    """
    today = (at or clock.now()).astimezone(zone).date()
    first = today - (days - 1) * DAY
    changes = [(date.fromisoformat(row["day"]), row["total"]) for row in reversed(newest)]
    ends = [day for day, _ in changes[1:]] + [today + DAY]
    totals: list[int] = []
    for (day, total), end in zip(changes, ends, strict=False):
        totals += [total] * (end - max(day, first)).days
    return totals


def forget_scores(*, at: datetime | None = None, seconds: float | None = None) -> int:
    """Delete what is older than is kept, a batch at a time; gives how many days of leads."""
    before = _kept_from(at or clock.now())
    return sweeps.in_batches(lambda: _forget_some(before), seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the oldest day that is not kept any more was to be forgotten; None without one."""
    # Only what is too old is read, by the index on days, which cannot give the least of them.
    old = DayScore.objects.filter(day__lt=_kept_from(at or clock.now()))
    day = old.aggregate(day=Min("day"))["day"]
    return day and datetime.combine(day + DAY, time.min, UTC) + KEPT


def _kept_from(at: datetime) -> date:
    return (at - KEPT).astimezone(UTC).date()


# By its place in the table: what is old is found by the index on days, and not looked up again.
_FORGET = """
DELETE FROM leads_dayscore WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM leads_dayscore WHERE day < %s LIMIT %s FOR UPDATE SKIP LOCKED))
"""


def _forget_some(before: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [before, FORGOTTEN_AT_ONCE])
        return cursor.rowcount
