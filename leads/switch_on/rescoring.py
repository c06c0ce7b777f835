"""How far the rescoring by a version is, cheaply: from what its batches wrote down."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Q, QuerySet

from funnel.models import CriteriaVersion, VersionState
from funnel.stages import TOMBSTONES
from leads.impact.reading import FromTo, from_json
from leads.models import Judgement, Lead
from leads.models.impact import joining

# The speed of the last minute says more than that of the whole: a worker may have been away.
LATELY = timedelta(minutes=1)
# Counting so few reads next to nothing.
FEW = 4_000
TOTAL_KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """Leads judged by a version that others had judged before, and those still to judge."""

    judged: int
    left: int
    moves: Counter[FromTo]
    new_sqls: int
    seconds_left: float | None
    parked: int

    @property
    def total(self) -> int:
        return self.judged + self.left

    @property
    def moved(self) -> int:
        return self.moves.total()


# One row a batch, by rescored_by_version: two thousand for a million leads. Then judgement_parked.
_SUMS = """
SELECT (SELECT coalesce(sum(judged), 0) FROM leads_rescored WHERE version_id = %(version)s),
       (SELECT coalesce(sum(judged), 0) FROM leads_rescored
        WHERE version_id = %(version)s AND at > %(since)s),
       (SELECT coalesce(jsonb_object_agg(move, leads), '{}') FROM (
            SELECT move, sum(leads::int) AS leads
            FROM leads_rescored CROSS JOIN jsonb_each_text(moves) AS m(move, leads)
            WHERE version_id = %(version)s GROUP BY move) AS summed),
       (SELECT count(*) FROM leads_judgement
        WHERE parked_error <> '' AND version_id <> %(version)s)
"""


def progress(version: CriteriaVersion, *, at: datetime) -> Progress:
    """How far it is at `at`; a retired version judges nobody any more, so nothing is left."""
    since = max(version.live_at or at, at - LATELY)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"version": version.pk, "since": since})
        judged, lately, moves, parked = cursor.fetchone()
    summed = json.loads(moves) if isinstance(moves, str) else moves
    is_live = version.state == VersionState.LIVE
    left = _left(version, judged) if is_live else 0
    elapsed = (at - since).total_seconds()
    seconds = elapsed * left / lately if lately and elapsed > 0 else None
    return Progress(
        judged, left, from_json(summed), joining(summed), seconds, parked if is_live else 0
    )


def parked_by(version: CriteriaVersion, leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Of these leads, those the live version could not judge (reads judgement_parked)."""
    if version.state != VersionState.LIVE:
        return leads.none()
    return _of_others(version, leads).exclude(judgement__parked_error="")


def waiting_for_rescoring(version: CriteriaVersion) -> QuerySet[Lead]:
    """Leads another version judged last, by judgement_by_version."""
    return _of_others(version, Lead.objects.filter(judgement__parked_error="").living())


def _of_others(version: CriteriaVersion, leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Whom another version judged last: one drafted later may have been live before."""
    return leads.filter(Q(judgement__version__lt=version) | Q(judgement__version__gt=version))


def _few(version: CriteriaVersion) -> int:
    """Leads still to judge, up to twice FEW. Two ranges of judgement_by_version, in its order: with
    any other plan the last leads are looked for in the whole table."""
    rows = Judgement.objects.filter(parked_error="").exclude(lead__stage__in=TOMBSTONES)
    rows = rows.order_by("version_id", "lead_id")
    ranges = rows.filter(version__lt=version)[:FEW], rows.filter(version__gt=version)[:FEW]
    return sum(one.count() for one in ranges)


def _left(version: CriteriaVersion, judged: int) -> int:
    """Leads still to judge: exactly where they are few, else counted once and then reckoned."""
    few = _few(version)
    if few < FEW:
        return few
    name = f"rescoring:{version.pk}"
    total = cache.get(name)
    if total is None:
        total = judged + waiting_for_rescoring(version).count()
        cache.set(name, total, TOTAL_KEPT)
    return max(FEW, total - judged)
