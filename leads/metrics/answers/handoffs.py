"""The numbers over handoffs: of a period, by week, by criteria version, and those open now."""

from dataclasses import dataclass
from datetime import datetime

from leads.metrics.answers.statements import Numbers, fetch_answers, numbers, selecting
from leads.metrics.catalogue import COUNTS, MEDIANS, QUEUE
from leads.metrics.periods import Period

_OVERALL = selecting(
    """
SELECT h.opened_at >= %(starts)s AS is_now, METRICS
FROM leads_handoff h
WHERE h.opened_at >= %(before_starts)s AND h.opened_at < %(ends)s
  AND NOT (h.opened_at >= %(before_ends)s AND h.opened_at < %(starts)s)
GROUP BY is_now
""",
    *COUNTS,
    *MEDIANS,
)


def overall(period: Period) -> tuple[Numbers, Numbers]:
    """The numbers of the period, and those of the one before."""
    before_starts, before_ends = period.before
    found = {
        row["is_now"]: numbers(row)
        for row in fetch_answers(
            _OVERALL,
            at=period.ends,
            starts=period.starts,
            ends=period.ends,
            before_starts=before_starts,
            before_ends=before_ends,
        )
    }
    return found.get(True, Numbers()), found.get(False, Numbers())


_BY_WEEK = selecting(
    """
SELECT date_trunc('week', h.opened_at AT TIME ZONE %(zone)s)::date AS week, METRICS
FROM leads_handoff h
WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s
GROUP BY week
""",
    *COUNTS,
)


def by_week(period: Period) -> list[Numbers]:
    """One entry for each of `period.weeks`, empty weeks too; the last one is still running."""
    weeks = fetch_answers(
        _BY_WEEK,
        at=period.ends,
        zone=period.zone.key,
        starts=period.first_week,
        ends=period.ends,
    )
    found = {row["week"]: numbers(row) for row in weeks}
    return [found.get(week, Numbers()) for week in period.weeks]


@dataclass(frozen=True, slots=True)
class Waiting:
    waiting: int
    late: int
    oldest: datetime | None


_WAITING = selecting("SELECT METRICS FROM leads_handoff h WHERE h.state = 'open'", *QUEUE)


def waiting(at: datetime) -> Waiting:
    return Waiting(**fetch_answers(_WAITING, at=at)[0])


_BY_VERSION = selecting(
    """
SELECT h.version_id, METRICS
FROM leads_handoff h WHERE h.version_id = ANY(%(versions)s) GROUP BY h.version_id
""",
    *COUNTS[:3],
)


def by_version(version_ids: list[int]) -> dict[int, Numbers]:
    """What became of everything each criteria version ever handed over."""
    found = fetch_answers(_BY_VERSION, versions=version_ids)
    return {row["version_id"]: numbers(row) for row in found}
