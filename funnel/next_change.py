"""When time alone may change a judgement: the earliest moment after now, in SQL."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from funnel.compile import (
    DAY,
    NO_TIME,
    FactSource,
    elapsed_days,
    event_match,
    leaving,
    today_of,
)
from funnel.conditions.tree import All, Any_, Condition, EventTest, Not, Test
from funnel.rulebook.parts import Band, Rule, Rulebook
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType
from leadportal.db.pieces import Sql, param

# Dates may stand for "never"; what they cause later than this is no cause, and fits no timestamp
# that Python can read.
END_OF_TIME = date(9000, 1, 1)
# No two days of the calendar are further apart.
MOST_DAYS = 4_000_000


def changes_at(rulebook: Rulebook, source: FactSource) -> Sql:
    """The earliest of all causes; each is a timestamptz, NULL where it does not apply."""
    causes: dict[Sql, None] = {source.adjustments_end(): None}
    parts: list[Condition] = [d.condition for d in rulebook.definitions.values()]
    parts += [item.condition for item in rulebook.disqualifiers]
    for rule in rulebook.rules:
        if rule.event is not None and rule.table is None:
            causes.update(dict.fromkeys(_event_causes(rule, rule.event, source)))
        elif rule.when is not None:
            parts.append(rule.when)
        if rule.table is not None:
            parts += _edges(*rule.table)
    for part in parts:
        causes.update(dict.fromkeys(_time_causes(part, source)))
    return Sql("least({})") % Sql.join(", ", causes)


def _edges(test: Test, bands: Sequence[Band]) -> list[Test]:
    """A table's fact compared with each edge that time may carry it past."""
    lows = [replace(test, op="at_least", value=band.low) for band in bands if band.low is not None]
    highs = [
        replace(test, op="at_most", value=band.high) for band in bands if band.high is not None
    ]
    return [test, *lows, *highs]


def _event_causes(rule: Rule, event: EventTest, source: FactSource) -> list[Sql]:
    match = event_match(event, source)
    if rule.ageing is None:
        return [] if event.within_days is None else [_window_end(event, source)]
    # The next completed day of an event that has a share to lose; it leaves no window before.
    lasts = sum(share > 0 for share in rule.ageing.factors)
    fades = Sql("e.occurred_at + ({} + 1) * {}") % (elapsed_days(source), param(DAY, "interval"))
    moment = Sql("CASE WHEN e.occurred_at > {} THEN {} {}END") % (
        param(source.at - timedelta(days=lasts), "timestamptz"),
        fades,
        Sql("ELSE {} ") % leaving(event.within_days) if event.within_days else Sql(""),
    )
    return [source.soonest(event.event, match, moment)]


def _time_causes(node: Condition, source: FactSource) -> Iterable[Sql]:
    """One timestamptz expression per cause, NULL where it does not apply."""
    match node:
        case All(items=items) | Any_(items=items):
            for item in items:
                yield from _time_causes(item, source)
        case Not(item=item):
            yield from _time_causes(item, source)
        case EventTest():
            if node.within_days is not None:
                yield _window_end(node, source)
        case Test():
            if node.fact.type is FactType.DATE:
                cause = _date_cause(node, source)
            elif node.fact.days_of is not None:
                cause = _days_cause(node, node.fact.days_of, source)
            else:
                cause = source.time_cause(node)
            if cause != NO_TIME:
                yield cause


def _window_end(test: EventTest, source: FactSource) -> Sql:
    """When the oldest event that still counts leaves its window."""
    return source.soonest(test.event, event_match(test, source), leaving(test.within_days or 0))


def _date_cause(test: Test, source: FactSource) -> Sql:
    """The next midnight at which "within the next n days" and its like may flip."""
    match test.op:
        case "within_next":
            flips = [-test.value, 1]
        case "within_last":
            flips = [0, test.value + 1]
        case "more_than_days_ago":
            flips = [test.value + 1]
        case _:
            return NO_TIME
    return _midnight(source.value(test), flips, source)


def _days_cause(test: Test, date_fact: Fact, source: FactSource) -> Sql:
    """The next midnight at which a number of days passes what it is compared with."""
    reached = [day for day in _flips(test) if abs(day) < MOST_DAYS]
    if not reached:
        return NO_TIME
    return _midnight(source.value(Test(test.id, date_fact, "is_known")), reached, source)


def _flips(test: Test) -> list[int]:
    """How many days after its date a comparison of the number of days turns."""
    match test.op:
        case "is":
            edges = [(test.value, True), (test.value, False)]
        case "between":
            edges = [(test.value[0], True), (test.value[1], False)]
        case "at_least" | "less_than":
            edges = [(test.value, True)]
        case "at_most" | "more_than":
            edges = [(test.value, False)]
        case _:
            return []
    if test.fact.until:
        edges = [(-edge, not gets_there) for edge, gets_there in edges]
    # Some turn when the number gets to the edge, the others when it goes beyond.
    return [math.ceil(edge) if gets_there else math.floor(edge) + 1 for edge, gets_there in edges]


def _midnight(day: Sql, flips: Iterable[int], source: FactSource) -> Sql:
    """The first of the midnights `flips` days after a date that is still to come."""
    today, zone = param(today_of(source), "date"), param(source.zone.key)
    cases = [
        # Days are compared, not dates: a sum may lie beyond the calendar.
        Sql("CASE WHEN {} > {} - {} AND {} < {} - {} THEN {} END")
        % (
            days := param(flip),
            today,
            day,
            days,
            param(END_OF_TIME, "date"),
            day,
            _begin(Sql("({} + {})") % (day, days), zone),
        )
        for flip in flips
    ]
    return Sql("least({})") % Sql.join(", ", cases)


def _begin(day: Sql, zone: Sql) -> Sql:
    """The first moment of a day. Where the clocks go back at midnight, PostgreSQL's is the second
    midnight of that day."""
    return Sql(
        "(SELECT CASE WHEN ((t.at - interval '1 hour') AT TIME ZONE {})::date = t.day "
        "THEN t.at - interval '1 hour' ELSE t.at END "
        "FROM (SELECT d.day, d.day::timestamp AT TIME ZONE {} AS at FROM (SELECT {} AS day) AS d) "
        "AS t)"
    ) % (zone, zone, day)
