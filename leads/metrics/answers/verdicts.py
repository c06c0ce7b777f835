"""What Sales said of the handoffs of a period, by where their leads came from as was known then."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.metrics.answers.statements import fetch_answers, selecting
from leads.metrics.catalogue import COUNTS
from leads.metrics.periods import Period
from leads.metrics.shares import Share


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


_VERDICTS = selecting(
    """
WITH counted AS (
    SELECT h.source_id, h.campaign_id, METRICS
    FROM leads_handoff h
    WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s
    GROUP BY h.source_id, h.campaign_id
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
    for row in fetch_answers(_VERDICTS, at=period.ends, starts=period.starts, ends=period.ends):
        source = row["source"] or ""
        sources.setdefault(row["source_id"], Verdicts(source)).add(row)
        if row["campaign_id"]:
            campaigns.setdefault(row["campaign_id"], Verdicts(row["campaign"], source)).add(row)
    return sources, campaigns


_REASONS = """
SELECT h.source_id, h.reason_id, reason.label, count(*) AS rejected, src.name AS source
FROM leads_handoff h
JOIN funnel_reason reason ON reason.id = h.reason_id
LEFT JOIN leads_source src ON src.id = h.source_id
WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s AND h.outcome = 'rejected'
GROUP BY h.source_id, h.reason_id, reason.label, src.name
"""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why Sales said no, counted by the ids of reason and source; None is no source."""

    counts: Mapping[tuple[int, int | None], int]
    labels: Mapping[int, str]
    source_names: Mapping[int | None, str]

    @property
    def overall(self) -> Counter[int]:
        """By reason."""
        found: Counter[int] = Counter()
        for (reason, _), count in self.counts.items():
            found[reason] += count
        return found

    @property
    def from_sources(self) -> Counter[int | None]:
        """By source."""
        found: Counter[int | None] = Counter()
        for (_, source), count in self.counts.items():
            found[source] += count
        return found

    def of_source(self, source: int | None) -> Counter[int]:
        """The reasons for what came from one source."""
        return Counter({one: n for (one, at), n in self.counts.items() if at == source})

    def of_reason(self, reason: int) -> Counter[int | None]:
        """The sources of what was rejected for one reason."""
        return Counter({at: n for (one, at), n in self.counts.items() if one == reason})


def rejection_reasons(period: Period) -> Reasons:
    rows = fetch_answers(_REASONS, starts=period.starts, ends=period.ends)
    return Reasons(
        {(row["reason_id"], row["source_id"]): row["rejected"] for row in rows},
        {row["reason_id"]: row["label"] for row in rows},
        {row["source_id"]: row["source"] or "" for row in rows},
    )
