"""If this had been live: the leads active in the last 30 days, judged by a draft, within a second.

The answer comes with the page, so the newest leads stand for all where there are too many.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from funnel.models import CriteriaVersion
from funnel.stages import Stage
from leadportal.db import halves, prepared
from leadportal.db.pieces import Sql, param
from leads.consent import OBJECTED
from leads.impact.reading import MOVABLE, FromTo, judging_of
from leads.judging.basis import Basis
from leads.metrics.cached import cached

ACTIVE = timedelta(days=30)
# How many leads are read within how many milliseconds; the fewer where so many take too long.
SAMPLES = ((20_000, 1_000), (4_000, 2_500))
# Newest events, and leads that came, looked at to find these.
LOOKS_A_LEAD = 4
AT_ONCE = 5_000
# Points of one bar of the histogram, and the number of bars; the last one holds 100 too.
STEP, BARS = 5, 20
# Seconds: what is costly is kept so long, for the lists behind its numbers.
KEPT = 120


class TooSlow(Exception):
    """Not even a small sample was read in time."""


@dataclass(slots=True)
class Preview:
    """What a version would do to the leads active lately, were it live now."""

    at: datetime
    is_sample: bool
    # Leads with sales, or answered by a person: no criteria move them.
    aside: int = 0
    before: int = 0
    after: int = 0
    bars: list[int] = field(default_factory=lambda: [0] * BARS)
    outline: list[int] = field(default_factory=lambda: [0] * BARS)
    movers: dict[FromTo, list[int]] = field(default_factory=dict)
    leads: int = 0
    seconds: float = 0.0

    @property
    def moves(self) -> Counter[FromTo]:
        return Counter({move: len(ids) for move, ids in self.movers.items()})


def preview(basis: Basis, live: CriteriaVersion) -> Preview:
    """What the basis's version would do; where that is costly, as it was a moment ago.

    Raises TooSlow.
    """
    version = basis.version
    name = f"impact:{version.pk}:{version.content_hash}:{live.pk}"
    return cached(name, lambda: _read(basis), seconds=KEPT)


def _read(basis: Basis) -> Preview:
    began = time.monotonic()
    for size, milliseconds in SAMPLES:
        try:
            found = within_time(basis, size, milliseconds)
        except OperationalError:  # a statement was cancelled: fewer, then
            continue
        found.seconds = time.monotonic() - began
        return found
    raise TooSlow


def within_time(basis: Basis, size: int, milliseconds: int) -> Preview:
    """One reading of so many leads at most. Raises OperationalError when to judge takes longer."""
    ids, is_sample = recent(basis.at, size)

    def judged(half: Sequence[int]) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
            return _judged(basis, list(half))

    rows = halves.read(judged, sorted(ids))
    found = Preview(basis.at, is_sample, aside=len(ids) - len(rows), leads=len(rows))
    # The newest activity first, as they were found.
    place = {lead: i for i, lead in enumerate(ids)}
    for lead, origin, target, was, total in sorted(rows, key=lambda row: place[row[0]]):
        found.before += origin == Stage.SQL
        found.after += target == Stage.SQL
        found.bars[_bar(total)] += 1
        if was is not None:
            found.outline[_bar(was)] += 1
        if origin != target:
            found.movers.setdefault((origin, target), []).append(lead)
    return found


def _judged(basis: Basis, ids: list[int]) -> list[tuple[Any, ...]]:
    """(lead, stage, stage to come, total, total to come) of each that criteria may move."""
    _, judging = judging_of(basis, ids)
    query = Sql(
        "SELECT l.id, l.stage, coalesce(m.target, l.stage), j.total, s.total "
        "FROM {} AND l.stage = ANY({}) AND ({}) IS NOT TRUE"
    ) % (judging, param(list(MOVABLE), "text[]"), Sql(OBJECTED))
    return prepared.fetch_by_criteria(query.text, query.params, ids)


def _bar(total: int) -> int:
    return min(total // STEP, BARS - 1)


# Merges event_newest and lead_newest from their new ends, as far as it is read.
_RECENT = """
SELECT lead_id FROM (
    (SELECT lead_id, occurred_at AS at FROM leads_event WHERE occurred_at > %(since)s
     ORDER BY occurred_at DESC LIMIT %(looks)s)
    UNION ALL
    (SELECT id, created_at FROM leads_lead WHERE created_at > %(since)s
     ORDER BY created_at DESC LIMIT %(looks)s)
) AS seen ORDER BY at DESC LIMIT %(looks)s
"""


def recent(at: datetime, size: int) -> tuple[list[int], bool]:
    """Up to `size` leads active in the 30 days before, newest first; whether there are more."""
    looks, looked = size * LOOKS_A_LEAD, 0
    found: dict[int, None] = {}
    # In a transaction, or the cursor would read all at once to keep it.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_RECENT, {"since": at - ACTIVE, "looks": looks})
        while len(found) <= size and (rows := cursor.fetchmany(AT_ONCE)):
            looked += len(rows)
            found |= dict.fromkeys(lead for (lead,) in rows)
    return list(found)[:size], len(found) > size or looked == looks
