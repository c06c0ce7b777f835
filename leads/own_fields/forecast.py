"""How what leads carry would be read as each type, before it is; and which type it seems to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leads.models import CustomField, FieldType
from leads.own_fields.counting import Count
from leads.retyping import fitting
from leads.text import key

# A type seems right where it reads so much of what is there.
ENOUGH = 0.95
# More different values are no choices of anybody.
MOST_CHOICES = 30
# Values that are not read are shown.
SHOWN = 3


@dataclass(frozen=True)
class Forecast:
    """Of the leads that carry something: of how many it is read, and what is not."""

    type: FieldType
    leads: int
    read: int
    unread: Sequence[tuple[Any, int]]
    # Whether that is all values, or those of most leads.
    is_whole: bool

    @property
    def share(self) -> float:
        return self.read / self.leads if self.leads else 1.0


def of_type(type: FieldType, count: Count, choices: Sequence[str]) -> Forecast:
    one = CustomField(name="x", label="x", type=type)
    one.choices = list(choices) if one.has_choices else []
    return of_field(one, count)


def of_field(one: CustomField, count: Count) -> Forecast:
    """How a field would read it; of what was counted."""
    most = count.most
    unread = [(value, number) for value, number in most if fitting(one, value) is None]
    leads = sum(number for _, number in most)
    read = leads - sum(number for _, number in unread)
    return Forecast(FieldType(one.type), leads, read, unread, count.is_whole)


def of_all(count: Count) -> list[Forecast]:
    """Of each type, in the order in which they are offered."""
    choices = choices_in(count)
    return [of_type(type, count, choices) for type in FieldType]


def choices_in(count: Count) -> list[str]:
    """The values as choices, each in the spelling of most, those of most leads first."""
    found: dict[str, str] = {}
    for value, _ in count.most:
        for word in value if isinstance(value, list) else [value]:
            text = word if isinstance(word, str) else str(word)
            if any(map(str.isalnum, text)):
                found.setdefault(key(text), text[:120])
    return list(found.values())[:MOST_CHOICES]


def guess(count: Count, forecasts: Sequence[Forecast]) -> FieldType:
    """Of all types the one that reads nearly all and says most: a number before a text."""
    if not count.leads:
        return FieldType.TEXT
    by_type = {one.type: one for one in forecasts}
    if all(isinstance(value, list) for value, _ in count.most):
        return FieldType.CHOICES
    for type in (FieldType.YES_NO, FieldType.NUMBER, FieldType.DATE):
        if by_type[type].share >= ENOUGH:
            return type
    choices = choices_in(count)
    few = len(choices) < MOST_CHOICES and count.is_whole
    repeats = count.leads >= 2 * len(choices)
    return FieldType.CHOICE if few and repeats else FieldType.TEXT
