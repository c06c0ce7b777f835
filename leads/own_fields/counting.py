"""How many leads carry which attributes, and what they say most: counted in the background.

Small records are counted as a page is opened. A large one is counted a window of leads at a time,
and again after a pause that grows with how long it took.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from funnel.stages import TOMBSTONES
from leadportal.db import clock
from leads.models import AttributeCount, AttributeCounting, Lead

# Up to so many leads, in about a twentieth of a second.
AT_ONCE = 5_000
MAX_ID = 2**63 - 1
WINDOW = 20_000
# Of a name so many values are told apart while it is counted, and kept.
TOLD_APART, KEPT = 2_000, 100
# Of a name so many values a list shows.
SAMPLES = 4
# Names that leads carry; a sender may make up more.
NAMES = 1_000
VALUE_LENGTH = 120
PAUSE, TIMES_AS_LONG = timedelta(minutes=5), 100
# So long a count that was begun is somebody's.
LEASE = timedelta(minutes=15)

_COUNT = """
SELECT a.key, left(a.value::text, %(length)s), count(*)
  FROM leads_lead l CROSS JOIN LATERAL jsonb_each(l.attributes) AS a
 WHERE l.id > %(after)s AND l.id <= %(until)s AND l.stage <> ALL(%(gone)s)
 GROUP BY 1, 2
"""
_SAMPLED = """
SELECT name, leads, jsonb_path_query_array("values", '$[0 to {last}]')::text, is_whole
  FROM leads_attributecount ORDER BY leads DESC, name LIMIT %(names)s
"""


@dataclass
class Count:
    """Of one name: how many leads carry it, and its values with how many each, most first."""

    leads: int = 0
    values: Counter[str] = field(default_factory=Counter)
    # Whether these are all its values.
    is_whole: bool = True

    def add(self, value: str, count: int) -> None:
        self.leads += count
        if value in self.values or len(self.values) < TOLD_APART:
            self.values[value] += count
        else:
            self.is_whole = False

    @property
    def most(self) -> list[tuple[Any, int]]:
        """Values as they are; one that was cut as far as it goes."""
        return [(_value(text), count) for text, count in self.values.most_common(KEPT)]


@dataclass(frozen=True)
class Counted:
    """All names; since when it holds, None where it holds now."""

    by_name: Mapping[str, Count]
    at: datetime | None = None


def counts() -> Counted:
    """How many leads carry each name, with a few values: for a list."""
    if _is_small():
        return Counted(_count_all())
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLED.replace("{last}", str(SAMPLES)), {"names": NAMES})
        rows = cursor.fetchall()
    by_name = {name: _stored(leads, json.loads(most), whole) for name, leads, most, whole in rows}
    return Counted(by_name, _counted_at())


def count_of(names: Iterable[str]) -> tuple[Count, datetime | None]:
    """The same of what any of these names says, with all values that are kept."""
    names, found = list(names), Count()
    if _is_small():
        by_name, at = _count_all(), None
    else:
        rows = AttributeCount.objects.filter(name__in=names)
        by_name = {row.name: _stored(row.leads, row.values, row.is_whole) for row in rows}
        at = _counted_at()
    for name in names:
        if one := by_name.get(name):
            found.leads += one.leads
            found.values += one.values
            found.is_whole = found.is_whole and one.is_whole
    return found, at


def drain(*, seconds: float | None = None) -> int:
    """Count where it is due; gives 1 where it was, else 0."""
    at = clock.now()
    due = AttributeCounting.objects.filter(pk=1, due_at__lte=at)
    # Whoever pushes the time ahead counts. A small record is counted as it is asked for.
    if not due.exists() or _is_small() or not due.update(due_at=at + LEASE):
        return 0
    began = time.monotonic()
    by_name = _count()
    took = timedelta(seconds=time.monotonic() - began)
    most = sorted(by_name.items(), key=lambda item: (-item[1].leads, item[0]))[:NAMES]
    rows = [
        AttributeCount(
            name=name,
            leads=one.leads,
            values=one.values.most_common(KEPT),
            is_whole=one.is_whole and len(one.values) <= KEPT,
        )
        for name, one in most
    ]
    with transaction.atomic():
        AttributeCount.objects.all().delete()
        AttributeCount.objects.bulk_create(rows)
        pause = max(PAUSE, TIMES_AS_LONG * took)
        AttributeCounting.objects.update(counted_at=at, due_at=clock.now() + pause)
    return 1


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    due = AttributeCounting.objects.filter(due_at__lte=at or clock.now())
    oldest: datetime | None = due.aggregate(at=Min("due_at"))["at"]
    return None if oldest is None or _is_small() else oldest


def _is_small() -> bool:
    return not Lead.objects.order_by("pk").values("pk")[AT_ONCE : AT_ONCE + 1]


def _counted_at() -> datetime | None:
    return AttributeCounting.objects.values_list("counted_at", flat=True).first()


def _count_all() -> dict[str, Count]:
    """In one statement."""
    by_name: dict[str, Count] = {}
    _add(by_name, 0, MAX_ID)
    return by_name


def _count() -> dict[str, Count]:
    """A window of leads at a time."""
    by_name: dict[str, Count] = {}
    after = 0
    while window := _window(after):
        _add(by_name, after, window)
        after = window
    return by_name


def _add(by_name: dict[str, Count], after: int, until: int) -> None:
    asked: dict[str, Any] = {"length": VALUE_LENGTH, "gone": list(map(str, TOMBSTONES))}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, asked | {"after": after, "until": until})
        for name, value, count in cursor.fetchall():
            by_name.setdefault(name, Count()).add(value, count)


def _window(after: int) -> int | None:
    """The last of the next leads; None where there are none."""
    ids = Lead.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    last = ids[WINDOW - 1 : WINDOW].first()
    return last or ids.last()


def _stored(leads: int, most: Iterable[tuple[str, int]], is_whole: bool) -> Count:
    return Count(leads, Counter(dict(most)), is_whole)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        # Cut: nothing but a long text, or a long list.
        return text.lstrip('["')
