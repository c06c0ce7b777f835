"""Follow-ups by day, and the times to choose from, in the words of the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone

from leadportal.db.clock import day_end
from leadportal.look import formats
from leads import local_time
from leads.follow_ups import follow_ups
from leads.models import FollowUp, Lead

NAMES = {"later": "Later today", "tomorrow": "Tomorrow", "week": "Next week"}


def times(lead: Lead, now: datetime) -> list[tuple[str, str]]:
    """The choices of a form: (the moment, "Tomorrow, Tue 1 Dec 09:00 their time (15:00 yours)")."""
    return [
        (at.isoformat(), f"{NAMES[name]}, {clock(lead, at, day=name == 'week')}")
        for name, at in follow_ups.choices(lead, now).items()
    ]


def clock(lead: Lead, at: datetime, *, day: bool = False) -> str:
    """ "09:00 their time (15:00 yours)", or "09:00" where both are one or theirs is unknown."""
    zone, ours = local_time.zone_of(lead), timezone.localtime(at)
    theirs = at.astimezone(zone) if zone else ours
    if theirs.utcoffset() == ours.utcoffset():
        return _clock(ours, day=day)
    mine = _clock(ours, day=theirs.date() != ours.date())
    return f"{_clock(theirs, day=day)} their time ({mine} yours)"


def _clock(at: datetime, *, day: bool) -> str:
    return f"{at:%A} {at:%H:%M}" if day else f"{at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Day:
    """What is due on one day; what is late stands apart, before today."""

    label: str
    late: bool
    rows: list[FollowUp]


def days(rows: Sequence[FollowUp], now: datetime) -> list[Day]:
    """The days of follow-ups that are in the order of their time."""
    by_day = groupby(rows, key=lambda row: _day(row.due_at, now))
    return [Day(label, label == OVERDUE, list(found)) for label, found in by_day]


OVERDUE = "Overdue"


def _day(due: datetime, now: datetime) -> str:
    if due < now:
        return OVERDUE
    day, today = timezone.localtime(due).date(), timezone.localtime(now).date()
    away = (day - today).days
    near = {0: "Today", 1: "Tomorrow"}.get(away)
    return near or date_label(day, today)


def date_label(day: date, today: date) -> str:
    """ "Wednesday 18 November" """
    text = f"{day:%A} {day.day} {day:%B}"
    return text if day.year == today.year else f"{text} {day.year}"


def nothing_due(rows: Sequence[FollowUp], now: datetime) -> str:
    """ "Nothing due today. 3 tomorrow." Empty where something is."""
    ends = day_end(now)
    if any(row.due_at < ends for row in rows):
        return ""
    tomorrow = sum(row.due_at < ends + timedelta(days=1) for row in rows)
    if tomorrow:
        return f"Nothing due today. {formats.number(tomorrow)} tomorrow."
    if rows:
        return f"Nothing due today. The next is due {formats.when(rows[0].due_at)}."
    return "Nothing due today, and nothing planned."


def planned(follow_up: FollowUp) -> str:
    """What the toast says: "Next try with Maya Lindqvist tomorrow 09:00." """
    return f"Next try with {follow_up.lead}: {formats.when(follow_up.due_at)}."
