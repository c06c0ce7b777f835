"""What a move means beyond the lead's own row: the ledger, with the evidence, and the handoffs."""

from dataclasses import dataclass

from accounts.models import User
from funnel.models import Queue
from funnel.promises import due_at
from funnel.rulebook import Rulebook
from funnel.stages import Actor, Stage, check_move, steps
from leads import explanation
from leads.models import Handoff, HandoffState, Outcome, Override, StageChange
from leads.qualification.bench import Bench
from leads.qualification.scoring import Mover

QUALIFIES = frozenset({Stage.LEAD, Stage.MQL, Stage.SQL})
# Reasons (see scoring._MOVE) to go up: a definition holds, or the disqualifier is gone.
RISES = frozenset({"up", "free"})
# Reasons to move whom a person keeps where they are: no override outlives a consent.
OUTLASTS = frozenset({"consent", "disqualifier"})


@dataclass(frozen=True, slots=True)
class Hand:
    """Who moves leads: the machine, or a person with a reason of their own."""

    actor: Actor = Actor.MACHINE
    person: User | None = None
    says: str = ""


def move(movers: list[Mover], bench: Bench, hand: Hand) -> None:
    """Write what a move means beyond the lead's own row, which the caller has locked and moved.

    The ledger gets a row per step, an SQL its handoff; who was an SQL loses the open one.
    """
    rising = [mover.id for mover in movers if mover.reason in RISES or mover.target == Stage.SQL]
    seen = (
        explanation.read(rising, bench.rulebook, at=bench.at, portal=bench.portal) if rising else {}
    )
    if freed := [mover.id for mover in movers if mover.reason in OUTLASTS]:
        Override.objects.filter(lead__in=freed, ends_at__gt=bench.at).update(ends_at=bench.at)
    withdrawn = [mover.id for mover in movers if mover.stage == Stage.SQL]
    closed = _withdraw(withdrawn, bench) if withdrawn else {}
    opened = _open([mover for mover in movers if mover.target == Stage.SQL], seen, bench)
    StageChange.objects.bulk_create(
        change
        for mover in movers
        for change in _changes(mover, seen.get(mover.id), {**closed, **opened}, bench, hand)
    )


def _changes(
    mover: Mover,
    seen: explanation.Seen | None,
    handoffs: dict[int, int],
    bench: Bench,
    hand: Hand,
) -> list[StageChange]:
    changes = []
    for origin, target in steps(mover.stage, mover.target):
        check_move(origin, target, hand.actor)
        crosses = Stage.SQL in (origin, target)
        changes.append(
            StageChange(
                lead_id=mover.id,
                origin=origin,
                target=target,
                at=bench.at,
                actor=hand.actor,
                person=hand.person,
                reason=hand.says or _reason(mover, target, bench),
                version=bench.version,
                handoff_id=handoffs.get(mover.id) if crosses else None,
                cycle=mover.cycle,
                total=mover.total,
                evidence=(
                    _evidence(seen, mover, target, bench.rulebook)
                    if seen is not None and target in QUALIFIES
                    else None
                ),
            )
        )
    return changes


def _evidence(
    seen: explanation.Seen, mover: Mover, target: str, rulebook: Rulebook
) -> dict[str, object]:
    """Each criterion of the definition with the value it saw, and each rule with its points."""
    return {
        "criteria": [
            told | {"value": mover.total} if told["id"] == explanation.LINE else told
            for told in seen.definitions[target]
        ],
        "points": {
            rule.id: points
            for rule, points in zip(rulebook.rules, seen.points, strict=True)
            if points != 0
        },
        "rules": {
            rule.id: values
            for rule, values, points in zip(rulebook.rules, seen.rules, seen.points, strict=True)
            if points != 0
        },
    }


def _reason(mover: Mover, target: str, bench: Bench) -> str:
    label = Stage(target).label
    match mover.reason:
        case "free" if target == Stage.INQUIRY:
            return "The disqualifier no longer holds"
        case "up" | "free":
            return f"Meets the {label} definition of {bench.version}"
        case "consent":
            return "Consent is missing"
        case "version":
            return f"Judged by {bench.version}"
        case "grace":
            days = bench.portal.grace_days
            return f"Below its line for {days} days" if days else "Fell below its line"
    disqualifiers = bench.rulebook.disqualifiers
    return next(item.label for item in disqualifiers if item.id == mover.disqualifier)


def _open(movers: list[Mover], seen: dict[int, explanation.Seen], bench: Bench) -> dict[int, int]:
    """Open one handoff per new SQL in the default queue; gives lead id → handoff id."""
    if not movers:
        return {}
    queue = Queue.default()
    adjusted = explanation.adjustments([mover.id for mover in movers], at=bench.at)
    handoffs = []
    for mover in movers:
        found = explanation.lines(
            bench.rulebook,
            seen[mover.id].points,
            seen[mover.id].rules,
            adjusted.get(mover.id, []),
            zone=bench.portal.zone,
        )
        handoffs.append(
            Handoff(
                lead_id=mover.id,
                queue=queue,
                version=bench.version,
                cycle=mover.cycle,
                fit=mover.fit,
                intent=mover.intent,
                total=mover.total,
                line=bench.rulebook.sql_line,
                reasons=[line.as_dict() for line in found],
                why=explanation.sentence(found)[:300],
                opened_at=bench.at,
                due_at=due_at(bench.at, bench.portal.claim_minutes),
            )
        )
    return {handoff.lead_id: handoff.pk for handoff in Handoff.objects.bulk_create(handoffs)}


def _withdraw(lead_ids: list[int], bench: Bench) -> dict[int, int]:
    """Close the open handoffs of leads that are no longer SQLs; the ledger says why."""
    open_ones = Handoff.objects.open().filter(lead__in=lead_ids)
    closed = dict(open_ones.values_list("lead", "pk"))
    open_ones.update(state=HandoffState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=bench.at)
    return closed
