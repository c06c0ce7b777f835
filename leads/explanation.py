"""Why a lead has its score: one line per rule, which sum to the number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Portal
from funnel import versions
from funnel.compile import event_match
from funnel.conditions import EventTest, Test, describe, walk
from funnel.rulebook import KINDS, Definition, Rule, Rulebook
from funnel.scoring import compile_rulebook
from funnel.sql import Sql, param
from funnel.vocabulary import FactType
from leads.facts import TableFacts
from leads.models import Adjustment, Lead, StageChange

# The criterion that a definition's line is, among its tests.
LINE = "line"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation. `points` is 0 where a fact is unknown or a test a mere note."""

    kind: str
    label: str
    evidence: str
    points: int
    rule: str = ""
    unknown: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score and its lines: those of a kind sum to that kind, all of them to the total."""

    total: int
    fit: int
    intent: int
    version: int
    lines: tuple[Line, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reading of the facts saw: points per rule, and the values behind them."""

    points: tuple[int | None, ...]
    rules: tuple[Mapping[str, Any], ...]
    definitions: Mapping[str, list[dict[str, Any]]]


def explain(
    lead: Lead, *, rulebook: Rulebook | None = None, portal: Portal | None = None
) -> Explanation | None:
    """The stored score in lines; None before the first scoring.

    Who has parsed the rulebook of the lead's version already, or read the settings, gives them.

    While the lead is as it was scored, the evidence is read again; afterwards the stored points
    stand, with the evidence its last qualification wrote down.
    """
    if lead.version is None or lead.scored_at is None:
        return None
    rulebook = rulebook or versions.rulebook(lead.version)
    portal = portal or Portal.load()
    seen = read([lead.pk], rulebook, at=lead.scored_at, portal=portal)[lead.pk]
    stored = tuple(lead.points)
    evidence = list(seen.rules)
    if seen.points != stored:
        kept = _kept_evidence(lead)
        for i, rule in enumerate(rulebook.rules):
            if i >= len(stored) or seen.points[i] != stored[i]:
                evidence[i] = kept.get((rule.id, stored[i] if i < len(stored) else 0), {})
    adjusted = adjustments([lead.pk], at=lead.scored_at).get(lead.pk, [])
    return Explanation(
        total=lead.total or 0,
        fit=lead.fit or 0,
        intent=lead.intent or 0,
        version=lead.version.number,
        lines=lines(rulebook, stored, evidence, adjusted, zone=portal.zone),
    )


def _kept_evidence(lead: Lead) -> Mapping[tuple[str, int | None], Mapping[str, Any]]:
    """(rule, points) → what the last qualification saw when it gave these points."""
    change = (
        StageChange.objects.filter(lead=lead, version=lead.version, evidence__isnull=False)
        .order_by("-at", "-id")
        .first()
    )
    evidence = change.evidence if change else None
    if not evidence:
        return {}
    return {(rule, evidence["points"][rule]): seen for rule, seen in evidence["rules"].items()}


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
            Line(
                kind,
                rule.label,
                evidence_text(rule, evidence[i], clock),
                points[i] or 0,
                rule.id,
                points[i] is None,
            )
            for i, rule in rulebook.rules_of(kind)
            if i < len(points) and points[i] != 0
        ]
        of_kind.sort(key=lambda line: (line.unknown, -abs(line.points)))
        of_kind += [
            Line(kind, f"Adjusted by {item.author}", _adjustment_text(item, clock), item.points)
            for item in adjusted
            if item.kind == kind
        ]
        exact = sum(line.points for line in of_kind)
        cap = rulebook.caps[kind]
        if exact > cap:
            note = f"At most {cap} points of {kind} count: {cap} of {exact}"
            of_kind.append(Line(kind, f"{kind.capitalize()} is capped", note, cap - exact))
        if exact < 0:
            note = f"{kind.capitalize()} never falls below 0"
            of_kind.append(Line(kind, "Counted as 0", note, -exact))
        found += of_kind
    return tuple(found)


def adjustments(lead_ids: Sequence[int], *, at: datetime) -> dict[int, list[Adjustment]]:
    """What people adjusted on these leads and still counts at `at`, oldest first."""
    found: dict[int, list[Adjustment]] = {}
    for item in Adjustment.objects.filter(
        lead__in=lead_ids, created_at__lte=at, ends_at__gt=at
    ).select_related("author"):
        found.setdefault(item.lead_id, []).append(item)
    return found


def _adjustment_text(item: Adjustment, zone: ZoneInfo) -> str:
    return f"{item.reason}; until {_day(item.ends_at.astimezone(zone))}"


