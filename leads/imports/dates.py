"""Days and moments as exports write them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil import parser as dates

from leads.checks import spellings

# A moment has a day of its own: two readings with other days for what is missing agree.
_DEFAULTS = (datetime(1904, 1, 1), datetime(1905, 2, 2))  # noqa: DTZ001 - of the zone below
_SHORT = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")


def day_is_first(values: Iterable[str]) -> bool | None:
    """How 3/4/2026 is meant, told by all dates of a column: one of them says it. None: none does.

    A point between the numbers is how those write it who begin with the day.
    """
    points = False
    for value in values:
        if found := _SHORT.match(value):
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                return True
            if second > 12 >= first:
                return False
            points = points or "." in found[0]
    return True if points else None


def is_short_date(text: str) -> bool:
    """Whether its day and month could be either: "3/4/2026"."""
    return bool(_SHORT.match(text))


# The lines of a file share their days.
@lru_cache(maxsize=10_000)
def moment(text: str, *, day_first: bool, zone: ZoneInfo) -> datetime | None:
    """A day or a moment as exports write them; None where it is no whole day.

    What says no zone of its own is a time where the company is.
    """
    if not text:
        return None
    if (epoch := spellings.moment(text)) is not None:
        return epoch
    is_iso = bool(re.match(r"\d{4}-\d\d?-\d\d?", text))
    try:
        read = [
            dates.parse(text, dayfirst=day_first and not is_iso, default=default)
            for default in _DEFAULTS
        ]
    except (ValueError, OverflowError):
        return None
    if read[0].date() != read[1].date() or not 1970 <= read[0].year < 2200:
        return None
    at = read[0] if read[0].tzinfo else read[0].replace(tzinfo=zone)
    return at.astimezone(UTC)
