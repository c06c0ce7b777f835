"""Criteria as YAML 1.2 that people can read, keep in a repository and bring back unchanged.

The grammar is that of the content (funnel/rulebook.py), with two differences: ageing factors are
not written, since they are computed when criteria are saved, and a note may stand on top.

    criteria: 14
    note: Pricing visits count more
    definitions: {lead: …, mql: …, sql: …}
    disqualifiers: […]
    rules: […]
    caps: {fit: 50, intent: 50}
    bands: {fit: [75, 50, 25], intent: [75, 50, 25]}
"""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from funnel.conditions import ConditionError
from funnel.models import CriteriaVersion

ORDER = ("definitions", "disqualifiers", "rules", "caps", "bands")
# The order in which the keys of a condition or rule are written, so that files diff well.
KEYS = (
    "id",
    "label",
    "kind",
    "lead",
    "mql",
    "sql",
    "from",
    "to",
    "points",
    "line",
    "condition",
    "when",
    "fact",
    "event",
    "property",
    "op",
    "value",
    "where",
    "at_least",
    "within_days",
    "frequency",
    "ageing",
    "minimum",
    "maximum",
    "fit",
    "intent",
)
LARGEST = 1_000_000  # characters


def export(version: CriteriaVersion) -> str:
    """The version as YAML; `load` gives back exactly its content, factors aside."""
    document: dict[str, Any] = {"criteria": version.number}
    if version.note:
        document["note"] = version.note
    document |= {name: _ordered(version.content[name]) for name in ORDER if name in version.content}
    stream = StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def load(text: str) -> tuple[dict[str, Any], str]:
    """(content, note) of a text. Raises ConditionError with the line or path of the mistake.

    The content is not yet checked against the vocabulary: versions.draft does that.
    """
    if len(text) > LARGEST:
        raise ConditionError("", f"The text is longer than {LARGEST:,} characters.")
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise ConditionError(place, f"This is not YAML: {error.problem}.") from None
    except YAMLError as error:
        raise ConditionError("", f"This is not YAML: {error}.") from None
    if not isinstance(document, Mapping):
        raise ConditionError("", "The text is a mapping with definitions and rules.")
    content = _plain(document)
    note = content.pop("note", "")
    content.pop("criteria", None)
    if not isinstance(note, str):
        raise ConditionError("note", "A note is text.")
    for name in content:
        if name not in ORDER:
            raise ConditionError(name, f"There is no key “{name}” here.")
    return content, note


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = None
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 100
    return yaml


def _plain(node: Any) -> Any:
    """Only what JSON has: YAML's own dates become the text they were."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node.isoformat() if hasattr(node, "isoformat") else node


def _ordered(node: Any) -> Any:
    if isinstance(node, Mapping):
        known = [key for key in KEYS if key in node]
        rest = [key for key in node if key not in KEYS and key != "factors"]
        return {key: _ordered(node[key]) for key in known + rest}
    return [_ordered(item) for item in node] if isinstance(node, list) else node
