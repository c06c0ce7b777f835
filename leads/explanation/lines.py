"""The lines of a score: those of a kind sum to that kind, all of them to the total."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast
from zoneinfo import ZoneInfo

from funnel.rulebook.parts import KINDS, Rule, Rulebook
from leads.explanation.answers import LineAnswer
from leads.explanation.words import day, evidence_text
from leads.models import Adjustment


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation.

    `points` is 0 where a fact is unknown, or where what happened is too `late` to count.
    `rule` is empty for what a person adjusted, and for the `cut` of a cap.
    """

    kind: str
    label: str
    evidence: str
    points: int
    rule: str = ""
    unknown: bool = False
    late: bool = False
    cut: bool = False

    def as_dict(self) -> LineAnswer:
        # dataclasses.asdict looks for dataclasses within, and takes ten times as long.
        return cast(LineAnswer, {name: getattr(self, name) for name in _COLUMNS})


_COLUMNS = tuple(field.name for field in fields(Line))


def lines(
    rulebook: Rulebook,
    points: Sequence[int | None],
    evidence: Sequence[Mapping[str, Any]],
    adjusted: Sequence[Adjustment] = (),
    *,
    zone: str,
) -> tuple[Line, ...]:
    """Rules that fired or are unknown, biggest first, what people adjusted, and cap lines."""
    clock = ZoneInfo(zone)
    found: list[Line] = []
    for kind in KINDS:
        of_kind = [
            _of_rule(rule, points[i], evidence[i], clock)
            for i, rule in rulebook.rules_of(kind)
            if points[i] != 0 or _happened(rule, evidence[i])
        ]
        of_kind.sort(key=lambda line: (line.late, line.unknown, -abs(line.points)))
        of_kind += [_of_person(item, clock) for item in adjusted if item.kind == kind]
        found += [*of_kind, *_cuts(kind, sum(line.points for line in of_kind), rulebook.caps[kind])]
    return tuple(found)


def _of_rule(rule: Rule, points: int | None, evidence: Mapping[str, Any], zone: ZoneInfo) -> Line:
    return Line(
        rule.kind,
        rule.label,
        evidence_text(rule, evidence, zone, points),
        points or 0,
        rule.id,
        unknown=points is None,
        late=points == 0,
    )


def _happened(rule: Rule, evidence: Mapping[str, Any]) -> bool:
    """Whether a rule without points would have some, had its events come in time."""
    event = rule.event
    seen = evidence.get(event.id) if event and not rule.table else None
    if not event or not seen:
        return False
    late = seen.get("late") or {"count": 0}
    return seen["count"] + late["count"] >= event.at_least


def _of_person(item: Adjustment, zone: ZoneInfo) -> Line:
    until = day(item.ends_at.astimezone(zone))
    return Line(
        item.kind, f"Adjusted by {item.author}", f"{item.reason}; until {until}", item.points
    )


def _cuts(kind: str, exact: int, cap: int) -> Iterator[Line]:
    name = kind.capitalize()
    if exact > cap:
        note = f"At most {cap} points of {kind} count: {cap} of {exact}"
        yield Line(kind, f"{name} is capped", note, cap - exact, cut=True)
    if exact < 0:
        yield Line(kind, "Counted as 0", f"{name} never falls below 0", -exact, cut=True)


def why_sentence(found: Sequence[Line]) -> str:
    """One sentence for a queue row: what they did, then who they are, the biggest first."""
    positive = [line for line in found if line.points > 0 and line.rule]
    did = [line.label for line in positive if line.kind == "intent"][:2]
    are = [line.label for line in positive if line.kind == "fit"][: max(1, 2 - len(did))]
    parts = (did + are)[:3]
    rest = [f"{part[:1].lower()}{part[1:]}" for part in parts[1:]]
    return "; ".join([*parts[:1], *rest])
