"""Conditions to SQL, over a mapping of facts that the record provides.

The only evaluator there is: one lead and a million run the same text. What a fact is made of is
the business of a `FactSource` (leads/facts/tables.py); what a test means is decided here.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from funnel.conditions.tree import All, Any_, Condition, EventTest, Not, PropertyTest, Test
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import NUMBER_OPERATORS, SAME_OPERATORS, FactType
from leadportal.db.pieces import Sql, param

NO_TIME = Sql("NULL::timestamptz")
DAY = timedelta(days=1)
# A text that is a number to everybody who reads it.
_A_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
TEXT_PROPERTY = Fact("property", FactType.TEXT, "property")


class FactSource(Protocol):
    """How one record's tables answer the criteria. All SQL is for one row per lead."""

    at: datetime
    # The company's: whose days the criteria mean.
    zone: ZoneInfo

    def value(self, test: Test) -> Sql:
        """What SQL compares: a key for text, a number, a date, a boolean; NULL if unknown."""

    def raw(self, test: Test) -> Sql:
        """The value as a person wrote it."""

    def property_key(self, name: str) -> Sql:
        """The normalised twin of a text property of the event `e`; NULL if it has none."""

    def property_words(self, name: str) -> Sql:
        """The padded words of a text property of the event `e`; NULL if it has none."""

    def property_known(self, name: str) -> Sql:
        """Whether the event `e` has this property, of whatever type."""

    def property_number(self, name: str) -> Sql:
        """A numeric property of the event `e`; NULL if it is none."""

    def property_yes_no(self, name: str) -> Sql:
        """A property of the event `e` that says yes or no; NULL if it is none."""

    def over_events(self, aggregate: Sql) -> Sql:
        """An aggregate over the lead's events `e`, shared with every equal one."""

    def over_newest(
        self, match: Sql, factors: Sequence[int], *, per_day: int | None, in_all: int | None
    ) -> tuple[Sql, Sql]:
        """Whether any event matches, and the sum of the factors of the newest, so many a day or in
        all; by whole elapsed days, the last of them for all that is older."""

    def days(self, match: Sql, within_days: int | None) -> Sql:
        """On how many days an event matched."""

    def soonest(self, event: str, match: Sql, moment: Sql) -> Sql:
        """The least of the moments of all matching events, whatever it is that they match.

        `event` is the type that `match` asks for; blank for every type.
        """

    def adjustment(self, kind: str) -> Sql:
        """Points people gave or took in one kind, as of `at`; 0 without any."""

    def adjustments_end(self) -> Sql:
        """When the first of them ends or begins; NULL without any."""

    def text_key(self, fact: Fact, text: str) -> str:
        """The normalised twin that `value` of a text fact is compared with."""

    def text_keys(self, fact: Fact, keys: Sequence[str]) -> Sql:
        """An array of all that a value may be equal to, to be one of these `text_key`s."""

    def words(self, test: Test) -> Sql:
        """The padded words of a text fact, each between single spaces; NULL if unknown."""

    def words_key(self, fact: Fact, text: str) -> str:
        """The normalised twin that is looked for in `words`."""

    def time_cause(self, test: Test) -> Sql:
        """When time alone may change a windowed fact; NULL if never."""


def condition(node: Condition, source: FactSource) -> Sql:
    """A boolean expression that is never NULL."""
    match node:
        case All(items=items):
            return _joined(" AND ", items, source)
        case Any_(items=items):
            return _joined(" OR ", items, source)
        case Not(item=item):
            return Sql("(NOT {})") % condition(item, source)
        case EventTest():
            return Sql("({} >= {})") % (event_count(node, source), param(node.at_least))
    return _test(node, source)


def _joined(word: str, items: Iterable[Condition], source: FactSource) -> Sql:
    return Sql("({})") % Sql.join(word, (condition(item, source) for item in items))


# Tests on facts. `{0}` is the value of the fact.


def _test(test: Test, source: FactSource) -> Sql:
    value = source.words(test) if test.op == "contains_any_word" else source.value(test)
    if test.op == "is_known":
        return Sql("({} IS NOT NULL)") % value
    if test.op == "is_unknown":
        return Sql("({} IS NULL)") % value
    if test.fact.type is FactType.TEXT:
        test_sql = _text_test(test.op, test.value, value, test.fact, source)
    elif test.fact.type is FactType.DATE:
        test_sql = _date_test(test, value, source)
    elif test.fact.type in (FactType.CHOICE, FactType.CHOICES):
        test_sql = _choice_test(test, value)
    elif test.fact.type is FactType.YES_NO:
        test_sql = Sql("{} = {}") % (value, param(test.value))
    else:
        test_sql = _number_test(test.op, test.value, value)
    return Sql("coalesce({}, FALSE)") % test_sql


def _text_test(op: str, wanted: Any, value: Sql, fact: Fact, source: FactSource) -> Sql:
    twin = source.words_key if op == "contains_any_word" else source.text_key
    # What folds to nothing (marks no eye sees) is no text to look for.
    keys = [key for key in (twin(fact, text) for text in _several(wanted)) if key.strip()]
    if op in ("is", "is_any_of"):
        return Sql("{} = ANY({})") % (value, source.text_keys(fact, keys))
    if op in ("is_not", "is_none_of"):
        # To PostgreSQL even NULL is none of an empty list.
        none_of = Sql("{} <> ALL({})") % (value, source.text_keys(fact, keys))
        return none_of if keys else Sql("{} IS NOT NULL") % value
    if op == "contains_any_word":
        likes = [f"%{_like(key)}%" for key in keys]
    elif op == "starts_with":
        likes = [f"{_like(key).rstrip()}%" for key in keys]
    else:
        likes = [f"%{_like(key).strip()}%" for key in keys]
    return Sql("{} LIKE ANY({})") % (value, param(likes, "text[]"))


