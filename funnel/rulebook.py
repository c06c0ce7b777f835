"""The content of a criteria version, parsed: definitions, scoring rules, caps and bands.

Content is plain JSON:

    {"definitions": {"lead": {"condition": …}, "mql": {"condition": …, "line": 45},
                     "sql": {"condition": …, "line": 70}},
     "disqualifiers": [{"id": …, "label": …, "condition": …}],
     "rules": [{"id": …, "label": …, "kind": "fit" | "intent", "points": 12, "when": condition,
                "frequency": {"count": "once" | "each", "per_day": 2, "in_all": 5},
                "ageing": {"kind": "linear" | "half_life", "days": 30, "factors": […]},
                "minimum": 0, "maximum": 30,
                "table": {"fact": …, "bands": [{"from": 1, "to": 9, "points": 3}]}}],
     "caps": {"fit": 50, "intent": 50},
     "bands": {"fit": [75, 50, 25], "intent": [75, 50, 25]}}

`frequency`, `ageing`, `minimum`, `maximum` go with a rule whose `when` is one event test;
`table` gives points by a number or a choice instead of `points`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from funnel.conditions import (
    Condition,
    ConditionError,
    EventTest,
    Test,
    dump,
    is_number,
    is_text,
    parse,
    walk,
)
from funnel.vocabulary import Fact, FactType, Use, Vocabulary

KINDS = ("fit", "intent")
RUNGS = ("lead", "mql", "sql")
MAX_RULES = 200
MAX_POINTS = 1000
# A factor is a share of the points in whole ten-thousandths, so that all arithmetic is integer.
WHOLE = 10_000
# Aged points under 0.05 count nothing (SPEC 1).
LEAST_POINTS = 500
MAX_FACTORS = 3650
# A table gives points by one number or one choice.
NOT_IN_TABLES = frozenset({FactType.DATE, FactType.CHOICES})


@dataclass(frozen=True, slots=True)
class Frequency:
    """Which of a rule's events count: the newest, or each up to a number per UTC day or in all."""

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
    def asks_colleagues(self) -> bool:
        return any(isinstance(t, Test) and t.fact.name == "colleagues_active" for t in self.tests())

    @property
    def asks_any_consent(self) -> bool:
        """Whether any definition asks for consent, to whatever purpose."""
        return any(
            isinstance(test, Test) and test.fact.name.startswith("consent_")
            for definition in self.definitions.values()
            for test in walk(definition.condition)
        )

    @property
    def asks_consent(self) -> bool:
        """Whether the MQL definition asks for consent to marketing."""
        return any(
            isinstance(test, Test) and test.fact.name == "consent_marketing"
            for test in walk(self.definitions["mql"].condition)
        )


def factors(kind: str, days: int, points: int) -> tuple[int, ...]:
    """Shares left after 0, 1, 2 … elapsed days, in whole ten-thousandths.

    linear: max(0, 1 − d/days); half_life: 0.5^(d/days) (SPEC 1). A share of `points` that is
    worth less than 0.05 points is 0, and the tuple ends before its trailing zeros.
    """
    shares = []
    for day in range(MAX_FACTORS):
        share = (
            WHOLE * (days - day) // days
            if kind == "linear"
            else int(WHOLE * 0.5 ** (day / days) + 0.5)
        )
        if share <= 0 or abs(points) * share < LEAST_POINTS:
            break
        shares.append(share)
    return tuple(shares)


