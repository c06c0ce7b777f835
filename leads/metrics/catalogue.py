"""Every metric once: its name, its formula in words, and its SQL.

Both departments read these same numbers. Each SQL is an aggregate over handoffs `h`, so that a
page may ask for it overall, by week, by source, by campaign, by rep or by criteria version; which
handoffs it runs over (those opened in a period) is said in leads/metrics/answers/.
`%(at)s` is the moment the numbers are as of.
"""

from dataclasses import dataclass

from funnel.stages import Stage


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    label: str
    formula: str
    sql: str


# A promise counts once it was kept or once its time is over; a handoff withdrawn in time owes
# nothing.
_OVER = "least(coalesce(h.closed_at, %(at)s), %(at)s)"

HANDED = Metric(
    "handed",
    "Handed to Sales",
    "Handoffs opened in the period.",
    "count(*)",
)
DECIDED = Metric(
    "decided",
    "Decided",
    "Of the handoffs opened in the period, those that Sales accepted or rejected.",
    "count(*) FILTER (WHERE h.outcome IN ('accepted', 'rejected'))",
)
ACCEPTED = Metric(
    "accepted",
    "Accepted by Sales",
    "Of the handoffs opened in the period and decided by now, those that Sales accepted.",
    "count(*) FILTER (WHERE h.outcome = 'accepted')",
)
REJECTED = Metric(
    "rejected",
    "Rejected",
    "Of the handoffs opened in the period, those that Sales sent back, each with its reason.",
    "count(*) FILTER (WHERE h.outcome = 'rejected')",
)
CLAIMED = Metric(
    "claimed",
    "Claimed",
    "Of the handoffs opened in the period, those that a rep claimed.",
    "count(h.claimed_at)",
)
CLAIM_DUE = Metric(
    "claim_due",
    "Claims due",
    "Of the handoffs opened in the period, those claimed or past the time promised for it.",
    f"count(*) FILTER (WHERE h.claimed_at IS NOT NULL OR h.due_at < {_OVER})",
)
CLAIM_KEPT = Metric(
    "claim_kept",
    "Claimed in time",
    "Of the claims due, those made within the time that Sales promised.",
    "count(*) FILTER (WHERE h.claimed_at <= h.due_at)",
)
TOUCH_DUE = Metric(
    "touch_due",
    "First touches due",
    "Of the handoffs opened in the period and claimed, those touched or past the time promised.",
    "count(*) FILTER (WHERE h.first_touch_at IS NOT NULL AND h.touch_due_at IS NOT NULL"
    f" OR h.touch_due_at < {_OVER})",
)
TOUCH_KEPT = Metric(
    "touch_kept",
    "First touch in time",
    "Of the first touches due, those logged within the time that Sales promised.",
    "count(*) FILTER (WHERE h.first_touch_at <= h.touch_due_at)",
)
TO_CLAIM = Metric(
    "to_claim",
    "Time to claim",
    "Median time from the handoff to the claim, of the handoffs opened in the period.",
    "percentile_cont(0.5) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM h.claimed_at - h.opened_at)::float)",
)
TO_TOUCH = Metric(
    "to_touch",
    "Time to first touch",
    "Median time from the handoff to the first touch, of the handoffs opened in the period.",
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

WAITING = Metric(
    "waiting",
    "Waiting to be claimed",
    "Handoffs open now, whenever they were opened; late ones are past the time promised.",
    "count(*)",
)
LATE = Metric("late", "Late", WAITING.formula, "count(*) FILTER (WHERE h.due_at < %(at)s)")
OLDEST = Metric("oldest", "Oldest", WAITING.formula, "min(h.opened_at)")
QUEUE = (WAITING, LATE, OLDEST)


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
