"""JSON to the tree of a condition, or the exact place of the first mistake."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from funnel.conditions.tree import All, Any_, Condition, EventTest, Not, PropertyTest, Test
from funnel.conditions.values import (
    MAX_COUNT,
    ConditionError,
    is_text,
    is_whole,
    join,
    name_in,
    read_days,
    read_same,
    read_scalar,
    read_value,
    refuse_unknown,
)
from funnel.vocabulary.facts import Fact, Use, Vocabulary
from funnel.vocabulary.operators import (
    NUMBER_OPERATORS,
    PROPERTY_OPERATORS,
    SAME_OPERATORS,
    FactType,
)

MAX_DEPTH = 6
MAX_TESTS = 200
# What the evidence calls the line of a definition, among the tests of its condition.
LINE_ID = "line"
_TEST_KEYS = {"id", "fact", "op", "value", "within_days", "event"}
_EVENT_KEYS = {"id", "event", "where", "at_least", "within_days"}


def parse(data: Any, vocabulary: Vocabulary, *, use: Use, path: str = "") -> Condition:
    """The tree as frozen classes. Raises ConditionError with the path of the first mistake."""
    reader = _Reader(vocabulary, use, frozenset(_stated_ids(data)))
    return reader.node(data, path, 1)


def _stated_ids(data: Any, depth: int = 1) -> Iterator[str]:
    """The ids that are written in a tree, so that those given to the rest are others."""
    if depth > MAX_DEPTH or not isinstance(data, Mapping):
        return
    if isinstance(data.get("id"), str):
        yield data["id"]
    for kind in ("all", "any", "not"):
        items = data.get(kind)
        for item in items if isinstance(items, list) else [items]:
            yield from _stated_ids(item, depth + 1)


class _Reader:
    """Reads one tree; counts its tests and gives missing ids."""

    def __init__(self, vocabulary: Vocabulary, use: Use, stated: frozenset[str]) -> None:
        self.vocabulary = vocabulary
        self.use = use
        self.stated = stated
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
            refuse_unknown(data, {"id", kind}, path)
            items = data[kind]
            if not isinstance(items, list) or not items:
                raise ConditionError(join(path, kind), "A group needs at least one condition.")
            nodes = tuple(
                self.node(item, join(path, f"{kind}.{i}"), depth + 1)
                for i, item in enumerate(items)
            )
            return All(id_, nodes) if kind == "all" else Any_(id_, nodes)
        if kind == "not":
            refuse_unknown(data, {"id", "not"}, path)
            return Not(id_, self.node(data["not"], join(path, "not"), depth + 1))
        self.tests += 1
        if self.tests > MAX_TESTS:
            raise ConditionError(path, f"A condition has at most {MAX_TESTS} tests.")
        return self.test(data, id_, path) if kind == "fact" else self.event_test(data, id_, path)

    def take_id(self, data: Mapping[str, Any], path: str) -> str:
        id_ = data.get("id")
        if id_ is None:
            id_ = self.new_id()
        if not is_text(id_, 40):
            raise ConditionError(join(path, "id"), "An id is a text of 1 to 40 characters.")
        if id_ in self.ids:
            raise ConditionError(join(path, "id"), f"The id “{id_}” is used twice.")
        if id_ == LINE_ID:
            raise ConditionError(join(path, "id"), "The id “line” is that of a definition's line.")
        self.ids.add(id_)
        return id_

    def new_id(self) -> str:
        taken = self.ids | self.stated
        return next(f"c{n}" for n in count(1) if f"c{n}" not in taken)

    def test(self, data: Mapping[str, Any], id_: str, path: str) -> Test:
        refuse_unknown(data, _TEST_KEYS, path)
        fact = self.fact(data["fact"], join(path, "fact"))
        operator = fact.operators.get(name_in(data, "op"))
        if operator is None:
            known = ", ".join(fact.operators)
            raise ConditionError(join(path, "op"), f"{fact.label} can be tested with: {known}.")
        value = read_value(data, operator, fact, path)
        within = read_days(data, "within_days", path) if "within_days" in data else None
        if fact.takes_window and within is None:
            raise ConditionError(join(path, "within_days"), f"{fact.label} needs a window.")
        if not fact.takes_window and within is not None:
            raise ConditionError(join(path, "within_days"), f"{fact.label} takes no window.")
        event = data.get("event", "")
        if fact.takes_event != bool(event):
            raise ConditionError(
                join(path, "event"),
                f"{fact.label} {'needs' if fact.takes_event else 'takes no'} event.",
            )
        if event:
            _event_name(event, join(path, "event"))
        return Test(id_, fact, operator.name, value, within, event)

    def fact(self, name: Any, path: str) -> Fact:
        fact = self.vocabulary.get(name) if isinstance(name, str) else None
        if fact is None:
            raise ConditionError(path, f"There is no fact “{name}”.")
        if self.use not in fact.uses:
            raise ConditionError(path, f"{fact.label} cannot be used in {self.use}.")
        return fact

    def event_test(self, data: Mapping[str, Any], id_: str, path: str) -> EventTest:
        refuse_unknown(data, _EVENT_KEYS, path)
        event = _event_name(data["event"], join(path, "event"))
        where = data.get("where", [])
        if not isinstance(where, list) or len(where) > 10:
            raise ConditionError(join(path, "where"), "Give a list of at most 10 property tests.")
        at_least = data.get("at_least", 1)
        if not is_whole(at_least) or not 1 <= at_least <= MAX_COUNT:
            raise ConditionError(
                join(path, "at_least"), f"Give a whole number from 1 to {MAX_COUNT:,}."
            )
        within = read_days(data, "within_days", path) if "within_days" in data else None
        tests = tuple(
            _property_test(item, join(path, f"where.{i}")) for i, item in enumerate(where)
        )
        return EventTest(id_, event, tests, at_least, within)


def _property_test(data: Any, path: str) -> PropertyTest:
    if not isinstance(data, Mapping):
        raise ConditionError(path, "A property test is an object with property, op and value.")
    refuse_unknown(data, {"property", "op", "value"}, path)
    name = data.get("property")
    if not is_text(name, 60):
        raise ConditionError(join(path, "property"), "Name a property of 1 to 60 characters.")
    operator = PROPERTY_OPERATORS.get(name_in(data, "op"))
    if operator is None:
        known = ", ".join(PROPERTY_OPERATORS)
        raise ConditionError(join(path, "op"), f"A property can be tested with: {known}.")
    kind = FactType.NUMBER if operator.name in NUMBER_OPERATORS else FactType.TEXT
    check = read_same if operator.name in SAME_OPERATORS else read_scalar
    value = read_value(data, operator, Fact(name, kind, name), path, check)
    return PropertyTest(name, operator.name, value)


def _event_name(name: Any, path: str) -> str:
    if not is_text(name, 60):
        raise ConditionError(path, "Name an event of 1 to 60 characters.")
    return name
