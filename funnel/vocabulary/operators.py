"""The types a fact may have, and the tests that each type takes."""

from dataclasses import dataclass
from enum import StrEnum


class FactType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    COUNT = "count"


class Takes(StrEnum):
    """What an operator wants as its value."""

    NOTHING = "nothing"
    ONE = "one value"
    MANY = "a list of values"
    RANGE = "two values, the lower first"
    DAYS = "a whole number of days"


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    label: str
    takes: Takes


def _operators(*rows: tuple[str, str, Takes]) -> dict[str, Operator]:
    return {name: Operator(name, label, takes) for name, label, takes in rows}


_KNOWN = (
    ("is_known", "is known", Takes.NOTHING),
    ("is_unknown", "is unknown", Takes.NOTHING),
)
_EQUAL = (
    ("is", "is", Takes.ONE),
    ("is_not", "is not", Takes.ONE),
    ("is_any_of", "is any of", Takes.MANY),
    ("is_none_of", "is none of", Takes.MANY),
)
_TEXT = _operators(
    *_EQUAL,
    ("contains_any_word", "contains any of the words", Takes.MANY),
    ("contains", "contains", Takes.ONE),
    ("starts_with", "starts with", Takes.ONE),
    *_KNOWN,
)
_NUMBER = _operators(
    ("is", "is", Takes.ONE),
    ("at_least", "is at least", Takes.ONE),
    ("at_most", "is at most", Takes.ONE),
    ("more_than", "is more than", Takes.ONE),
    ("less_than", "is less than", Takes.ONE),
    ("between", "is between", Takes.RANGE),
    *_KNOWN,
)
OPERATORS: dict[FactType, dict[str, Operator]] = {
    FactType.TEXT: _TEXT,
    FactType.NUMBER: _NUMBER,
    FactType.MONEY: _NUMBER,
    FactType.COUNT: _NUMBER,
    FactType.DATE: _operators(
        ("is", "is", Takes.ONE),
        ("before", "is before", Takes.ONE),
        ("after", "is after", Takes.ONE),
        ("between", "is between", Takes.RANGE),
        ("within_next", "is within the next", Takes.DAYS),
        ("within_last", "is within the last", Takes.DAYS),
        ("more_than_days_ago", "was more days ago than", Takes.DAYS),
        *_KNOWN,
    ),
    FactType.YES_NO: _operators(("is", "is", Takes.ONE), *_KNOWN),
    FactType.CHOICE: _operators(*_EQUAL, *_KNOWN),
    FactType.CHOICES: _operators(
        ("includes_any_of", "includes any of", Takes.MANY),
        ("includes_all_of", "includes all of", Takes.MANY),
        ("includes_none_of", "includes none of", Takes.MANY),
        *_KNOWN,
    ),
}
# Tests on a property of an event: a number where the operator compares, a text where it looks
# inside, and either, or yes or no, where it says what the property is.
PROPERTY_OPERATORS: dict[str, Operator] = {
    name: operator
    for name, operator in {**_NUMBER, **_TEXT}.items()
    if name not in {"is_unknown", "is_none_of", "is_not"}
}
NUMBER_OPERATORS = frozenset({"at_least", "at_most", "more_than", "less_than", "between"})
SAME_OPERATORS = frozenset({"is", "is_any_of"})
