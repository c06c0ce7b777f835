"""What the criteria see in leads: the value behind every test, read by the SQL that scores."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count, repeat
from typing import Any

from accounts.models import Portal
from funnel.compile import event_match
from funnel.conditions.describing import describe
from funnel.conditions.tree import EventTest, Test, walk
from funnel.rulebook.parts import Definition, Rule, Rulebook
from funnel.scoring import compile_rulebook, counted, unclamped
from leadportal.db import prepared
from leadportal.db.pieces import Sql, param
from leads.facts.tables import TableFacts

# The criterion that a definition's line is, among its tests.
LINE = "line"

Test_ = Test | EventTest


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reading of the facts saw: points per rule, and the values behind them.

    The value of a test on events is {"count", "first", "last"}; where it is all that a rule asks
    also "counted", if not every event may count, "exact", the points before its minimum and
    maximum, and "late", the events that came too late, if asked for.
    """

    points: tuple[int | None, ...]
    rules: tuple[Mapping[str, Any], ...]
    definitions: Mapping[str, list[dict[str, Any]]]
    # Whether a person adjusted the lead.
    is_adjusted: bool = False
    # Event type → count, first and last time, of the types no test asks for; if asked for.
    unscored: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_evidence(
    lead_ids: Sequence[int],
    rulebook: Rulebook,
    *,
    at: datetime,
    portal: Portal,
    with_past: bool = False,
) -> dict[int, Seen]:
    """What the criteria see in these leads at one moment.

    `with_past` also looks at all that no longer counts, and never did.
    """
    source = TableFacts(lead_ids, at, portal)
    scoring = compile_rulebook(rulebook, source)
    values = [_of_rule(rule, test, source, with_past) for rule, test in _of_rules(rulebook)]
    values += [_value(test, source) for _, test in _of_rungs(rulebook)]
    tests = rulebook.tests()
    if with_past:
        tests = [_ever(test) for test in tests]
    query = Sql("SELECT l.id, {}, {}, {} IS NOT NULL, {} FROM {}{} WHERE l.id = ANY({})") % (
        scoring.points,
        _listed("[", (Sql("coalesce({}, 'null')") % value for value in values), "]"),
        source.adjustments_end(),
        _unscored(tests) if with_past else Sql("NULL"),
        source.tables(tests),
        scoring.lateral,
        param(list(lead_ids)),
    )
    rows = prepared.fetch_by_criteria(query.text, query.params, list(lead_ids))
    # Said once for the whole batch.
    says = {rung: _says(definition) for rung, definition in rulebook.definitions.items()}
    return {
        lead_id: replace(
            _seen(rulebook, points, iter(_loaded(found)), says),
            is_adjusted=is_adjusted,
            unscored=_loaded(unscored) or {},
        )
        for lead_id, points, found, is_adjusted, unscored in rows
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger is told at a qualification, as SQL over a relation `n` of judged leads.

    `values`: the column `saw` of the relation, what all tests saw, in a lateral behind a scoring
    and the destination `m`. `evidence`: of a step that rises to `step.target`, as the ledger keeps
    it.
    """

    values: Sql
    evidence: Sql


def told(rulebook: Rulebook, source: TableFacts) -> Told:
    """As SQL, what `read_evidence` reads of each lead that moves."""
    # Nobody asks what rules without points saw, but for the lines of a handoff.
    values = [
        Sql(f"CASE WHEN s.r{number} IS DISTINCT FROM 0 OR m.target = 'sql' THEN {{}} END")
        % _of_rule(rule, test, source, False)
        for number, rule in enumerate(rulebook.rules)
        for test in rule.tests
    ]
    values += [_value(test, source) for _, test in _of_rungs(rulebook)]
    saw = (Sql("coalesce(n.saw[{}], 'null')") % param(place) for place in count(1))
    rules = [
        (rule.id, _object({test.id: next(saw) for test in rule.tests})) for rule in rulebook.rules
    ]
    points = [
        (rule.id, Sql("coalesce(n.points[{}]::text, 'null')") % param(number))
        for number, rule in enumerate(rulebook.rules, start=1)
    ]
    parts = {
        "criteria": Sql("CASE step.target {} END") % Sql.join(" ", _criteria(rulebook, saw)),
        "points": _with_points(points),
        "rules": _with_points(rules),
    }
    return Told(
        Sql("ARRAY[{}]::text[]") % Sql.join(", ", values), Sql("({})::jsonb") % _object(parts)
    )


def _criteria(rulebook: Rulebook, saw: Iterator[Sql]) -> Iterator[Sql]:
    """A branch for each rung: its criteria, each with what it says and the value it saw."""
    for rung, definition in rulebook.definitions.items():
        seen = {test.id: next(saw) for test in walk(definition.condition)}
        seen[LINE] = Sql("n.total::text")
        told = (
            _object(
                {
                    "id": param(json.dumps(id_), "text"),
                    "says": param(json.dumps(says), "text"),
                    "value": seen.get(id_, Sql("'null'")),
                }
            )
            for id_, says in _says(definition)
        )
        yield Sql("WHEN {} THEN {}") % (param(rung), _listed("[", told, "]"))


def _with_points(values: Iterable[tuple[str, Sql]]) -> Sql:
    """An object of those rules alone that gave points, or are unknown."""
    return _listed(
        "{",
        (
            Sql("CASE WHEN n.points[{}] IS DISTINCT FROM 0 THEN {} || {} END")
            % (param(number), param(f"{json.dumps(name)}: ", "text"), value)
            for number, (name, value) in enumerate(values, start=1)
        ),
        "}",
    )


def of_rules(rulebook: Rulebook, values: Sequence[str | None]) -> list[dict[str, Any]]:
    """Per rule its tests with the values they saw, from the column `saw` of `told`."""
    return _per_rule(rulebook, (json.loads(value) if value else None for value in values))


def _per_rule(rulebook: Rulebook, values: Iterator[Any]) -> list[dict[str, Any]]:
    return [{test.id: next(values) for test in rule.tests} for rule in rulebook.rules]


def _seen(
    rulebook: Rulebook,
    points: Sequence[int | None],
    values: Iterator[Any],
    says: Mapping[str, list[tuple[str, str]]],
) -> Seen:
    rules = _per_rule(rulebook, values)
    rungs: dict[str, dict[str, Any]] = {
        rung: {test.id: next(values) for test in walk(definition.condition)}
        for rung, definition in rulebook.definitions.items()
    }
    definitions = {
        rung: [{"id": id_, "says": text, "value": rungs[rung].get(id_)} for id_, text in told]
        for rung, told in says.items()
    }
    return Seen(tuple(points), tuple(rules), definitions)


def _of_rules(rulebook: Rulebook) -> Iterator[tuple[Rule, Test_]]:
    return ((rule, test) for rule in rulebook.rules for test in rule.tests)


def _of_rungs(rulebook: Rulebook) -> Iterator[tuple[str, Test_]]:
    return (
        (rung, test)
        for rung, definition in rulebook.definitions.items()
        for test in walk(definition.condition)
    )


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _says(definition: Definition) -> list[tuple[str, str]]:
    """(id, words) of each criterion of a definition."""
    told = [(test.id, describe(test)) for test in walk(definition.condition)]
    if definition.line is not None:
        told.append((LINE, f"score is at least {definition.line}"))
    return told


# Each is JSON as a text, NULL for null: text is joined many times as fast as jsonb is built.


def _value(test: Test_, source: TableFacts) -> Sql:
    if isinstance(test, EventTest):
        return _object(_events(test, source))
    # What does not fit the type of its field is unknown, whatever stands there.
    return Sql("CASE WHEN {} IS NOT NULL THEN to_json({})::text END") % (
        source.value(test),
        source.raw(test),
    )


def _of_rule(rule: Rule, test: Test_, source: TableFacts, with_past: bool) -> Sql:
    event = rule.event
    if event is None or rule.table is not None:
        return _value(test, source)
    parts = _events(event, source)
    if rule.frequency.is_capped:
        parts["counted"] = counted(rule, event, source)
    if rule.minimum is not None or rule.maximum is not None:
        parts["exact"] = unclamped(rule, event, source)
    if with_past and event.within_days is not None:
        parts["late"] = _object(_late(event, source))
    return _object(parts)


def _events(test: EventTest, source: TableFacts) -> dict[str, Sql]:
    return _over(event_match(test, source), source)


def _late(test: EventTest, source: TableFacts) -> dict[str, Sql]:
    """What the test would count, were it inside its window."""
    ever = event_match(_ever(test), source)
    return _over(Sql("{} AND NOT ({})") % (ever, event_match(test, source)), source)


def _ever(test: Any) -> Any:
    return replace(test, within_days=None) if isinstance(test, EventTest) else test


def _over(match: Sql, source: TableFacts) -> dict[str, Sql]:
    """How many events match, and when the first and the last of them happened."""
    count, first, last = (
        source.over_events(Sql(f"{aggregate} FILTER (WHERE {{}})") % match)
        for aggregate in ("count(*)", "min(e.occurred_at)", "max(e.occurred_at)")
    )
    moment = "coalesce(to_json({})::text, 'null')"
    return {
        "count": Sql("coalesce({}, 0)") % count,
        "first": Sql(moment) % first,
        "last": Sql(moment) % last,
    }


def _object(parts: Mapping[str, Sql]) -> Sql:
    """A JSON object of values that are numbers, or JSON themselves, and never NULL."""
    names = (
        param(f"{before}{json.dumps(name)}: ", "text")
        for name, before in zip(parts, chain("{", repeat(", ")), strict=False)
    )
    pairs = (Sql("{} || {}") % pair for pair in zip(names, parts.values(), strict=True))
    return Sql("({} || {})") % (Sql.join(" || ", pairs), param("}", "text"))


# PostgreSQL gives a function no more than 100 arguments.
MOST_ARGUMENTS = 90


def _listed(begin: str, texts: Iterable[Sql], end: str) -> Sql:
    """Those texts that are not NULL, between commas."""
    texts = list(texts)
    while len(texts) > MOST_ARGUMENTS:
        texts = [
            Sql("nullif(concat_ws(', ', {}), '')") % Sql.join(", ", texts[i : i + MOST_ARGUMENTS])
            for i in range(0, len(texts), MOST_ARGUMENTS)
        ]
    joined = Sql("concat_ws(', ', {})") % Sql.join(", ", texts) if texts else Sql("''")
    return Sql("({} || {} || {})") % (param(begin, "text"), joined, param(end, "text"))


def _unscored(tests: Sequence[Test_]) -> Sql:
    return Sql(
        "(SELECT jsonb_object_agg(x.type, jsonb_build_object("
        "'count', x.count, 'first', x.first, 'last', x.last)) FROM (SELECT e.type, count(*), "
        "min(e.occurred_at) AS first, max(e.occurred_at) AS last FROM leads_event e "
        "WHERE e.lead_id = l.id AND e.type <> ALL({}) GROUP BY e.type) AS x)"
    ) % param(sorted({test.event for test in tests if test.event}), "text[]")
