"""The leads created in a period, and how far they got since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.ledger import UNDONE
from leads.metrics.answers.statements import fetch_answers
from leads.metrics.catalogue import STEPS, UNDOABLE
from leads.metrics.periods import Period


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
    WHERE s.target = ANY(%(stages)s::text[] || 'rejected'::text)
      -- What was won before somebody came here is dated before they did.
      AND (s.at >= %(starts)s OR s.target = 'won')
      AND (s.target <> ALL(%(undoable)s::text[]) OR (
          SELECT u.reason FROM leads_stagechange u
          WHERE u.lead_id = s.lead_id AND u.id + 0 > s.id ORDER BY u.id + 0 LIMIT 1
      ) IS DISTINCT FROM %(undone)s)
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
    asked = {"stages": stages, "undoable": UNDOABLE, "undone": UNDONE}
    for row in fetch_answers(_COHORT, **asked, starts=period.starts, ends=period.ends):
        found.everybody.add(row)
        source = row["source"] or ""
        found.sources.setdefault(row["source_id"], Cohort(source)).add(row)
        if row["campaign_id"]:
            found.campaigns.setdefault(row["campaign_id"], Cohort(row["campaign"], source)).add(row)
    return found


_CREATED = """
SELECT count(*) AS leads, EXISTS (SELECT FROM leads_lead) AS is_any FROM leads_lead l
WHERE l.created_at >= %(starts)s AND l.created_at < %(ends)s AND l.stage <> 'merged'
"""


def created_before(period: Period) -> int:
    """Leads created in the period before."""
    return created_before_and_ever(period)[0]


def created_before_and_ever(period: Period) -> tuple[int, bool]:
    """Leads created in the period before, and whether there is any lead, of whatever time."""
    starts, ends = period.before
    row = fetch_answers(_CREATED, starts=starts, ends=ends)[0]
    return row["leads"], row["is_any"]
