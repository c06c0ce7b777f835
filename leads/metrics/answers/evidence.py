"""What the verdicts of a period say about the criteria: flaws of each rule, and its precision.

Plans: the handoffs of the period by `handoff_newest`; their lines are unpacked from their own rows,
what sales said against them is read by `wrong_criterion_once`, handoff by handoff.
"""

from dataclasses import dataclass

from leads.metrics.answers.statements import fetch_answers
from leads.metrics.periods import Period
from leads.metrics.shares import Share


@dataclass(frozen=True, slots=True)
class Flaw:
    """How many rejections of one reason said this of a rule, and the rule's words then."""

    rule: str
    label: str
    flaw: str
    reason_id: int
    count: int


_FLAWS = """
SELECT said.rule, max(said.label) AS label, said.flaw, h.reason_id, count(*) AS count
FROM leads_handoff h JOIN leads_wrongcriterion said ON said.handoff_id = h.id
WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s AND h.outcome = 'rejected'
GROUP BY said.rule, said.flaw, h.reason_id
ORDER BY count(*) DESC, said.rule, said.flaw, h.reason_id
"""


def flaws(period: Period) -> list[Flaw]:
    """What sales said was wrong with which rule, most often first."""
    found = fetch_answers(_FLAWS, starts=period.starts, ends=period.ends)
    return [Flaw(**row) for row in found]


_PRECISION = """
SELECT met.rule, count(*) AS decided, count(*) FILTER (WHERE h.outcome = 'accepted') AS accepted
FROM leads_handoff h
CROSS JOIN LATERAL (
    SELECT DISTINCT told.one ->> 'rule' AS rule
    FROM jsonb_array_elements(h.reasons) told (one)
    WHERE told.one ->> 'rule' = ANY(%(rules)s) AND told.one ->> 'points' <> '0'
) met
WHERE h.opened_at >= %(starts)s AND h.opened_at < %(ends)s
  AND h.outcome IN ('accepted', 'rejected')
GROUP BY met.rule
"""


def precision(period: Period, rules: list[str]) -> dict[str, Share]:
    """Of the decided handoffs that a rule gave points to, those accepted, by the id of the rule."""
    found = fetch_answers(_PRECISION, rules=rules, starts=period.starts, ends=period.ends)
    return {row["rule"]: Share(row["accepted"], row["decided"]) for row in found}
