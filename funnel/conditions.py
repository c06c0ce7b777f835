"""Conditions: the tree people write, checked against the vocabulary, said in a sentence.

A condition is one of

    {"id": "c1", "all": [condition, …]}    {"id": "c1", "any": [condition, …]}
    {"id": "c1", "not": condition}
    {"id": "c1", "fact": "company_employees", "op": "between", "value": [200, 1000]}
    {"id": "c1", "fact": "days_active", "op": "at_least", "value": 3, "within_days": 30}
    {"id": "c1", "event": "page_view", "where": [{"property": "path", "op": "is",
      "value": "/pricing"}], "at_least": 3, "within_days": 7}

A test on a value nobody knows does not hold; its negation does. Asking whether it is unknown is
a test of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from funnel.vocabulary import (
    NUMBER_OPERATORS,
    PROPERTY_OPERATORS,
    Fact,
    FactType,
    Operator,
    Takes,
    Use,
    Vocabulary,
    event_did,
)

MAX_DEPTH = 6
MAX_TESTS = 200
MAX_VALUES = 500
MAX_DAYS = 3650
MAX_COUNT = 10_000
MOST = 10**30


class ConditionError(Exception):
    """A condition that cannot be used. `path` points at the exact place, like "all.1.value"."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class All:
    id: str
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    id: str
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    id: str
    item: "Condition"


@dataclass(frozen=True, slots=True)
class Test:
    """One question to one fact. `value` is None, a scalar, or a tuple, as the operator takes."""

    __test__ = False  # not a test case, whatever pytest thinks of its name

    id: str
    fact: Fact
    op: str
    value: Any = None
    within_days: int | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class PropertyTest:
    property: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class EventTest:
    """Whether an event happened often enough, in a window of whole elapsed days if one is given."""

    id: str
    event: str
    where: tuple[PropertyTest, ...] = ()
    at_least: int = 1
    within_days: int | None = None


Condition = All | Any_ | Not | Test | EventTest

_TEST_KEYS = {"id", "fact", "op", "value", "within_days", "event"}
_EVENT_KEYS = {"id", "event", "where", "at_least", "within_days"}


def parse(data: Any, vocabulary: Vocabulary, *, use: Use, path: str = "") -> Condition:
    """The tree as frozen classes. Raises ConditionError with the path of the first mistake."""
    reader = _Reader(vocabulary, use)
    return reader.node(data, path, 1)


def walk(condition: Condition) -> Iterator[Test | EventTest]:
    """Every test of the tree, from left to right."""
    if isinstance(condition, All | Any_):
        for item in condition.items:
            yield from walk(item)
    elif isinstance(condition, Not):
        yield from walk(condition.item)
    else:
        yield condition


