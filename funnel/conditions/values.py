"""What may stand in a condition: each value checked, each mistake with its place."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeGuard

from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType, Operator, Takes

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


def read_value(
    data: Mapping[str, Any],
    operator: Operator,
    fact: Fact,
    path: str,
    check: Callable[[Any, Fact, str], Any] | None = None,
) -> Any:
    """The value as the operator takes it, each part of it checked."""
    check = check or read_scalar
    here = join(path, "value")
    if operator.takes is Takes.NOTHING:
        if "value" in data:
            raise ConditionError(here, f"“{operator.label}” takes no value.")
        return None
    if "value" not in data:
        raise ConditionError(here, f"“{operator.label}” needs {operator.takes}.")
    value = data["value"]
    if operator.takes is Takes.DAYS:
        return read_days(data, "value", path)
    if operator.takes is Takes.ONE:
        return check(value, fact, here)
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise ConditionError(here, f"Give a list of 1 to {MAX_VALUES} values.")
    items = tuple(check(item, fact, join(here, str(i))) for i, item in enumerate(value))
    if operator.takes is Takes.RANGE and (len(items) != 2 or items[0] > items[1]):
        raise ConditionError(here, "Give two values, the lower first.")
    return items


def read_same(value: Any, fact: Fact, path: str) -> Any:
    """What a property of an event may be: a text, a number, yes or no."""
    if isinstance(value, bool) or is_number(value):
        return value
    return read_scalar(value, fact, path)


def read_scalar(value: Any, fact: Fact, path: str) -> Any:
    """One value of the type of a fact."""
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


def read_days(data: Mapping[str, Any], name: str, path: str) -> int:
    days = data[name]
    if not is_whole(days) or not 1 <= days <= MAX_DAYS:
        raise ConditionError(join(path, name), f"Give whole days from 1 to {MAX_DAYS:,}.")
    return days


def is_text(value: Any, longest: int) -> TypeGuard[str]:
    """Whether the value is a text that says something and that PostgreSQL can store."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        return False
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def is_number(value: Any) -> bool:
    """Whether the value is a finite number of a size that people write."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def name_in(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def refuse_unknown(data: Mapping[str, Any], known: set[str], path: str) -> None:
    for name in data:
        if name not in known:
            raise ConditionError(join(path, str(name)), f"There is no key “{name}” here.")


def join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step
