"""The catalogue, asked: each function is one set-based query over the whole record.

Plans (200 k leads, 4 indexes of the models): handoffs of a period by `handoff_newest`, the open
ones by `handoff_open_by_deadline`, the cohort's moves by `stage_change_into` (nobody reaches a
stage before they are created, so the ledger is read from the period's first day on), the cohort
itself by `lead_newest`. Names are joined to the grouped rows, never to the many.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from leads.metrics.catalogue import COUNTS, MEDIANS, QUEUE, STEPS, Metric
from leads.metrics.periods import Period
from leads.metrics.shares import Share


@dataclass(frozen=True, slots=True)
class Numbers:
    """The metrics over some handoffs. Medians are seconds; None where nobody got so far."""

    handed: int = 0
    decided: int = 0
    accepted: int = 0
    rejected: int = 0
    claimed: int = 0
    claim_due: int = 0
    claim_kept: int = 0
    touch_due: int = 0
    touch_kept: int = 0
    to_claim: float | None = None
    to_touch: float | None = None

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.decided)

    @property
    def claims_in_time(self) -> Share:
        return Share(self.claim_kept, self.claim_due)

    @property
    def touches_in_time(self) -> Share:
        return Share(self.touch_kept, self.touch_due)


def _asking(sql: str, *metrics: Metric) -> str:
    """The statement with the catalogue's expressions at its METRICS; values stay parameters."""
    columns = ", ".join(f"{metric.sql} AS {metric.name}" for metric in metrics)
    return sql.replace("METRICS", columns)


