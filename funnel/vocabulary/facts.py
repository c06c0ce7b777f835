"""A fact, those that follow from a date or a purpose, and all that one installation has."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from funnel.vocabulary.operators import OPERATORS, FactType, Operator


class Use(StrEnum):
    """Where a condition stands, and so which facts it may ask about."""

    RULE = "scoring rules"
    DEFINITION = "definitions"
    ROUTING = "routing and filters"


EVERYWHERE = frozenset(Use)
NOT_IN_RULES = frozenset({Use.DEFINITION, Use.ROUTING})


@dataclass(frozen=True, slots=True)
class Fact:
    """A named, typed thing the criteria may ask about."""

    name: str
    type: FactType
    label: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    uses: frozenset[Use] = EVERYWHERE
    # A fact may need a window ("active on 3 days in 30") or an event ("days since a download").
    takes_window: bool = False
    takes_event: bool = False
    # A number of days may be the distance to a date: after it, or with `until` before it.
    days_of: "Fact | None" = None
    until: bool = False
    # Thousands are set apart, but not those of a year.
    grouped: bool = True

    @property
    def operators(self) -> dict[str, Operator]:
        return OPERATORS[self.type]

    def shown(self, value: object) -> str:
        """A value of this fact as a person writes it."""
        for name, label in self.choices:
            if name == value:
                return label
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = f"{value:,}" if self.grouped else str(value)
            return f"{text} {self.unit}" if self.unit else text
        return str(value)


def uncapital(label: str) -> str:
    """A label inside a sentence: "company size", but "MQL" and "Lead Origin" as they are."""
    ordinary = label[1:2].islower() and label[1:].islower()
    return f"{label[:1].lower()}{label[1:]}" if ordinary else label


def days_since(date: Fact) -> Fact:
    """The days of the company's zone since a date; negative while it is ahead."""
    label = f"Days since {uncapital(date.label)}"
    name = f"days_since.{date.name}"
    return Fact(name, FactType.NUMBER, label, unit="days", uses=date.uses, days_of=date)


def days_until(date: Fact) -> Fact:
    """The days of the company's zone until a date; negative once it has passed."""
    label = f"Days until {uncapital(date.label)}"
    name = f"days_until.{date.name}"
    return Fact(name, FactType.NUMBER, label, unit="days", uses=date.uses, days_of=date, until=True)


def consent(purpose: str, label: str = "") -> Fact:
    """Whether consent to one purpose was given; unknown where nobody said."""
    label = label or f"Consent to {purpose.replace('_', ' ')}"
    return Fact(f"consent_{purpose}", FactType.YES_NO, label)


@dataclass(frozen=True, slots=True)
class Vocabulary(Mapping[str, Fact]):
    """The facts one installation has: the standard ones and its own."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    # Those beyond the standard ones: custom fields and purposes of consent.
    own: tuple[Fact, ...] = ()

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def with_facts(self, extra: Iterable[Fact]) -> "Vocabulary":
        """These facts of its own too; a date brings the days since and until it along."""
        facts, own = dict(self.facts), tuple(extra)
        for fact in own:
            facts[fact.name] = fact
            if fact.type is FactType.DATE:
                facts |= {days.name: days for days in (days_since(fact), days_until(fact))}
        return Vocabulary(facts, self.own + own)