def _several(wanted: Any) -> tuple[Any, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _number_test(op: str, wanted: Any, value: Sql) -> Sql:
    if op == "between":
        low, high = wanted
        return Sql("{} BETWEEN {} AND {}") % (value, param(low), param(high))
    sign = {"is": "=", "at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}[op]
    return Sql(f"{{}} {sign} {{}}") % (value, param(wanted))


def _choice_test(test: Test, value: Sql) -> Sql:
    wanted = list(test.value) if isinstance(test.value, tuple) else test.value
    match test.op:
        case "is":
            return Sql("{} = {}") % (value, param(wanted))
        case "is_not":
            return Sql("{} <> {}") % (value, param(wanted))
        case "is_any_of":
            return Sql("{} = ANY({})") % (value, param(wanted, "text[]"))
        case "is_none_of":
            return Sql("{} <> ALL({})") % (value, param(wanted, "text[]"))
        case "includes_any_of":
            return Sql("{} ?| {}") % (value, param(wanted, "text[]"))
        case "includes_all_of":
            return Sql("{} ?& {}") % (value, param(wanted, "text[]"))
    return Sql("NOT ({} ?| {})") % (value, param(wanted, "text[]"))


def _date_test(test: Test, value: Sql, source: FactSource) -> Sql:
    today = today_of(source)
    match test.op:
        case "is":
            return Sql("{} = {}") % (value, param(test.value))
        case "before":
            return Sql("{} < {}") % (value, param(test.value))
        case "after":
            return Sql("{} > {}") % (value, param(test.value))
        case "between":
            first, last = test.value
        case "within_next":
            first, last = today, today + timedelta(days=test.value)
        case "within_last":
            first, last = today - timedelta(days=test.value), today
        case _:
            return Sql("{} < {}") % (value, param(today - timedelta(days=test.value)))
    return Sql("{} BETWEEN {} AND {}") % (value, param(first), param(last))


# Events. A window of n days holds an event iff floor(age in seconds / 86,400) < n,
# which is the same as: it occurred later than n times 86,400 s before now.


def event_match(test: EventTest, source: FactSource) -> Sql:
    """A boolean over the event `e`: whether it is one this test counts."""
    parts = [Sql("e.type = {}") % param(test.event)]
    if test.within_days is not None:
        opening = source.at - timedelta(days=test.within_days)
        parts.append(Sql("e.occurred_at > {}") % param(opening))
    parts += [_property_test(item, source) for item in test.where]
    return Sql.join(" AND ", parts)


def event_count(test: EventTest, source: FactSource) -> Sql:
    aggregate = Sql("count(*) FILTER (WHERE {})") % event_match(test, source)
    return Sql("coalesce({}, 0)") % source.over_events(aggregate)


def _property_test(test: PropertyTest, source: FactSource) -> Sql:
    if test.op in NUMBER_OPERATORS:
        return _number_test(test.op, test.value, source.property_number(test.property))
    if test.op == "is_known":
        return source.property_known(test.property)
    if test.op == "contains_any_word":
        value = source.property_words(test.property)
    else:
        value = source.property_key(test.property)
    if test.op not in SAME_OPERATORS:
        return _text_test(test.op, test.value, value, TEXT_PROPERTY, source)
    texts, numbers, answers = same_as(test.value)
    parts = []
    if texts:
        parts.append(_text_test("is_any_of", tuple(texts), value, TEXT_PROPERTY, source))
    if numbers:
        number = source.property_number(test.property)
        parts.append(Sql("{} = ANY({})") % (number, param(numbers, "numeric[]")))
    if answers:
        answer = source.property_yes_no(test.property)
        parts.append(Sql("{} = ANY({})") % (answer, param(answers, "boolean[]")))
    return Sql("({})") % Sql.join(" OR ", parts)


def same_as(wanted: Any) -> tuple[list[str], list[float], list[bool]]:
    """The texts, numbers, and yes or no that a property may be, to be what is wanted.

    Senders write a number as 3 or as "3", and mean the same.
    """
    texts: list[str] = []
    numbers: list[float] = []
    answers: list[bool] = []
    for value in _several(wanted):
        if isinstance(value, bool):
            answers.append(value)
        elif isinstance(value, str):
            texts.append(value)
            if _A_NUMBER.fullmatch(value):
                numbers.append(float(value))
        else:
            texts.append(str(value))
            numbers.append(value)
    return texts, numbers, answers


def today_of(source: FactSource) -> date:
    return source.at.astimezone(source.zone).date()


def elapsed_days(source: FactSource) -> Sql:
    """Whole elapsed days (86,400 s) since the event `e`; an event of this moment has 0."""
    return Sql("greatest(date_part('day', {} - e.occurred_at)::int, 0)") % param(
        source.at, "timestamptz"
    )


def leaving(days: int) -> Sql:
    """When the event `e` leaves a window of so many days."""
    return Sql("e.occurred_at + {}") % param(timedelta(days=days), "interval")