def sentence(found: Sequence[Line]) -> str:
    """One sentence for a queue row: what they did, then who they are, the biggest first."""
    positive = [line for line in found if line.points > 0 and line.rule]
    did = [line.label for line in positive if line.kind == "intent"][:2]
    are = [line.label for line in positive if line.kind == "fit"][: max(1, 2 - len(did))]
    parts = (did + are)[:3]
    rest = [f"{part[:1].lower()}{part[1:]}" for part in parts[1:]]
    return "; ".join([*parts[:1], *rest])


# Evidence: the value, or the events with their first and last time.


def evidence_text(rule: Rule, evidence: Mapping[str, Any], zone: ZoneInfo) -> str:
    parts = []
    for test in rule.tests:
        if test.id not in evidence:
            continue  # what it saw was not written down
        if isinstance(test, EventTest):
            text = _events_text(evidence[test.id], zone)
        else:
            text = _value_text(test, evidence[test.id], said=rule.label)
        if text and text not in parts:
            parts.append(text)
    return "; ".join(parts)


def _events_text(seen: Mapping[str, Any] | None, zone: ZoneInfo) -> str:
    if not seen or not seen["count"]:
        return ""
    first, last = (
        datetime.fromisoformat(seen[name]).astimezone(zone) for name in ("first", "last")
    )
    if seen["count"] == 1:
        return _moment(last)
    return f"{seen['count']:,} times, {_until(first, last)}{_moment(last)}"


def _until(first: datetime, last: datetime) -> str:
    """ "20 to ", "30 October to ", "30 December 2025 to "; nothing on the day of the last."""
    if first.date() == last.date():
        return ""
    if first.year != last.year:
        return f"{_day(first)} to "
    return f"{first.day} to " if first.month == last.month else f"{first.day} {first:%B} to "


def _moment(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M}"


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _value_text(test: Test, value: Any, said: str) -> str:
    label = test.fact.label
    if value is None:
        return f"{label}: unknown"
    if isinstance(value, list):
        shown = ", ".join(test.fact.shown(item) for item in value)
    elif test.fact.type is FactType.DATE:
        shown = _day(date.fromisoformat(str(value)[:10]))
    else:
        shown = test.fact.shown(value)
    # What the line's own label says already is not said twice.
    return shown[:1].upper() + shown[1:] if label == said else f"{label}: {shown}"


def read(
    lead_ids: Sequence[int], rulebook: Rulebook, *, at: datetime, portal: Portal
) -> dict[int, Seen]:
    """What the criteria see in these leads at one moment, by the SQL that scores them."""
    source = TableFacts(lead_ids, at, portal)
    scoring = compile_rulebook(rulebook, source)
    per_rule = [_evidence_sql(rule.tests, source) for rule in rulebook.rules]
    per_rung = [
        _evidence_sql(tuple(walk(definition.condition)), source)
        for definition in rulebook.definitions.values()
    ]
    tables = source.tables(rulebook.tests())
    query = Sql("SELECT l.id, {}, {}, {} FROM {}{} WHERE l.id = ANY({})") % (
        scoring.points,
        Sql("jsonb_build_array({})") % Sql.join(", ", per_rule),
        Sql("jsonb_build_array({})") % Sql.join(", ", per_rung),
        tables,
        scoring.laterals,
        param(list(lead_ids)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        rows = cursor.fetchall()
    # Said once for the whole batch.
    says = {rung: _says(definition) for rung, definition in rulebook.definitions.items()}
    return {
        row[0]: Seen(
            tuple(row[1]),
            tuple(_loaded(row[2])),
            {
                rung: [{"id": id_, "says": text, "value": values.get(id_)} for id_, text in told]
                for (rung, told), values in zip(says.items(), _loaded(row[3]), strict=True)
            },
        )
        for row in rows
    }


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _says(definition: Definition) -> list[tuple[str, str]]:
    """(id, words) of each criterion of a definition."""
    told = [(test.id, describe(test)) for test in walk(definition.condition)]
    if definition.line is not None:
        told.append((LINE, f"score is at least {definition.line}"))
    return told


def _evidence_sql(tests: Sequence[Test | EventTest], source: TableFacts) -> Sql:
    """A jsonb object: test id → value, or {count, first, last} of the events it counted."""
    pairs = []
    for test in tests:
        if isinstance(test, EventTest):
            match = event_match(test, source)
            value = Sql("jsonb_build_object('count', {}, 'first', {}, 'last', {})") % tuple(
                source.over_events(Sql(f"{aggregate} FILTER (WHERE {{}})") % match)
                for aggregate in ("count(*)", "min(e.occurred_at)", "max(e.occurred_at)")
            )
        else:
            # What does not fit the type of its field is unknown, whatever stands there.
            value = Sql("CASE WHEN {} IS NOT NULL THEN to_jsonb({}) END") % (
                source.value(test),
                source.raw(test),
            )
        pairs.append(Sql("{}, {}") % (param(test.id, "text"), value))
    return Sql("jsonb_build_object({})") % Sql.join(", ", pairs)
