"""The whole content of a version to a rulebook."""

from collections.abc import Mapping
from typing import Any

from funnel.conditions.parsing import parse
from funnel.conditions.values import ConditionError
from funnel.rulebook.checks import (
    LONGEST_ID,
    LONGEST_LABEL,
    checked_text,
    checked_whole,
    known_keys,
    mapping,
    unique,
)
from funnel.rulebook.parts import (
    KINDS,
    MAX_POINTS,
    MAX_RULES,
    RUNGS,
    Definition,
    Disqualifier,
    Rulebook,
)
from funnel.rulebook.rules import parse_rule
from funnel.vocabulary.facts import Use, Vocabulary

# All questions of a version together: what one statement of PostgreSQL answers without strain.
MAX_TESTS = 1000
CAP = 50
CUTS = (75, 50, 25)
# Of budget, authority, need and timing.
BANT, ASKED_BANT = 4, 3


def parse_content(content: Any, vocabulary: Vocabulary) -> Rulebook:
    """The rulebook of a version. Raises ConditionError with the path of the first mistake."""
    content = mapping(content, "", "Criteria are an object.")
    known_keys(content, {"definitions", "disqualifiers", "rules", "caps", "bands", "accept"}, "")
    caps = _caps(content.get("caps", {}))
    rules = content.get("rules", [])
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise ConditionError("rules", f"Give a list of at most {MAX_RULES} rules.")
    parsed = tuple(parse_rule(rule, vocabulary, f"rules.{i}") for i, rule in enumerate(rules))
    unique([rule.id for rule in parsed], "rules")
    rulebook = Rulebook(
        definitions=_definitions(content.get("definitions"), vocabulary, sum(caps.values())),
        disqualifiers=_disqualifiers(content.get("disqualifiers", []), vocabulary),
        rules=parsed,
        caps=caps,
        bands=_bands(content.get("bands", {})),
        accept_bant=_accept(content.get("accept", {})),
    )
    if len(rulebook.tests()) > MAX_TESTS:
        raise ConditionError("", f"Criteria have at most {MAX_TESTS:,} tests together.")
    return rulebook


def _definitions(data: Any, vocabulary: Vocabulary, highest: int) -> Mapping[str, Definition]:
    data = mapping(data, "definitions", "Define lead, mql and sql.")
    known_keys(data, set(RUNGS), "definitions")
    found = {rung: _definition(rung, data.get(rung), vocabulary, highest) for rung in RUNGS}
    mql, sql = found["mql"].line, found["sql"].line
    if mql is not None and sql is not None and sql < mql:
        raise ConditionError("definitions.sql.line", "The SQL line is not below the MQL line.")
    return found


def _definition(rung: str, data: Any, vocabulary: Vocabulary, highest: int) -> Definition:
    path = f"definitions.{rung}"
    if not isinstance(data, Mapping) or "condition" not in data:
        raise ConditionError(path, f"Say what makes a lead a {rung.upper()}: a condition.")
    known_keys(data, {"condition", "line"}, path)
    line = data.get("line")
    if line is not None:
        if rung == "lead":
            raise ConditionError(f"{path}.line", "Only MQL and SQL have a line.")
        line = checked_whole(line, f"{path}.line", 0, highest)
    condition = parse(data["condition"], vocabulary, use=Use.DEFINITION, path=f"{path}.condition")
    return Definition(condition, line)


def _disqualifiers(data: Any, vocabulary: Vocabulary) -> tuple[Disqualifier, ...]:
    if not isinstance(data, list) or len(data) > MAX_RULES:
        raise ConditionError("disqualifiers", f"Give a list of at most {MAX_RULES} disqualifiers.")
    found = tuple(
        _disqualifier(item, vocabulary, f"disqualifiers.{i}") for i, item in enumerate(data)
    )
    unique([item.id for item in found], "disqualifiers")
    return found


def _disqualifier(data: Any, vocabulary: Vocabulary, path: str) -> Disqualifier:
    data = mapping(data, path, "A disqualifier has an id, a label and a condition.")
    known_keys(data, {"id", "label", "condition"}, path)
    return Disqualifier(
        checked_text(data, "id", path, LONGEST_ID),
        checked_text(data, "label", path, LONGEST_LABEL),
        parse(data.get("condition"), vocabulary, use=Use.DEFINITION, path=f"{path}.condition"),
    )


def _caps(data: Any) -> Mapping[str, int]:
    data = mapping(data, "caps", "Caps are an object with fit and intent.")
    known_keys(data, set(KINDS), "caps")
    return {
        kind: checked_whole(data.get(kind, CAP), f"caps.{kind}", 1, MAX_POINTS) for kind in KINDS
    }


def _bands(data: Any) -> Mapping[str, tuple[int, int, int]]:
    data = mapping(data, "bands", "Bands are an object with fit and intent.")
    known_keys(data, set(KINDS), "bands")
    return {kind: _cuts(data.get(kind, list(CUTS)), f"bands.{kind}") for kind in KINDS}


def _cuts(data: Any, path: str) -> tuple[int, int, int]:
    if not isinstance(data, list) or len(data) != 3:
        raise ConditionError(path, "Give three cut-offs in percent.")
    best, good, fair = (checked_whole(cut, f"{path}.{i}", 1, 100) for i, cut in enumerate(data))
    if not best > good > fair:
        raise ConditionError(path, "Cut-offs fall strictly, like 75, 50, 25.")
    return best, good, fair


def _accept(data: Any) -> int:
    data = mapping(data, "accept", "What accept asks for is an object with bant.")
    known_keys(data, {"bant"}, "accept")
    return checked_whole(data.get("bant", ASKED_BANT), "accept.bant", 0, BANT)
