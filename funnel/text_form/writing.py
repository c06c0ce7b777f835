"""The content of a version to a text that diffs well and reads back exactly."""

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from funnel.models import CriteriaVersion
from funnel.text_form.reading import ORDER

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
LONGEST_LINE = 1_000_000


def export(version: CriteriaVersion) -> str:
    """The version as YAML; reading it gives back exactly its content, factors aside."""
    return written(version.content, number=version.number, note=version.note)


def written(content: Mapping[str, Any], *, number: int | None = None, note: str = "") -> str:
    """Any content as YAML, whether it is saved or not."""
    document: dict[str, Any] = {} if number is None else {"criteria": number}
    if note:
        document["note"] = note
    document |= {name: _ordered(content[name]) for name in ORDER if name in content}
    stream = StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


class _Representer(SafeRepresenter):
    """Writes text of several lines as such lines, where that keeps every character."""

    def represent_str(self, data: str) -> ScalarNode:
        style = None
        if not data.replace("\n", "").isprintable():
            style = '"'  # the one form that escapes
        elif "\n" in data and not data[:1].isspace():
            style = "|"
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.represent_str)


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    # Folding long text would lose its double spaces.
    yaml.width = LONGEST_LINE
    return yaml


def _ordered(node: Any) -> Any:
    if isinstance(node, Mapping):
        known = [key for key in KEYS if key in node]
        rest = [key for key in node if key not in KEYS and key != "factors"]
        return {key: _ordered(node[key]) for key in known + rest}
    return [_ordered(item) for item in node] if isinstance(node, list) else node
