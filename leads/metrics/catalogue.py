"""Every metric once: its name, its formula in words, and its SQL.

Both departments read these same numbers. Each SQL is an aggregate over handoffs `h`, so that a
page may ask for it overall, by week, by source, by campaign, by rep or by criteria version; which
handoffs it runs over (those opened in a period) is said in leads/metrics/answers/.
`where` says which handoffs a number counts or is made of, so that the list behind it shows exactly
those (leads/counted). `%(at)s` is the moment the numbers are as of.
"""

from dataclasses import dataclass

from funnel.stages import Stage
from leads.ledger import UNDONE


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    label: str
    formula: str
    where: str = "true"
    # Of a number that is no count.
    measure: str = ""

    @property
    def sql(self) -> str:
        return self.measure or f"count(*) FILTER (WHERE {self.where})"


# A promise counts once it was kept or once its time is over; a handoff withdrawn in time owes
# nothing.
_OVER = "least(coalesce(h.closed_at, %(at)s), %(at)s)"

HANDED = Metric(
    "handed",
    "Handed to Sales",
    "Handoffs opened in the period.",
)
DECIDED = Metric(
    "decided",
    "Decided",
    "Of the handoffs opened in the period, those that Sales accepted or rejected.",
    "h.outcome IN ('accepted', 'rejected')",
)
ACCEPTED = Metric(
    "accepted",
    "Accepted by Sales",
    "Of the handoffs opened in the period and decided by now, those that Sales accepted.",
    "h.outcome = 'accepted'",
)
REJECTED = Metric(
    "rejected",
    "Rejected",
    "Of the handoffs opened in the period, those that Sales sent back, each with its reason.",
    "h.outcome = 'rejected'",
)
UNDECIDED = Metric(
    "undecided",
    "Not decided",
    "Of the handoffs opened in the period, those that Sales neither accepted nor rejected.",
    "h.outcome NOT IN ('accepted', 'rejected')",
)
CLAIMED = Metric(
    "claimed",
    "Claimed",
    "Of the handoffs opened in the period, those that a rep claimed.",
    "h.claimed_at IS NOT NULL",
)
CLAIM_DUE = Metric(
    "claim_due",
    "Claims due",
    "Of the handoffs opened in the period, those claimed or past the time promised for it.",
    f"h.claimed_at IS NOT NULL OR h.due_at < {_OVER}",
)
CLAIM_KEPT = Metric(
    "claim_kept",
    "Claimed in time",
    "Of the claims due, those made within the time that Sales promised.",
    "h.claimed_at <= h.due_at",
)
TOUCH_DUE = Metric(
    "touch_due",
    "First touches due",
    "Of the handoffs opened in the period and claimed, those touched or past the time promised.",
    f"h.first_touch_at IS NOT NULL AND h.touch_due_at IS NOT NULL OR h.touch_due_at < {_OVER}",
)
TOUCH_KEPT = Metric(
    "touch_kept",
    "First touch in time",
    "Of the first touches due, those logged within the time that Sales promised.",
    "h.first_touch_at <= h.touch_due_at",
)
CLAIM_MISSED = Metric(
    "claim_missed",
    "Claimed late, or not yet",
    "Of the claims due, those not made within the time that Sales promised.",
    f"({CLAIM_DUE.where}) AND ({CLAIM_KEPT.where}) IS NOT TRUE",
)
TOUCH_MISSED = Metric(
    "touch_missed",
    "First touch late, or not yet",
    "Of the first touches due, those not logged within the time that Sales promised.",
    f"({TOUCH_DUE.where}) AND ({TOUCH_KEPT.where}) IS NOT TRUE",
)
TO_CLAIM = Metric(
    "to_claim",
    "Time to claim",
    "Median time from the handoff to the claim, of the handoffs opened in the period.",
    "h.claimed_at IS NOT NULL",
    "percentile_cont(0.5) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM h.claimed_at - h.opened_at)::float)",
)
TO_TOUCH = Metric(
    "to_touch",
    "Time to first touch",
    "Median time from the handoff to the first touch, of the handoffs opened in the period.",
    "h.first_touch_at IS NOT NULL",
    "percentile_cont(0.5) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM h.first_touch_at - h.opened_at)::float)",
)
COUNTS = (
    HANDED,
    DECIDED,
    ACCEPTED,
    REJECTED,
    CLAIMED,
    CLAIM_DUE,
    CLAIM_KEPT,
    TOUCH_DUE,
    TOUCH_KEPT,
)
MEDIANS = (TO_CLAIM, TO_TOUCH)

_OPEN = "h.state = 'open'"
WAITING = Metric(
    "waiting",
    "Waiting to be claimed",
    "Handoffs open now, whenever they were opened; late ones are past the time promised.",
    _OPEN,
)
LATE = Metric("late", "Late", WAITING.formula, f"{_OPEN} AND h.due_at < %(at)s")
OLDEST = Metric("oldest", "Oldest", WAITING.formula, _OPEN, "min(h.opened_at)")
QUEUE = (WAITING, LATE, OLDEST)
LATE_TOUCH = Metric(
    "late_touch",
    "Late for a first touch",
    "Claimed now and not touched, past the time promised for it.",
    "h.state = 'claimed' AND h.first_touch_at IS NULL AND h.touch_due_at < %(at)s",
)


# Of moves `s`: what a rep put back into the queue today; a claim that was undone is none.
GIVING_BACK = (
    f"s.origin = 'claimed' AND s.target = 'sql' AND s.actor = 'rep' AND s.reason <> '{UNDONE}'"
    " AND s.at >= %(today)s AND s.at <= %(at)s"
)
GIVEN_BACK = Metric(
    "given_back",
    "Given back today",
    "Handoffs that this rep put back into the queue today.",
    "EXISTS (SELECT FROM leads_stagechange s WHERE s.handoff_id = h.id"
    f" AND s.person_id = %(giver)s AND {GIVING_BACK})",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the cohort funnel; `side` holds the lead there."""

    stage: str
    label: str
    plural: str
    side: str

    @classmethod
    def at(cls, stage: Stage, plural: str) -> "Step":
        return cls(stage, stage.label, plural, stage.side)


FUNNEL_FORMULA = (
    "Leads created in the period, by the furthest stage the ledger says they reached, whenever"
    " they reached it. Leads merged into another are not counted twice."
)
# Moves there may be taken back by the next one, and then were none.
UNDOABLE = [str(one) for one in (Stage.CLAIMED, Stage.ACCEPTED, Stage.REJECTED, Stage.WON)]
# The first step is every lead created, so it asks for no stage.
STEPS = (
    Step("", "Leads", "leads", Stage.LEAD.side),
    Step.at(Stage.MQL, "MQLs"),
    Step.at(Stage.SQL, "SQLs"),
    Step.at(Stage.CLAIMED, "claimed"),
    Step.at(Stage.ACCEPTED, "accepted"),
    Step.at(Stage.OPPORTUNITY, "opportunities"),
    Step.at(Stage.WON, "won"),
)


def formulas() -> list[tuple[str, str]]:
    """(label, formula in words) of everything the pages show."""
    shown = (HANDED, ACCEPTED, REJECTED, CLAIM_KEPT, TOUCH_KEPT, TO_CLAIM, TO_TOUCH, WAITING)
    return [*((metric.label, metric.formula) for metric in shown), ("Funnel", FUNNEL_FORMULA)]
