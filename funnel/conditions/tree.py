"""The tree of a condition: frozen classes, the JSON form of them, and every test in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from funnel.vocabulary.facts import Fact


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


def walk(condition: Condition) -> Iterator[Test | EventTest]:
    """Every test of the tree, from left to right."""
    if isinstance(condition, All | Any_):
        for item in condition.items:
            yield from walk(item)
    elif isinstance(condition, Not):
        yield from walk(condition.item)
    else:
        yield condition


def facts(condition: Condition) -> set[str]:
    """The names of the facts that a condition asks about."""
    tests = [test for test in walk(condition) if isinstance(test, Test)]
    return {test.fact.name for test in tests}


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