def _rows(sql: str, **params: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _numbers(row: Mapping[str, Any]) -> Numbers:
    return Numbers(**{name: row[name] for name in Numbers.__slots__ if name in row})


# Handoffs of a period.

_OVERALL = _asking(
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
        row["is_now"]: _numbers(row)
        for row in _rows(
            _OVERALL,
            at=period.ends,
            starts=period.starts,
            ends=period.ends,
            before_starts=before_starts,
            before_ends=before_ends,
        )
    }
    return found.get(True, Numbers()), found.get(False, Numbers())


_BY_WEEK = _asking(
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
    rows = _rows(
        _BY_WEEK,
        at=period.ends,
        zone=period.zone.key,
        starts=period.first_week,
        ends=period.ends,
    )
    found = {row["week"]: _numbers(row) for row in rows}
    return [found.get(week, Numbers()) for week in period.weeks]


@dataclass(frozen=True, slots=True)
class Waiting:
    waiting: int
    late: int
    oldest: datetime | None


_WAITING = _asking("SELECT METRICS FROM leads_handoff h WHERE h.state = 'open'", *QUEUE)


def waiting(at: datetime) -> Waiting:
    return Waiting(**_rows(_WAITING, at=at)[0])


# The cohort: leads created in the period.


@dataclass(slots=True)
class Cohort:
    """How many leads of one source or campaign, or of all, got at least to each step."""

    name: str = ""
    source: str = ""
    reached: list[int] = field(default_factory=lambda: [0] * len(STEPS))
    sent_back: int = 0
    nurtured: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        for step in range(row["step"] + 1):
            self.reached[step] += row["leads"]
        self.sent_back += row["sent_back"]
        self.nurtured += row["nurtured"]


_COHORT = """
WITH reached AS (
    SELECT s.lead_id,
           max(coalesce(array_position(%(stages)s::text[], s.target::text), 0)) AS step,
           bool_or(s.target = 'rejected') AS sent_back
    FROM leads_stagechange s
    WHERE s.target = ANY(%(stages)s::text[] || 'rejected'::text) AND s.at >= %(starts)s
    GROUP BY s.lead_id
), counted AS (
    SELECT l.source_id, l.campaign_id, coalesce(r.step, 0) AS step, count(*) AS leads,
           count(*) FILTER (WHERE r.sent_back) AS sent_back,
           count(*) FILTER (WHERE r.sent_back AND l.stage = 'nurture') AS nurtured
    FROM leads_lead l LEFT JOIN reached r ON r.lead_id = l.id
    WHERE l.created_at >= %(starts)s AND l.created_at < %(ends)s AND l.stage <> 'merged'
    GROUP BY l.source_id, l.campaign_id, coalesce(r.step, 0)
)
SELECT counted.*, src.name AS source, cmp.name AS campaign
FROM counted
LEFT JOIN leads_source src ON src.id = counted.source_id
LEFT JOIN leads_campaign cmp ON cmp.id = counted.campaign_id
"""


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The leads created in a period: all of them, and by the ids of source and campaign."""

    everybody: Cohort
    sources: dict[int | None, Cohort]
    campaigns: dict[int, Cohort]


def cohorts(period: Period) -> Cohorts:
    stages = [str(step.stage) for step in STEPS[1:]]
    found = Cohorts(Cohort(), {}, {})
    for row in _rows(_COHORT, stages=stages, starts=period.starts, ends=period.ends):
        found.everybody.add(row)
        source = row["source"] or ""
        found.sources.setdefault(row["source_id"], Cohort(source)).add(row)
        if row["campaign_id"]:
            found.campaigns.setdefault(row["campaign_id"], Cohort(row["campaign"], source)).add(row)
    return found


_CREATED = """
SELECT count(*) AS leads FROM leads_lead l
WHERE l.created_at >= %(starts)s AND l.created_at < %(ends)s AND l.stage <> 'merged'
"""


def created_before(period: Period) -> int:
    """Leads created in the period before."""
    starts, ends = period.before
    return _rows(_CREATED, starts=starts, ends=ends)[0]["leads"]


# Verdicts of the handoffs of the period, by where the leads came from.


@dataclass(slots=True)
class Verdicts:
    name: str = ""
    source: str = ""
    handed: int = 0
    accepted: int = 0
    decided: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self.handed += row["handed"]
        self.accepted += row["accepted"]
        self.decided += row["decided"]

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.decided)


_VERDICTS = _asking(
    """
WITH counted AS (
    SELECT l.source_id, l.campaign_id, METRICS
    FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
    WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s
    GROUP BY l.source_id, l.campaign_id
)
SELECT counted.*, src.name AS source, cmp.name AS campaign
FROM counted
LEFT JOIN leads_source src ON src.id = counted.source_id
LEFT JOIN leads_campaign cmp ON cmp.id = counted.campaign_id
""",
    *COUNTS[:3],
)


def verdicts(period: Period) -> tuple[dict[int | None, Verdicts], dict[int, Verdicts]]:
    """By source id and by campaign id."""
    sources: dict[int | None, Verdicts] = {}
    campaigns: dict[int, Verdicts] = {}
    for row in _rows(_VERDICTS, at=period.ends, starts=period.starts, ends=period.ends):
        source = row["source"] or ""
        sources.setdefault(row["source_id"], Verdicts(source)).add(row)
        if row["campaign_id"]:
            campaigns.setdefault(row["campaign_id"], Verdicts(row["campaign"], source)).add(row)
    return sources, campaigns


_REASONS = """
SELECT l.source_id, reason.label, count(*) AS rejected, src.name AS source
FROM leads_handoff h
JOIN leads_lead l ON l.id = h.lead_id
JOIN funnel_reason reason ON reason.id = h.reason_id
LEFT JOIN leads_source src ON src.id = l.source_id
WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s AND h.outcome = 'rejected'
GROUP BY l.source_id, reason.label, src.name
"""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why Sales said no: overall, and by the id of the source; most frequent first."""

    overall: Counter[str]
    by_source: dict[int | None, Counter[str]]
    # Of each reason, how many by the name of the source.
    sources_of: dict[str, Counter[str]]


def reasons(period: Period) -> Reasons:
    found = Reasons(Counter(), {}, {})
    for row in _rows(_REASONS, starts=period.starts, ends=period.ends):
        label, count = row["label"], row["rejected"]
        found.overall[label] += count
        found.by_source.setdefault(row["source_id"], Counter())[label] += count
        found.sources_of.setdefault(label, Counter())[row["source"] or ""] += count
    return found


# People and versions.


@dataclass(frozen=True, slots=True)
class Rep:
    name: str
    numbers: Numbers
    # Claimed now, past the time promised for the first touch, and since when the oldest.
    late: int
    late_since: datetime | None


_REPS = _asking(
    """
WITH counted AS (
    SELECT h.claimed_by_id AS id, METRICS
    FROM leads_handoff h
    WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s AND h.claimed_by_id IS NOT NULL
    GROUP BY h.claimed_by_id
), lately AS (
    SELECT h.claimed_by_id AS id, count(*) AS late, min(h.claimed_at) AS late_since
    FROM leads_handoff h
    WHERE h.state = 'claimed' AND h.first_touch_at IS NULL AND h.touch_due_at < %(at)s
    GROUP BY h.claimed_by_id
)
SELECT rep.name, rep.email, counted.*, coalesce(lately.late, 0) AS late, lately.late_since
FROM accounts_user rep
LEFT JOIN counted ON counted.id = rep.id
LEFT JOIN lately ON lately.id = rep.id
WHERE counted.id IS NOT NULL OR lately.id IS NOT NULL
   OR rep.is_active AND 'sales' = ANY(rep.roles)
ORDER BY rep.name, rep.id
""",
    *COUNTS,
    *MEDIANS,
)


def reps(period: Period) -> list[Rep]:
    """Everybody who sells or who claimed something in the period, by name: no league table."""
    return [
        Rep(
            row["name"] or row["email"],
            Numbers() if row["claimed"] is None else _numbers(row),
            row["late"],
            row["late_since"],
        )
        for row in _rows(_REPS, at=period.ends, starts=period.starts, ends=period.ends)
    ]


_BY_VERSION = _asking(
    """
SELECT h.version_id, METRICS
FROM leads_handoff h WHERE h.version_id = ANY(%(versions)s) GROUP BY h.version_id
""",
    *COUNTS[:3],
)


def by_version(version_ids: list[int]) -> dict[int, Numbers]:
    """What became of everything each criteria version ever handed over."""
    rows = _rows(_BY_VERSION, versions=version_ids)
    return {row["version_id"]: _numbers(row) for row in rows}


_STANDING = "SELECT stage, count(*) AS leads FROM leads_lead GROUP BY stage"


def standing() -> dict[str, int]:
    """How many leads stand on each stage now (an index-only read of `lead_by_stage`)."""
    return {row["stage"]: row["leads"] for row in _rows(_STANDING)}
