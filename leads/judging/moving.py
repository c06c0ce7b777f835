"""Moves between the rungs: the evidence of those that rise, the handoffs they open and close."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from funnel.models import Queue
from funnel.promises import due_at
from funnel.rulebook.parts import Rulebook
from funnel.stages import LADDER, Actor, Stage, steps
from leads import ledger
from leads.explanation import evidence, lines, stored
from leads.judging.basis import Basis
from leads.judging.scoring import Departure
from leads.ledger import LedgerRow
from leads.models import Handoff, HandoffState, Outcome, Override

# Causes (see scoring._MOVE) to move whom a person keeps where they are: no override outlives a
# consent.
OUTLASTS = frozenset({"consent", "disqualifier"})
_RUNGS = {str(rung): place for place, rung in enumerate(LADDER)}
# What is seen of a lead (leads/explanation) by its id.
Seen = Mapping[int, evidence.Seen]


class Score(NamedTuple):
    fit: int
    intent: int


def tell(departures: Sequence[Departure], basis: Basis) -> None:
    """Move the leads that `score` found to move, and write how they were judged."""
    moves = [
        LedgerRow(
            one.id,
            origin,
            target,
            basis.at,
            Actor.MACHINE,
            reason=_reason(one, target, basis),
            version_id=basis.version.pk,
            cycle=one.cycle,
            total=one.total,
        )
        for one in departures
        for origin, target in steps(one.stage, one.target)
    ]
    if freed := [one.id for one in departures if one.cause in OUTLASTS]:
        Override.objects.filter(lead__in=freed, ends_at__gt=basis.at).update(ends_at=basis.at)
    scores = {one.id: Score(one.fit, one.intent) for one in departures}
    judged = {one.id: _judged(one, basis) for one in departures}
    ledger.write(completed(moves, scores, basis), judged)


def _judged(departure: Departure, basis: Basis) -> dict[str, Any]:
    """What `score` writes of a lead that stays; who moves is held by nobody and below no line."""
    return {
        "version_id": basis.version.pk,
        "fit": departure.fit,
        "intent": departure.intent,
        "total": departure.total,
        "grade": departure.grade,
        "points": departure.points,
        "scored_at": basis.at,
        "disqualifier": departure.disqualifier,
        "held_until": None,
        "below_since": None,
        "rescore_at": departure.rescore_at,
        "stale_at": None,
        "attempts": 0,
    }


def completed(
    moves: Sequence[LedgerRow], scores: Mapping[int, Score], basis: Basis
) -> list[LedgerRow]:
    """The same moves by this basis, with what each rise saw, and its handoff where one crosses.

    Who becomes an SQL gets a handoff by their score; who was one loses the open one.
    """
    seen = _seen(moves, basis)
    handoffs = _withdraw([move for move in moves if move.origin == Stage.SQL], basis)
    handoffs |= _open([move for move in moves if move.target == Stage.SQL], scores, seen, basis)
    return [
        replace(
            move,
            version_id=basis.version.pk,
            handoff_id=handoffs.get(move.lead_id) if _crosses(move) else None,
            evidence=(
                _evidence(seen[move.lead_id], move, basis.rulebook)
                if move.lead_id in seen and _rises(move)
                else None
            ),
        )
        for move in moves
    ]


def _rises(move: LedgerRow) -> bool:
    """Whether it climbs a rung, so that a definition must hold."""
    return _RUNGS.get(move.origin, len(_RUNGS)) < _RUNGS.get(move.target, -1)


def _crosses(move: LedgerRow) -> bool:
    return Stage.SQL in (move.origin, move.target)


def _seen(moves: Sequence[LedgerRow], basis: Basis) -> Seen:
    """What the criteria see in leads they raise, and in those that anybody hands to sales."""
    rising = {
        move.lead_id: None
        for move in moves
        if _rises(move) and (move.actor == Actor.MACHINE or move.target == Stage.SQL)
    }
    if not rising:
        return {}
    return evidence.read_evidence([*rising], basis.rulebook, at=basis.at, portal=basis.portal)


def _evidence(seen: evidence.Seen, move: LedgerRow, rulebook: Rulebook) -> dict[str, object]:
    """Each criterion of the definition with the value it saw, and each rule with its points."""
    return {
        "criteria": [
            told | {"value": move.total} if told["id"] == evidence.LINE else told
            for told in seen.definitions[move.target]
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


def _reason(departure: Departure, target: str, basis: Basis) -> str:
    label = Stage(target).label
    match departure.cause:
        case "free" if target == Stage.INQUIRY:
            return "The disqualifier no longer holds"
        case "up" | "free":
            return f"Meets the {label} definition of {basis.version}"
        case "consent":
            return "Consent is missing"
        case "version":
            return f"Judged by {basis.version}"
        case "grace":
            days = basis.portal.grace_days
            return f"Below its line for {days} days" if days else "Fell below its line"
    disqualifiers = basis.rulebook.disqualifiers
    return next(item.label for item in disqualifiers if item.id == departure.disqualifier)


def _open(
    moves: Sequence[LedgerRow], scores: Mapping[int, Score], seen: Seen, basis: Basis
) -> dict[int, int]:
    """Open one handoff per new SQL in the default queue; gives lead id → handoff id."""
    if not moves:
        return {}
    queue = Queue.default()
    adjusted = stored.adjustments([move.lead_id for move in moves], at=basis.at)
    handoffs = []
    for move in moves:
        found = lines.lines(
            basis.rulebook,
            seen[move.lead_id].points,
            seen[move.lead_id].rules,
            adjusted.get(move.lead_id, []),
            zone=basis.portal.zone,
        )
        score = scores[move.lead_id]
        handoffs.append(
            Handoff(
                lead_id=move.lead_id,
                queue=queue,
                version=basis.version,
                cycle=move.cycle,
                fit=score.fit,
                intent=score.intent,
                total=score.fit + score.intent,
                line=basis.rulebook.sql_line,
                reasons=[line.as_dict() for line in found],
                why=lines.why_sentence(found)[:300],
                opened_at=basis.at,
                due_at=due_at(basis.at, basis.portal.claim_minutes),
            )
        )
    return {handoff.lead_id: handoff.pk for handoff in Handoff.objects.bulk_create(handoffs)}


def _withdraw(moves: Sequence[LedgerRow], basis: Basis) -> dict[int, int]:
    """Close the open handoffs of leads that are no longer SQLs; the ledger says why."""
    if not moves:
        return {}
    open_ones = Handoff.objects.open().filter(lead__in=[move.lead_id for move in moves])
    closed = dict(open_ones.values_list("lead", "pk"))
    open_ones.update(state=HandoffState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=basis.at)
    return closed