def prepared(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Content with what is computed once and then frozen: the ageing factors of each rule."""
    rules: list[Any] = []
    found = content.get("rules", []) if isinstance(content, Mapping) else None
    if not isinstance(found, list):
        return content  # for parse_content to refuse
    for rule in found:
        ageing = rule.get("ageing") if isinstance(rule, Mapping) else None
        if isinstance(ageing, Mapping) and ageing.get("kind") in ("linear", "half_life"):
            days, points = ageing.get("days"), rule.get("points")
            if _is_whole(days, 1, MAX_FACTORS) and _is_whole(points, -MAX_POINTS, MAX_POINTS):
                shares = list(factors(ageing["kind"], days, points))
                rule = {**rule, "ageing": {**ageing, "factors": shares}}
        rules.append(rule)
    return {**content, "rules": rules}


def with_ids(content: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """Content whose conditions are written out as they were parsed, each with its stable id."""
    definitions = {
        rung: {**content["definitions"][rung], "condition": dump(definition.condition)}
        for rung, definition in rulebook.definitions.items()
    }
    found = {**content, "definitions": definitions}
    if rulebook.rules:
        found["rules"] = [
            {**data, "when": dump(rule.when)} if rule.when else data
            for data, rule in zip(content["rules"], rulebook.rules, strict=True)
        ]
    if rulebook.disqualifiers:
        found["disqualifiers"] = [
            {**data, "condition": dump(item.condition)}
            for data, item in zip(content["disqualifiers"], rulebook.disqualifiers, strict=True)
        ]
    return found


def parse_content(content: Any, vocabulary: Vocabulary) -> Rulebook:
    """The rulebook of a version. Raises ConditionError with the path of the first mistake."""
    if not isinstance(content, Mapping):
        raise ConditionError("", "Criteria are an object.")
    _known(content, {"definitions", "disqualifiers", "rules", "caps", "bands"}, "")
    caps = _caps(content.get("caps", {}))
    rules = content.get("rules", [])
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise ConditionError("rules", f"Give a list of at most {MAX_RULES} rules.")
    parsed = tuple(_rule(rule, vocabulary, f"rules.{i}") for i, rule in enumerate(rules))
    _unique([rule.id for rule in parsed], "rules")
    return Rulebook(
        definitions=_definitions(content.get("definitions"), vocabulary, sum(caps.values())),
        disqualifiers=_disqualifiers(content.get("disqualifiers", []), vocabulary),
        rules=parsed,
        caps=caps,
        bands=_bands(content.get("bands", {})),
    )


def _definitions(data: Any, vocabulary: Vocabulary, highest: int) -> Mapping[str, Definition]:
    if not isinstance(data, Mapping):
        raise ConditionError("definitions", "Define lead, mql and sql.")
    _known(data, set(RUNGS), "definitions")
    found: dict[str, Definition] = {}
    for rung in RUNGS:
        here = f"definitions.{rung}"
        part = data.get(rung)
        if not isinstance(part, Mapping) or "condition" not in part:
            raise ConditionError(here, f"Say what makes a lead a {rung.upper()}: a condition.")
        _known(part, {"condition", "line"}, here)
        line = part.get("line")
        if line is not None:
            if rung == "lead":
                raise ConditionError(f"{here}.line", "Only MQL and SQL have a line.")
            line = _whole(line, f"{here}.line", 0, highest)
        condition = parse(
            part["condition"], vocabulary, use=Use.DEFINITION, path=f"{here}.condition"
        )
        found[rung] = Definition(condition, line)
    mql, sql = found["mql"].line, found["sql"].line
    if mql is not None and sql is not None and sql < mql:
        raise ConditionError("definitions.sql.line", "The SQL line is not below the MQL line.")
    return found


def _disqualifiers(data: Any, vocabulary: Vocabulary) -> tuple[Disqualifier, ...]:
    if not isinstance(data, list) or len(data) > MAX_RULES:
        raise ConditionError("disqualifiers", "Give a list of disqualifiers.")
    found = []
    for i, item in enumerate(data):
        here = f"disqualifiers.{i}"
        if not isinstance(item, Mapping):
            raise ConditionError(here, "A disqualifier has an id, a label and a condition.")
        _known(item, {"id", "label", "condition"}, here)
        condition = parse(
            item.get("condition"), vocabulary, use=Use.DEFINITION, path=f"{here}.condition"
        )
        found.append(
            Disqualifier(_text(item, "id", here, 40), _text(item, "label", here, 120), condition)
        )
    _unique([item.id for item in found], "disqualifiers")
    return tuple(found)


_RULE_KEYS = {
    "id",
    "label",
    "kind",
    "points",
    "when",
    "frequency",
    "ageing",
    "minimum",
    "maximum",
    "table",
}


def _rule(data: Any, vocabulary: Vocabulary, path: str) -> Rule:
    if not isinstance(data, Mapping):
        raise ConditionError(path, "A rule is an object.")
    _known(data, _RULE_KEYS, path)
    if data.get("kind") not in KINDS:
        raise ConditionError(f"{path}.kind", "A rule is of kind fit or intent.")
    when = None
    if data.get("when") is not None:
        when = parse(data["when"], vocabulary, use=Use.RULE, path=f"{path}.when")
    table = _table(data["table"], vocabulary, f"{path}.table") if "table" in data else None
    if (when is None and table is None) or (table is not None and "points" in data):
        raise ConditionError(path, "A rule has a condition with points, or a table.")
    points = 0 if table else _whole(data.get("points"), f"{path}.points", -MAX_POINTS, MAX_POINTS)
    rule = Rule(
        id=_text(data, "id", path, 40),
        label=_text(data, "label", path, 120),
        kind=data["kind"],
        points=points,
        when=when,
        frequency=_frequency(data.get("frequency", {}), f"{path}.frequency"),
        ageing=_ageing(data.get("ageing"), f"{path}.ageing"),
        minimum=_optional(data, "minimum", path),
        maximum=_optional(data, "maximum", path),
        table=table,
    )
    if rule.event is None or table:
        for name in ("frequency", "ageing", "minimum", "maximum"):
            if name in data:
                raise ConditionError(f"{path}.{name}", "Only a rule on one event has this.")
    if rule.minimum is not None and rule.maximum is not None and rule.minimum > rule.maximum:
        raise ConditionError(f"{path}.maximum", "The maximum is not below the minimum.")
    return rule


def _frequency(data: Any, path: str) -> Frequency:
    if not isinstance(data, Mapping):
        raise ConditionError(path, "A frequency is an object.")
    _known(data, {"count", "per_day", "in_all"}, path)
    count = data.get("count", "once")
    if count not in ("once", "each"):
        raise ConditionError(f"{path}.count", "An event counts once or each time.")
    caps = {name: _optional(data, name, path, 1, 10_000) for name in ("per_day", "in_all")}
    if count == "once" and any(caps.values()):
        raise ConditionError(path, "Only events that count each time have an upper number.")
    return Frequency(count, **caps)


def _ageing(data: Any, path: str) -> Ageing | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise ConditionError(path, "Ageing is an object.")
    _known(data, {"kind", "days", "factors"}, path)
    if data.get("kind") not in ("linear", "half_life"):
        raise ConditionError(
            f"{path}.kind", "Ageing is linear or half_life; a window is within_days of the event."
        )
    days = _whole(data.get("days"), f"{path}.days", 1, MAX_FACTORS)
    shares = data.get("factors")
    if not isinstance(shares, list) or not all(isinstance(share, int) for share in shares):
        raise ConditionError(f"{path}.factors", "The factors are computed when criteria are saved.")
    return Ageing(data["kind"], days, tuple(shares))


def _table(data: Any, vocabulary: Vocabulary, path: str) -> tuple[Test, tuple[Band, ...]]:
    if not isinstance(data, Mapping):
        raise ConditionError(path, "A table is an object with a fact and bands or choices.")
    _known(data, {"fact", "bands", "choices"}, path)
    name = data.get("fact")
    fact = vocabulary.get(name) if isinstance(name, str) else None
    if (
        fact is None
        or fact.type in NOT_IN_TABLES
        or Use.RULE not in fact.uses
        or fact.takes_window
        or fact.takes_event
    ):
        raise ConditionError(f"{path}.fact", f"A table cannot use “{data.get('fact')}”.")
    name = "bands" if _is_number(fact) else "choices"
    if name not in data or len(data) != 2:
        raise ConditionError(path, f"A table on {fact.label} has {name}.")
    here = f"{path}.{name}"
    if _is_number(fact):
        return Test("table", fact, "is_known"), _number_bands(data[name], here)
    return Test("table", fact, "is_known"), _choice_bands(data[name], fact, here)


def _is_number(fact: Fact) -> bool:
    return fact.type in (FactType.NUMBER, FactType.MONEY, FactType.COUNT)


def _number_bands(data: Any, path: str) -> tuple[Band, ...]:
    if not isinstance(data, list) or not 0 < len(data) <= 50:
        raise ConditionError(path, "Give 1 to 50 bands.")
    bands = []
    for i, item in enumerate(data):
        here = f"{path}.{i}"
        if not isinstance(item, Mapping):
            raise ConditionError(here, "A band has from, to and points.")
        _known(item, {"from", "to", "points"}, here)
        low, high = item.get("from"), item.get("to")
        for name, edge in (("from", low), ("to", high)):
            if edge is not None and not is_number(edge):
                raise ConditionError(f"{here}.{name}", "An edge of a band is a number.")
        if low is not None and high is not None and low > high:
            raise ConditionError(f"{here}.to", "A band ends where it starts or above.")
        points = _whole(item.get("points"), f"{here}.points", -MAX_POINTS, MAX_POINTS)
        bands.append(Band(points, low, high))
    return tuple(bands)


def _choice_bands(data: Any, fact: Fact, path: str) -> tuple[Band, ...]:
    if not isinstance(data, Mapping) or not 0 < len(data) <= 500:
        raise ConditionError(path, "Give points for 1 to 500 choices.")
    known = [name for name, _ in fact.choices]
    if fact.type is FactType.YES_NO:
        known = ["true", "false"]
    for choice in data:
        if not is_text(choice, 200):
            raise ConditionError(path, "A choice is a text of 1 to 200 characters.")
        if known and choice not in known:
            raise ConditionError(f"{path}.{choice}", f"{fact.label} is one of: {', '.join(known)}.")
    return tuple(
        Band(_whole(points, f"{path}.{choice}", -MAX_POINTS, MAX_POINTS), choices=(str(choice),))
        for choice, points in data.items()
    )


def _caps(data: Any) -> Mapping[str, int]:
    if not isinstance(data, Mapping):
        raise ConditionError("caps", "Caps are an object with fit and intent.")
    _known(data, set(KINDS), "caps")
    return {kind: _whole(data.get(kind, 50), f"caps.{kind}", 1, MAX_POINTS) for kind in KINDS}


def _bands(data: Any) -> Mapping[str, tuple[int, int, int]]:
    if not isinstance(data, Mapping):
        raise ConditionError("bands", "Bands are an object with fit and intent.")
    _known(data, set(KINDS), "bands")
    found: dict[str, tuple[int, int, int]] = {}
    for kind in KINDS:
        cuts = data.get(kind, [75, 50, 25])
        here = f"bands.{kind}"
        if not isinstance(cuts, list) or len(cuts) != 3:
            raise ConditionError(here, "Give three cut-offs in percent.")
        best, good, fair = (_whole(cut, here, 1, 100) for cut in cuts)
        if not best > good > fair:
            raise ConditionError(here, "Cut-offs fall strictly, like 75, 50, 25.")
        found[kind] = (best, good, fair)
    return found


def _known(data: Mapping[str, Any], names: set[str], path: str) -> None:
    for name in data:
        if name not in names:
            here = f"{path}.{name}" if path else str(name)
            raise ConditionError(here, f"There is no key “{name}” here.")


def _unique(ids: list[str], path: str) -> None:
    for id_ in ids:
        if ids.count(id_) > 1:
            raise ConditionError(path, f"The id “{id_}” is used twice.")


def _text(data: Mapping[str, Any], name: str, path: str, longest: int) -> str:
    value = data.get(name)
    if not is_text(value, longest):
        raise ConditionError(f"{path}.{name}", f"Give a text of 1 to {longest} characters.")
    return value


def _is_whole(value: Any, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _whole(value: Any, path: str, low: int, high: int) -> int:
    if not _is_whole(value, low, high):
        raise ConditionError(path, f"Give a whole number from {low:,} to {high:,}.")
    return value


def _optional(
    data: Mapping[str, Any], name: str, path: str, low: int = -MAX_POINTS, high: int = MAX_POINTS
) -> int | None:
    return None if data.get(name) is None else _whole(data[name], f"{path}.{name}", low, high)
