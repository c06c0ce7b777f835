"""The parts of a rulebook, as frozen classes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from funnel.conditions.tree import Condition, EventTest, Test, walk
from funnel.stages import LADDER

KINDS = ("fit", "intent")
# What is defined: the ladder above its lowest rung, where everybody begins.
RUNGS = tuple(stage.value for stage in LADDER[1:])
MAX_RULES = 200
MAX_POINTS = 1000
# A factor is a share of the points in whole ten-thousandths, so that all arithmetic is integer.
WHOLE = 10_000
# Days: points that halve more slowly would need a factor for each day of half a century.
LONGEST_AGEING = {"linear": 3650, "half_life": 1000}


@dataclass(frozen=True, slots=True)
class Frequency:
    """Which of a rule's events count: the newest, or each up to a number a day or in all."""

    count: str = "once"
    per_day: int | None = None
    in_all: int | None = None

    @property
    def is_capped(self) -> bool:
        return self.count == "each" and (self.per_day is not None or self.in_all is not None)


@dataclass(frozen=True, slots=True)
class Ageing:
    """How points fade: `factors[d]` is the share left after d whole elapsed days, 0 beyond."""

    kind: str
    days: int
    factors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Points for a number from `low` to `high` (both included; None is open) or for choices."""

    points: int
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    label: str
    kind: str
    points: int
    when: Condition | None
    frequency: Frequency = field(default_factory=Frequency)
    ageing: Ageing | None = None
    minimum: int | None = None
    maximum: int | None = None
    table: tuple[Test, tuple[Band, ...]] | None = None

    @property
    def event(self) -> EventTest | None:
        """The one event test of an event rule; None for every other rule."""
        return self.when if isinstance(self.when, EventTest) else None

    @property
    def tests(self) -> tuple[Test | EventTest, ...]:
        tests = tuple(walk(self.when)) if self.when else ()
        return (*tests, self.table[0]) if self.table else tests


@dataclass(frozen=True, slots=True)
class Definition:
    """What makes a lead a lead, an MQL or an SQL; `line` is the least total, if it has one."""

    condition: Condition
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Disqualifier:
    id: str
    label: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Rulebook:
    definitions: Mapping[str, Definition]
    disqualifiers: tuple[Disqualifier, ...]
    rules: tuple[Rule, ...]
    caps: Mapping[str, int]
    bands: Mapping[str, tuple[int, int, int]]
    # How many of budget, authority, need and timing sales knows before it accepts a lead.
    accept_bant: int = 3

    def rules_of(self, kind: str) -> list[tuple[int, Rule]]:
        """(position, rule) of every rule of the kind, in order."""
        return [(i, rule) for i, rule in enumerate(self.rules) if rule.kind == kind]

    def rule(self, id_: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == id_), None)

    @property
    def sql_line(self) -> int:
        return self.definitions["sql"].line or 0

    @property
    def mql_line(self) -> int:
        return self.definitions["mql"].line or 0

    def tests(self) -> list[Test | EventTest]:
        """Every test anywhere in the rulebook."""
        conditions = [definition.condition for definition in self.definitions.values()]
        conditions += [item.condition for item in self.disqualifiers]
        found = [test for rule in self.rules for test in rule.tests]
        return found + [test for condition in conditions for test in walk(condition)]

    @property
    def asks_consent(self) -> bool:
        """Whether the MQL definition asks for consent to marketing."""
        return any(
            isinstance(test, Test) and test.fact.name == "consent_marketing"
            for test in walk(self.definitions["mql"].condition)
        )
