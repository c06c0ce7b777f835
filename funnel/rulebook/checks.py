"""What every part of the content is checked for; each raises ConditionError with its path."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from funnel.conditions.values import ConditionError, is_text
from funnel.rulebook.parts import MAX_POINTS

LONGEST_ID = 40
LONGEST_LABEL = 120


def mapping(data: Any, path: str, message: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ConditionError(path, message)
    return data


def known_keys(data: Mapping[str, Any], names: set[str], path: str) -> None:
    for name in data:
        if name not in names:
            here = f"{path}.{name}" if path else str(name)
            raise ConditionError(here, f"There is no key “{name}” here.")


def unique(ids: Sequence[str], path: str) -> None:
    seen: set[str] = set()
    for i, id_ in enumerate(ids):
        if id_ in seen:
            raise ConditionError(f"{path}.{i}.id", f"The id “{id_}” is used twice.")
        seen.add(id_)


def checked_text(data: Mapping[str, Any], name: str, path: str, longest: int) -> str:
    value = data.get(name)
    if not is_text(value, longest):
        raise ConditionError(f"{path}.{name}", f"Give a text of 1 to {longest} characters.")
    return value


def is_whole_json(value: Any, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def checked_whole(value: Any, path: str, low: int, high: int) -> int:
    if not is_whole_json(value, low, high):
        raise ConditionError(path, f"Give a whole number from {low:,} to {high:,}.")
    return value


def checked_points(data: Mapping[str, Any], path: str) -> int:
    return checked_whole(data.get("points"), f"{path}.points", -MAX_POINTS, MAX_POINTS)


def optional(
    data: Mapping[str, Any], name: str, path: str, low: int = -MAX_POINTS, high: int = MAX_POINTS
) -> int | None:
    return (
        None if data.get(name) is None else checked_whole(data[name], f"{path}.{name}", low, high)
    )
