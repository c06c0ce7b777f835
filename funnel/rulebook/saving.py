"""Content as a version keeps it: complete, each node with its id, the ageing written out."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from funnel.conditions.tree import dump
from funnel.rulebook.checks import is_whole_json
from funnel.rulebook.parts import LONGEST_AGEING, MAX_POINTS, WHOLE, Rule, Rulebook
from funnel.rulebook.rules import TABLE

# Aged points under 0.05 count nothing (SPEC 1).
LEAST_POINTS = 500


def factors(kind: str, days: int, points: int) -> tuple[int, ...]:
    """Shares left after 0, 1, 2 … elapsed days, in whole ten-thousandths.

    linear: max(0, 1 − d/days); half_life: 0.5^(d/days) (SPEC 1). A share of `points` that is
    worth less than 0.05 points is 0, and the tuple ends before its trailing zeros.
    """
    shares = []
    for day in count():
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
    found = content.get("rules", []) if isinstance(content, Mapping) else None
    if not isinstance(found, list):
        return content  # for parse_content to refuse
    return {**content, "rules": [_with_factors(rule) for rule in found]}


def _with_factors(rule: Any) -> Any:
    ageing = rule.get("ageing") if isinstance(rule, Mapping) else None
    if not isinstance(ageing, Mapping):
        return rule
    kind = ageing.get("kind")
    if not isinstance(kind, str) or kind not in LONGEST_AGEING:
        return rule
    days, points = ageing.get("days"), rule.get("points")
    if not is_whole_json(days, 1, LONGEST_AGEING[kind]) or not is_whole_json(
        points, -MAX_POINTS, MAX_POINTS
    ):
        return rule
    return {**rule, "ageing": {**ageing, "factors": list(factors(kind, days, points))}}


def with_ids(content: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """Content as it was parsed: each condition with its id, nothing left to a default."""
    definitions = {
        rung: _given(content["definitions"][rung]) | {"condition": dump(definition.condition)}
        for rung, definition in rulebook.definitions.items()
    }
    disqualifiers = [
        {"id": item.id, "label": item.label, "condition": dump(item.condition)}
        for item in rulebook.disqualifiers
    ]
    rules = [
        _rule_with_ids(data, rule)
        for data, rule in zip(content.get("rules", []), rulebook.rules, strict=True)
    ]
    return _as_stored(
        {
            "definitions": definitions,
            "disqualifiers": disqualifiers,
            "rules": rules,
            "caps": dict(rulebook.caps),
            "bands": {kind: list(cuts) for kind, cuts in rulebook.bands.items()},
            **({"accept": {"bant": rulebook.accept_bant}} if "accept" in content else {}),
        }
    )


def _rule_with_ids(data: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    found = _given(data)
    if rule.when is not None:
        found["when"] = dump(rule.when)
    if rule.table is not None and rule.table[0].id != TABLE:
        found["table"] = {**data["table"], "id": rule.table[0].id}
    return found


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that say nothing."""
    return {name: value for name, value in data.items() if value is not None}


def _as_stored(node: Any) -> Any:
    """Numbers as PostgreSQL gives them back, so that the hash of what is read is the one signed.

    jsonb writes 1e22 as a whole number and knows no negative zero.
    """
    if isinstance(node, Mapping):
        return {key: _as_stored(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_as_stored(item) for item in node]
    if isinstance(node, float):
        return int(node) if "e+" in repr(node) else node + 0.0
    return node
