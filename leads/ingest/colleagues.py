"""Marking leads to be judged, and with them the colleagues whose count of active ones changes.

Colleagues are marked only where the live criteria count them, and only when the count can change:
whoever was active in the window already stays so, however busy the company is.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from funnel.models import CriteriaVersion
from funnel.stages import TOMBSTONES

FACT = "colleagues_active"
# An earlier event that is about to leave its window does not count for it: the clocks of two
# machines differ a little, and a large batch commits later than it says.
LEAVING = timedelta(minutes=5)

# Locked in one order, so that two batches with the same leads wait for each other. Whoever judges
# never waits for a lead. The answer costs nothing: the hash of the criteria that count now.
_MARK = """
WITH locked AS MATERIALIZED (
    SELECT id FROM leads_lead WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE
), marked AS (
    UPDATE leads_lead l SET stale_at = %(at)s FROM locked WHERE l.id = locked.id
)
SELECT content_hash FROM funnel_criteriaversion WHERE state = 'live'
"""
_LEADS = _MARK.format(ids="%(leads)s")
# The colleagues of whoever had no event in a window until now, by event_lead_newest.
_WITH_COLLEAGUES = _MARK.format(
    ids="""ARRAY(
        SELECT unnest(%(leads)s) UNION
        SELECT c.id
        FROM (SELECT lead_id, max(occurred_at) AS newest FROM leads_event
              WHERE id = ANY(%(events)s) GROUP BY lead_id) a
        JOIN leads_lead l ON l.id = a.lead_id
        JOIN leads_lead c ON c.company_id = l.company_id AND c.id <> l.id
        WHERE (SELECT content_hash FROM funnel_criteriaversion WHERE state = 'live') = %(asking)s
          AND c.stage <> ALL(%(gone)s) AND EXISTS (
            SELECT FROM unnest(%(windows)s) AS opened (at)
            WHERE a.newest > opened.at AND NOT EXISTS (
                SELECT FROM leads_event e
                WHERE e.lead_id = a.lead_id AND e.occurred_at > opened.at + %(leaving)s
                  AND e.id <> ALL(%(events)s)
            )
        )
    )"""
)
_ACTIVE = "SELECT DISTINCT lead_id FROM leads_event WHERE lead_id = ANY(%s) AND occurred_at > %s"

# The days that criteria count colleagues in, by the hash of their content, and whose turn it was
# when this process looked last.
_DAYS: dict[str, tuple[int, ...]] = {}
_LAST = [""]


def mark(leads: Collection[int], events: Collection[int], at: datetime) -> None:
    """What was done changes how these leads are judged, and perhaps their colleagues."""
    live = _mark(leads, events, _LAST[0], at)
    if live != _LAST[0]:
        _LAST[0] = live
        if days_asked(live):
            _mark(leads, events, live, at)


def _mark(leads: Collection[int], events: Collection[int], asking: str, at: datetime) -> str:
    """Mark as the criteria of this hash ask, if they are live; give the hash of those that are."""
    days = _DAYS.get(asking, ())
    values: dict[str, Any] = {
        "asking": asking,
        "leads": list(leads),
        "events": list(events),
        "windows": [at - timedelta(days=n) for n in days],
        "leaving": LEAVING,
        "gone": [*TOMBSTONES],
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITH_COLLEAGUES if days else _LEADS, values)
        return cursor.fetchone()[0]


def companies_of_active(moved: Mapping[int, Collection[int]], at: datetime) -> set[int]:
    """The companies, of those each lead left or joined, whose count of active ones changed."""
    if not moved:
        return set()
    live = CriteriaVersion.objects.live().values_list("content_hash", flat=True).get()
    days = days_asked(live)
    if not days:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, [list(moved), at - timedelta(days=max(days)) - LEAVING])
        return {company for (lead,) in cursor.fetchall() for company in moved[lead]}


def days_asked(content_hash: str) -> tuple[int, ...]:
    """The windows in which the criteria of this content count active colleagues."""
    if content_hash not in _DAYS:
        content = CriteriaVersion.objects.filter(content_hash=content_hash).values_list(
            "content", flat=True
        )
        _DAYS[content_hash] = tuple(sorted(set(_windows(content[0]))))
    return _DAYS[content_hash]


def _windows(node: Any) -> Iterator[int]:
    if isinstance(node, Mapping):
        if node.get("fact") == FACT:
            yield node["within_days"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _windows(part)