def dump(condition: Condition) -> dict[str, Any]:
    """The JSON form again; `parse(dump(c)) == c`."""
    match condition:
        case All(id=id_, items=items):
            return {"id": id_, "all": [dump(item) for item in items]}
        case Any_(id=id_, items=items):
            return {"id": id_, "any": [dump(item) for item in items]}
        case Not(id=id_, item=item):
            return {"id": id_, "not": dump(item)}
        case EventTest():
            return _without_blanks(
                id=condition.id,
                event=condition.event,
                where=[
                    _without_blanks(property=t.property, op=t.op, value=_plain(t.value))
                    for t in condition.where
                ],
                at_least=condition.at_least if condition.at_least > 1 else None,
                within_days=condition.within_days,
            )
    return _without_blanks(
        id=condition.id,
        fact=condition.fact.name,
        op=condition.op,
        value=_plain(condition.value),
        within_days=condition.within_days,
        event=condition.event,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _without_blanks(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


class _Reader:
    """Reads one tree; counts its tests and gives missing ids."""

    def __init__(self, vocabulary: Vocabulary, use: Use) -> None:
        self.vocabulary = vocabulary
        self.use = use
        self.tests = 0
        self.ids: set[str] = set()

    def node(self, data: Any, path: str, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise ConditionError(path, f"Groups nest at most {MAX_DEPTH} deep.")
        if not isinstance(data, Mapping):
            raise ConditionError(path, "Give an object with all, any, not, fact or event.")
        kinds = [kind for kind in ("all", "any", "not", "fact", "event") if kind in data]
        if "fact" in kinds and "event" in kinds:
            kinds.remove("event")
        if len(kinds) != 1:
            raise ConditionError(path, "Use exactly one of all, any, not, fact, event.")
        id_ = self.take_id(data, path)
        kind = kinds[0]
        if kind in ("all", "any"):
            _refuse_unknown(data, {"id", kind}, path)
            items = data[kind]
            if not isinstance(items, list) or not items:
                raise ConditionError(_join(path, kind), "A group needs at least one condition.")
            nodes = tuple(
                self.node(item, _join(path, f"{kind}.{i}"), depth + 1)
                for i, item in enumerate(items)
            )
            return All(id_, nodes) if kind == "all" else Any_(id_, nodes)
        if kind == "not":
            _refuse_unknown(data, {"id", "not"}, path)
            return Not(id_, self.node(data["not"], _join(path, "not"), depth + 1))
        self.tests += 1
        if self.tests > MAX_TESTS:
            raise ConditionError(path, f"A condition has at most {MAX_TESTS} tests.")
        return self.test(data, id_, path) if kind == "fact" else self.event_test(data, id_, path)

    def take_id(self, data: Mapping[str, Any], path: str) -> str:
        id_ = data.get("id")
        if id_ is None:
            id_ = next(f"c{n}" for n in range(1, 10_000) if f"c{n}" not in self.ids)
        if not is_text(id_, 40):
            raise ConditionError(_join(path, "id"), "An id is a text of 1 to 40 characters.")
        if id_ in self.ids:
            raise ConditionError(_join(path, "id"), f"The id “{id_}” is used twice.")
        self.ids.add(id_)
        return id_

    def test(self, data: Mapping[str, Any], id_: str, path: str) -> Test:
        _refuse_unknown(data, _TEST_KEYS, path)
        fact = self.fact(data["fact"], _join(path, "fact"))
        operator = fact.operators.get(_name(data, "op"))
        if operator is None:
            known = ", ".join(fact.operators)
            raise ConditionError(_join(path, "op"), f"{fact.label} can be tested with: {known}.")
        value = _value(data, operator, fact, path)
        within = _days(data, "within_days", path) if "within_days" in data else None
        if fact.takes_window and within is None:
            raise ConditionError(_join(path, "within_days"), f"{fact.label} needs a window.")
        if not fact.takes_window and within is not None:
            raise ConditionError(_join(path, "within_days"), f"{fact.label} takes no window.")
        event = data.get("event", "")
        if fact.takes_event != bool(event):
            raise ConditionError(
                _join(path, "event"),
                f"{fact.label} {'needs' if fact.takes_event else 'takes no'} event.",
            )
        if event:
            _event_name(event, _join(path, "event"))
        return Test(id_, fact, operator.name, value, within, event)

    def fact(self, name: Any, path: str) -> Fact:
        fact = self.vocabulary.get(name) if isinstance(name, str) else None
        if fact is None:
            raise ConditionError(path, f"There is no fact “{name}”.")
        if self.use not in fact.uses:
            raise ConditionError(path, f"{fact.label} cannot be used in {self.use}.")
        return fact

    def event_test(self, data: Mapping[str, Any], id_: str, path: str) -> EventTest:
        _refuse_unknown(data, _EVENT_KEYS, path)
        event = _event_name(data["event"], _join(path, "event"))
        where = data.get("where", [])
        if not isinstance(where, list) or len(where) > 10:
            raise ConditionError(_join(path, "where"), "Give a list of at most 10 property tests.")
        at_least = data.get("at_least", 1)
        if not _is_int(at_least) or not 1 <= at_least <= MAX_COUNT:
            raise ConditionError(
                _join(path, "at_least"), f"Give a whole number from 1 to {MAX_COUNT:,}."
            )
        within = _days(data, "within_days", path) if "within_days" in data else None
        tests = tuple(
            _property_test(item, _join(path, f"where.{i}")) for i, item in enumerate(where)
        )
        return EventTest(id_, event, tests, at_least, within)


def _property_test(data: Any, path: str) -> PropertyTest:
    if not isinstance(data, Mapping):
        raise ConditionError(path, "A property test is an object with property, op and value.")
    _refuse_unknown(data, {"property", "op", "value"}, path)
    name = data.get("property")
    if not is_text(name, 60):
        raise ConditionError(_join(path, "property"), "Name a property of 1 to 60 characters.")
    operator = PROPERTY_OPERATORS.get(_name(data, "op"))
    if operator is None:
        known = ", ".join(PROPERTY_OPERATORS)
        raise ConditionError(_join(path, "op"), f"A property can be tested with: {known}.")
    kind = FactType.NUMBER if operator.name in NUMBER_OPERATORS else FactType.TEXT
    value = _value(data, operator, Fact(name, kind, name), path)
    return PropertyTest(name, operator.name, value)


def _event_name(name: Any, path: str) -> str:
    if not is_text(name, 60):
        raise ConditionError(path, "Name an event of 1 to 60 characters.")
    return name


def _value(data: Mapping[str, Any], operator: Operator, fact: Fact, path: str) -> Any:
    here = _join(path, "value")
    if operator.takes is Takes.NOTHING:
        if "value" in data:
            raise ConditionError(here, f"“{operator.label}” takes no value.")
        return None
    if "value" not in data:
        raise ConditionError(here, f"“{operator.label}” needs {operator.takes}.")
    value = data["value"]
    if operator.takes is Takes.DAYS:
        return _days(data, "value", path)
    if operator.takes is Takes.ONE:
        return _scalar(value, fact, here)
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise ConditionError(here, f"Give a list of 1 to {MAX_VALUES} values.")
    items = tuple(_scalar(item, fact, _join(here, str(i))) for i, item in enumerate(value))
    if operator.takes is Takes.RANGE and (len(items) != 2 or items[0] > items[1]):
        raise ConditionError(here, "Give two values, the lower first.")
    return items


def _scalar(value: Any, fact: Fact, path: str) -> Any:
    match fact.type:
        case FactType.YES_NO:
            if not isinstance(value, bool):
                raise ConditionError(path, "Give yes (true) or no (false).")
        case FactType.NUMBER | FactType.MONEY | FactType.COUNT:
            if not is_number(value):
                raise ConditionError(path, f"{fact.label} is compared with a number.")
        case FactType.DATE:
            try:
                return date.fromisoformat(value)
            except (TypeError, ValueError):
                raise ConditionError(path, "Give a date like 2026-03-31.") from None
        case FactType.CHOICE | FactType.CHOICES:
            if fact.choices and value not in [name for name, _ in fact.choices]:
                known = ", ".join(name for name, _ in fact.choices)
                raise ConditionError(path, f"{fact.label} is one of: {known}.")
            if not isinstance(value, str):
                raise ConditionError(path, f"{fact.label} is compared with text.")
        case _:
            if not is_text(value, 200):
                raise ConditionError(path, "Give a text of 1 to 200 characters.")
    return value


def _days(data: Mapping[str, Any], name: str, path: str) -> int:
    days = data[name]
    if not _is_int(days) or not 1 <= days <= MAX_DAYS:
        raise ConditionError(_join(path, name), f"Give whole days from 1 to {MAX_DAYS:,}.")
    return days


def is_text(value: Any, longest: int) -> TypeGuard[str]:
    """Whether the value is a text that says something and that PostgreSQL can store."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        return False
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def is_number(value: Any) -> bool:
    """Whether the value is a finite number of a size that people write."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def _name(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_unknown(data: Mapping[str, Any], known: set[str], path: str) -> None:
    for name in data:
        if name not in known:
            raise ConditionError(_join(path, str(name)), f"There is no key “{name}” here.")


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


# One English sentence.


def describe(condition: Condition) -> str:
    """The condition as a clause that reads on after "when": lower case, no full stop."""
    match condition:
        case All(items=items):
            return _list([_grouped(item) for item in items], "and")
        case Any_(items=items):
            return _list([_grouped(item) for item in items], "or")
        case Not(item=item):
            return f"it is not so that {describe(item)}"
        case EventTest():
            return _describe_event(condition)
    return _describe_test(condition)


def sentence(condition: Condition) -> str:
    """The condition as one English sentence."""
    text = describe(condition)
    return f"{text[:1].upper()}{text[1:]}."


def _grouped(condition: Condition) -> str:
    text = describe(condition)
    several = isinstance(condition, All | Any_) and len(condition.items) > 1
    return f"({text})" if several else text


def _describe_test(test: Test) -> str:
    fact = test.fact
    label = f"{fact.label[:1].lower()}{fact.label[1:]}" if fact.label[1:2].islower() else fact.label
    if fact.takes_event:
        label = f"days since they {event_did(test.event)}"
    window = f" in the last {_days_text(test.within_days)}" if test.within_days else ""
    if fact.type is FactType.YES_NO and test.op == "is":
        if fact.name.startswith("consent_"):
            return f"{label} is {'given' if test.value else 'withdrawn'}"
        if label.startswith("in "):
            return f"is {label}" if test.value else f"is not {label}"
        return f"{label} is {fact.shown(test.value)}"
    operator = fact.operators[test.op]
    if test.op == "more_than_days_ago":
        days = "a day" if test.value == 1 else _days_text(test.value)
        return f"{label} was more than {days} ago"
    match operator.takes:
        case Takes.NOTHING:
            value = ""
        case Takes.DAYS:
            value = f" {_days_text(test.value)}"
        case Takes.ONE:
            value = f" {_shown(fact, test.value)}"
        case Takes.RANGE:
            low, high = (fact.shown(item) for item in test.value)
            value = f" {low.removesuffix(' ' + fact.unit) if fact.unit else low} and {high}"
        case Takes.MANY:
            value = f" {_list([_shown(fact, item) for item in test.value], 'or')}"
    return f"{label} {operator.label}{value}{window}"


def _shown(fact: Fact, value: Any) -> str:
    if fact.type is FactType.TEXT:
        return f"“{value}”"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return fact.shown(value)


def _describe_event(test: EventTest) -> str:
    text = event_did(test.event)
    if test.where:
        tests = [_describe_property(item) for item in test.where]
        text += f" whose {_list(tests, 'and')}"
    if test.at_least > 1:
        text += f" at least {test.at_least} times"
    if test.within_days:
        text += f" in the last {_days_text(test.within_days)}"
    return text


def _describe_property(test: PropertyTest) -> str:
    kind = FactType.NUMBER if test.op in NUMBER_OPERATORS else FactType.TEXT
    name = test.property.replace("_", " ")
    return _describe_test(Test("", Fact(test.property, kind, name), test.op, test.value))


def _days_text(days: int | None) -> str:
    return "day" if days == 1 else f"{days} days"


def _list(items: list[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
