"""How far the rescoring by a version is, cheaply: from what its batches wrote down."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from funnel.models import CriteriaVersion, VersionState
from funnel.stages import TOMBSTONES
from leads.impact.reading import Move, from_json
from leads.models import Lead
from leads.models.impact import joining

# The speed of the last minute says more than that of the whole: a worker may have been away.
LATELY = timedelta(minutes=1)
# So few are left that counting them exactly reads next to nothing.
NEARLY_DONE = 2_000
TOTAL_KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """Leads judged by a version that others had judged before, and those still to judge."""

    judged: int
    left: int
    moves: Counter[Move]
    new_sqls: int
    seconds_left: float | None
    parked: int

    @property
    def total(self) -> int:
        return self.judged + self.left

    @property
    def moved(self) -> int:
        return self.moves.total()


# One row a batch, by rescored_by_version: two thousand for a million leads.
_SUMS = """
SELECT (SELECT coalesce(sum(judged), 0) FROM leads_rescored WHERE version_id = %(version)s),
       (SELECT coalesce(sum(judged), 0) FROM leads_rescored
        WHERE version_id = %(version)s AND at > %(since)s),
       (SELECT coalesce(jsonb_object_agg(move, leads), '{}') FROM (
            SELECT move, sum(leads::int) AS leads
            FROM leads_rescored CROSS JOIN jsonb_each_text(moves) AS m(move, leads)
            WHERE version_id = %(version)s GROUP BY move) AS summed)
"""


def progress(version: CriteriaVersion, *, at: datetime) -> Progress:
    """How far it is at `at`; a retired version judges nobody any more, so nothing is left."""
    parked = parked_by(version).count()
    since = max(version.live_at or at, at - LATELY)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"version": version.pk, "since": since})
        judged, lately, moves = cursor.fetchone()
    summed = json.loads(moves) if isinstance(moves, str) else moves
    left = _left(version, judged) if version.state == VersionState.LIVE else 0
    elapsed = (at - since).total_seconds()
    seconds = elapsed * left / lately if lately and elapsed > 0 else None
    return Progress(judged, left, from_json(summed), joining(summed), seconds, parked)


def parked_by(version: CriteriaVersion) -> QuerySet[Lead]:
    """Leads the version could not judge (reads lead_parked)."""
    return Lead.objects.exclude(parked_error="").filter(version__lt=version)


def waiting_for(version: CriteriaVersion) -> QuerySet[Lead]:
    """Leads another version judged last, which will be judged by this one (lead_version)."""
    return Lead.objects.filter(version__lt=version, parked_error="").exclude(stage__in=TOMBSTONES)


def _left(version: CriteriaVersion, judged: int) -> int:
    """Leads still to judge: counted once, then reckoned, and counted again near the end."""
    name = f"rescoring:{version.pk}"
    total = cache.get(name)
    if total is not None and total - judged > NEARLY_DONE:
        return total - judged
    left = waiting_for(version)[: NEARLY_DONE * 2].count() if total is not None else None
    if left is None or left == NEARLY_DONE * 2:
        left = waiting_for(version).count()
        cache.set(name, judged + left, TOTAL_KEPT)
    return left
