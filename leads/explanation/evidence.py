"""What the criteria see in leads: the value behind every test, read by the SQL that scores."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Portal
from funnel.compile import event_match
from funnel.conditions.describing import describe
from funnel.conditions.tree import EventTest, Test, walk
from funnel.rulebook.parts import Definition, Rule, Rulebook
from funnel.scoring import compile_rulebook, counted, unclamped
from leadportal.db import prepared
from leadportal.db.pieces import Sql, param
from leads.facts import TableFacts

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
    # An array, for PostgreSQL gives a function no more than 100 arguments.
    query = Sql(
        "SELECT l.id, {}, to_jsonb(ARRAY[{}]::jsonb[]), {} IS NOT NULL, {} FROM {}{} "
        "WHERE l.id = ANY({})"
    ) % (
        scoring.points,
        Sql.join(", ", values),
        source.adjustments_end(),
        _unscored(tests) if with_past else Sql("NULL"),
        source.tables(tests),
        scoring.laterals,
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
    """What the ledger is told at a qualification, as SQL for one lead `n` of a relation.

    `values`: those of all tests, as one column `saw` of the relation. `parts`: a SELECT over it
    that gives `given` (rule → points) and `seen` (rule → test → value) of the rules that gave
    points or are unknown, and the columns of `criteria`, by rung: its criteria with their values.
    """

    values: Sql
    parts: Sql
    criteria: Mapping[str, str]


def told(rulebook: Rulebook, source: TableFacts) -> Told:
    """As SQL, what `read_evidence` gives the ledger of each lead that moves to `m.target`."""
    # Nobody asks what rules without points saw, but for the lines of a handoff.
    values = [
        Sql(f"CASE WHEN p.r{number} IS DISTINCT FROM 0 OR m.target = 'sql' THEN {{}} END")
        % _of_rule(rule, test, source, False)
        for number, rule in enumerate(rulebook.rules)
        for test in rule.tests
    ]
    values += [_value(test, source) for _, test in _of_rungs(rulebook)]
    place = count(1)
    rules = [
        Sql("({}, n.points[{}], CASE WHEN n.points[{}] IS DISTINCT FROM 0 THEN {} END)")
        % (
            param(rule.id, "text"),
            param(number),
            param(number),
            _named((test.id, Sql("n.saw[{}]") % param(next(place))) for test in rule.tests),
        )
        for number, rule in enumerate(rulebook.rules, start=1)
    ]
    rungs = {
        rung: {test.id: Sql("n.saw[{}]") % param(next(place)) for test in walk(one.condition)}
        for rung, one in rulebook.definitions.items()
    }
    criteria = {
        rung: Sql("to_jsonb(ARRAY[{}]::jsonb[])")
        % Sql.join(
            ", ",
            (
                Sql("jsonb_build_object('id', {}, 'says', {}, 'value', {})")
                % (
                    param(id_, "text"),
                    param(says, "text"),
                    Sql("n.total") if id_ == LINE else rungs[rung].get(id_, Sql("NULL")),
                )
                for id_, says in _says(one)
            ),
        )
        for rung, one in rulebook.definitions.items()
    }
    names = {rung: f"of_{rung}" for rung in criteria}
    parts = Sql(
        "SELECT rule.given, rule.seen, {} FROM (SELECT "
        "coalesce(jsonb_object_agg(id, points), '{{}}') AS given, "
        "coalesce(jsonb_object_agg(id, seen), '{{}}') AS seen "
        "FROM (VALUES {}) AS rule (id, points, seen) WHERE points IS DISTINCT FROM 0) AS rule"
    ) % (
        Sql.join(", ", (sql.named(names[rung]) for rung, sql in criteria.items())),
        Sql.join(", ", rules) if rules else Sql("(''::text, 0::smallint, '{{}}'::jsonb)"),
    )
    return Told(Sql("ARRAY[{}]::jsonb[]") % Sql.join(", ", values), parts, names)


# PostgreSQL gives a function no more than 100 arguments.
MOST_PAIRS = 50


def _named(pairs: Iterable[tuple[str, Sql]]) -> Sql:
    """A jsonb object of values by name."""
    pairs = list(pairs)
    if len(pairs) <= MOST_PAIRS:
        each = (Sql("{}, {}") % (param(name, "text"), value) for name, value in pairs)
        return Sql("jsonb_build_object({})") % Sql.join(", ", each)
    each = (Sql("({}, {})") % (param(name, "text"), value) for name, value in pairs)
    return Sql("(SELECT jsonb_object_agg(name, value) FROM (VALUES {}) AS pair (name, value))") % (
        Sql.join(", ", each)
    )


def of_rules(rulebook: Rulebook, values: Any) -> list[dict[str, Any]]:
    """Per rule its tests with the values they saw, from the column `saw` of `told`."""
    return _per_rule(rulebook, iter(_loaded(values)))


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


# Each is a jsonb value.


def _value(test: Test_, source: TableFacts) -> Sql:
    if isinstance(test, EventTest):
        return _object(_events(test, source))
    # What does not fit the type of its field is unknown, whatever stands there.
    return Sql("CASE WHEN {} IS NOT NULL THEN to_jsonb({}) END") % (
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
    return {"count": Sql("coalesce({}, 0)") % count, "first": first, "last": last}


def _object(parts: Mapping[str, Sql]) -> Sql:
    pairs = [Sql(f"'{name}', {{}}") % value for name, value in parts.items()]
    return Sql("jsonb_build_object({})") % Sql.join(", ", pairs)


def _unscored(tests: Sequence[Test_]) -> Sql:
    return Sql(
        "(SELECT jsonb_object_agg(x.type, jsonb_build_object("
        "'count', x.count, 'first', x.first, 'last', x.last)) FROM (SELECT e.type, count(*), "
        "min(e.occurred_at) AS first, max(e.occurred_at) AS last FROM leads_event e "
        "WHERE e.lead_id = l.id AND e.type <> ALL({}) GROUP BY e.type) AS x)"
    ) % param(sorted({test.event for test in tests if test.event}), "text[]")
