"""One scoring rule: condition and points, how often and how long events count, tables."""

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

from funnel.conditions.parsing import parse
from funnel.conditions.tree import All, Any_, Condition, Not, Test
from funnel.conditions.values import ConditionError, is_number, is_text
from funnel.rulebook.checks import (
    LONGEST_ID,
    LONGEST_LABEL,
    checked_points,
    checked_text,
    checked_whole,
    is_whole_json,
    known_keys,
    mapping,
    optional,
)
from funnel.rulebook.parts import (
    KINDS,
    LONGEST_AGEING,
    MAX_POINTS,
    WHOLE,
    Ageing,
    Band,
    Frequency,
    Rule,
)
from funnel.vocabulary.facts import Fact, Use, Vocabulary
from funnel.vocabulary.operators import FactType

# A table gives points by one number or one choice.
NOT_IN_TABLES = frozenset({FactType.DATE, FactType.CHOICES})
MAX_BANDS = 50
MAX_CHOICES = 500
MAX_EVENTS = 10_000
# The id of a table whose criteria give it none.
TABLE = "table"

_KEYS = {
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


def parse_rule(data: Any, vocabulary: Vocabulary, path: str) -> Rule:
    data = mapping(data, path, "A rule is an object.")
    known_keys(data, _KEYS, path)
    if data.get("kind") not in KINDS:
        raise ConditionError(f"{path}.kind", "A rule is of kind fit or intent.")
    when = None
    if data.get("when") is not None:
        when = parse(data["when"], vocabulary, use=Use.RULE, path=f"{path}.when")
    table = None
    if "table" in data:
        table = _table(data["table"], vocabulary, f"{path}.table", _ids(when) if when else [])
    if (when is None and table is None) or (table is not None and "points" in data):
        raise ConditionError(path, "A rule has a condition with points, or a table.")
    rule = Rule(
        id=checked_text(data, "id", path, LONGEST_ID),
        label=checked_text(data, "label", path, LONGEST_LABEL),
        kind=data["kind"],
        points=0 if table else checked_points(data, path),
        when=when,
        frequency=_frequency(data.get("frequency", {}), f"{path}.frequency"),
        ageing=_ageing(data.get("ageing"), f"{path}.ageing"),
        minimum=optional(data, "minimum", path),
        maximum=optional(data, "maximum", path),
        table=table,
    )
    _check_fits_together(rule, data, path)
    return rule


def _check_fits_together(rule: Rule, data: Mapping[str, Any], path: str) -> None:
    if rule.event is None or rule.table:
        for name in ("frequency", "ageing", "minimum", "maximum"):
            if name in data:
                raise ConditionError(f"{path}.{name}", "Only a rule on one event has this.")
    if rule.minimum is not None and rule.maximum is not None and rule.minimum > rule.maximum:
        raise ConditionError(f"{path}.maximum", "The maximum is not below the minimum.")


def _ids(node: Condition) -> list[str]:
    if isinstance(node, All | Any_):
        return [node.id, *(id_ for item in node.items for id_ in _ids(item))]
    return [node.id, *_ids(node.item)] if isinstance(node, Not) else [node.id]


def _frequency(data: Any, path: str) -> Frequency:
    data = mapping(data, path, "A frequency is an object.")
    known_keys(data, {"count", "per_day", "in_all"}, path)
    often = data.get("count", "once")
    if often not in ("once", "each"):
        raise ConditionError(f"{path}.count", "An event counts once or each time.")
    caps = {name: optional(data, name, path, 1, MAX_EVENTS) for name in ("per_day", "in_all")}
    if often == "once" and any(caps.values()):
        raise ConditionError(path, "Only events that count each time have an upper number.")
    return Frequency(often, **caps)


def _ageing(data: Any, path: str) -> Ageing | None:
    if data is None:
        return None
    data = mapping(data, path, "Ageing is an object.")
    known_keys(data, {"kind", "days", "factors"}, path)
    kind = data.get("kind")
    if kind not in LONGEST_AGEING:
        raise ConditionError(
            f"{path}.kind", "Ageing is linear or half_life; a window is within_days of the event."
        )
    days = checked_whole(data.get("days"), f"{path}.days", 1, LONGEST_AGEING[kind])
    shares = data.get("factors")
    if not isinstance(shares, list) or not all(is_whole_json(share, 1, WHOLE) for share in shares):
        raise ConditionError(f"{path}.factors", "The factors are computed when criteria are saved.")
    if shares != sorted(shares, reverse=True):
        raise ConditionError(f"{path}.factors", "Factors only fall.")
    return Ageing(kind, days, tuple(shares))


# Tables.


def _table(
    data: Any, vocabulary: Vocabulary, path: str, taken: Collection[str]
) -> tuple[Test, tuple[Band, ...]]:
    data = mapping(data, path, "A table is an object with a fact and bands or choices.")
    known_keys(data, {"id", "fact", "bands", "choices"}, path)
    fact = _table_fact(data.get("fact"), vocabulary, f"{path}.fact")
    name, other = ("bands", "choices") if _is_number(fact) else ("choices", "bands")
    if name not in data or other in data:
        raise ConditionError(path, f"A table on {fact.label} has {name}.")
    here = f"{path}.{name}"
    bands = _bands(data[name], here) if _is_number(fact) else _choices(data[name], fact, here)
    return Test(_table_id(data, path, taken), fact, "is_known"), bands


def _table_id(data: Mapping[str, Any], path: str, taken: Collection[str]) -> str:
    """The id given, or one that no node of the rule's condition has."""
    if "id" not in data:
        free = (f"{TABLE}-{n}" if n > 1 else TABLE for n in count(1))
        return next(id_ for id_ in free if id_ not in taken)
    id_ = checked_text(data, "id", path, LONGEST_ID)
    if id_ in taken:
        raise ConditionError(f"{path}.id", f"The id “{id_}” is used twice.")
    return id_


def _table_fact(name: Any, vocabulary: Vocabulary, path: str) -> Fact:
    fact = vocabulary.get(name) if isinstance(name, str) else None
    if (
        fact is None
        or fact.type in NOT_IN_TABLES
        or Use.RULE not in fact.uses
        or fact.takes_window
        or fact.takes_event
    ):
        raise ConditionError(path, f"A table cannot use “{name}”.")
    return fact


def _is_number(fact: Fact) -> bool:
    return fact.type in (FactType.NUMBER, FactType.MONEY, FactType.COUNT)


def _bands(data: Any, path: str) -> tuple[Band, ...]:
    if not isinstance(data, list) or not 0 < len(data) <= MAX_BANDS:
        raise ConditionError(path, f"Give 1 to {MAX_BANDS} bands.")
    return tuple(_band(item, f"{path}.{i}") for i, item in enumerate(data))


def _band(data: Any, path: str) -> Band:
    data = mapping(data, path, "A band has from, to and points.")
    known_keys(data, {"from", "to", "points"}, path)
    low, high = data.get("from"), data.get("to")
    for name, edge in (("from", low), ("to", high)):
        if edge is not None and not is_number(edge):
            raise ConditionError(f"{path}.{name}", "An edge of a band is a number.")
    if low is not None and high is not None and low > high:
        raise ConditionError(f"{path}.to", "A band ends where it starts or above.")
    return Band(checked_points(data, path), low, high)


def _choices(data: Any, fact: Fact, path: str) -> tuple[Band, ...]:
    if not isinstance(data, Mapping) or not 0 < len(data) <= MAX_CHOICES:
        raise ConditionError(path, f"Give points for 1 to {MAX_CHOICES} choices.")
    known = [name for name, _ in fact.choices]
    if fact.type is FactType.YES_NO:
        known = ["true", "false"]
    for choice in data:
        if not is_text(choice, 200):
            raise ConditionError(path, "A choice is a text of 1 to 200 characters.")
        if known and choice not in known:
            raise ConditionError(f"{path}.{choice}", f"{fact.label} is one of: {', '.join(known)}.")
    return tuple(
        Band(
            checked_whole(value, f"{path}.{choice}", -MAX_POINTS, MAX_POINTS),
            choices=(str(choice),),
        )
        for choice, value in data.items()
    )
