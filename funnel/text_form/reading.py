"""A text to the content of a version, checked, each mistake with its line and path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from funnel.conditions.values import ConditionError
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.text_form.tree import TextError, Tree, parse_yaml
from funnel.vocabulary.facts import Vocabulary

ORDER = ("definitions", "disqualifiers", "rules", "caps", "bands", "accept")
# Characters; 200 rules take a quarter of it. Reading so many takes seconds.
LARGEST = 400_000
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read: content for versions.draft or versions.edit, and its note.

    Comments are not kept: what should last belongs in the note or a label.
    """

    content: dict[str, Any]
    note: str
    has_comments: bool


def read_text(text: str, vocabulary: Vocabulary) -> Document:
    """Content that can be saved as it is. Raises TextError at the first mistake."""
    tree = _tree(text)
    content, note = _parted(tree)
    try:
        parse_content(prepared(content), vocabulary)
    except ConditionError as error:
        raise TextError(_line(tree, error.path), error.path, error.message) from None
    return Document(content, note, tree.has_comments)


def load(text: str) -> tuple[dict[str, Any], str]:
    """(content, note) of a text, not yet checked against the vocabulary. Raises TextError."""
    return _parted(_tree(text))


def line_of(text: str, path: str) -> int:
    """The line on which a path of the content stands, or what it is in; 0 if neither does."""
    try:
        return _line(_tree(text), path)
    except TextError:
        return 0


def _tree(text: str) -> Tree:
    if len(text) > LARGEST:
        raise TextError(0, "", f"The text is longer than {LARGEST:,} characters.")
    tree = parse_yaml(text.removeprefix("\ufeff"))
    if not isinstance(tree.data, dict):
        raise TextError(0, "", "The text is a mapping with definitions and rules.")
    return tree


def _line(tree: Tree, path: str) -> int:
    while path and path not in tree.lines:
        path = path.rpartition(".")[0]
    return tree.lines[path] if path else 0


def _parted(tree: Tree) -> tuple[dict[str, Any], str]:
    content = dict(tree.data)
    number, note = content.pop("criteria", None), content.pop("note", "")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise TextError(_line(tree, "criteria"), "criteria", "The number of the version is whole.")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE or "\x00" in note:
        message = f"A note is text of at most {LONGEST_NOTE:,} characters."
        raise TextError(_line(tree, "note"), "note", message)
    for name in content:
        if name not in ORDER:
            raise TextError(_line(tree, name), name, f"There is no key “{name}” here.")
    _refuse_factors(content.get("rules"), tree)
    return content, note


def _refuse_factors(rules: Any, tree: Tree) -> None:
    """Factors written by hand could only be the computed ones, or wrong."""
    for i, rule in enumerate(rules if isinstance(rules, list) else []):
        ageing = rule.get("ageing") if isinstance(rule, Mapping) else None
        if isinstance(ageing, Mapping) and "factors" in ageing:
            path = f"rules.{i}.ageing.factors"
            message = "Factors are computed from kind, days and points; leave them out."
            raise TextError(_line(tree, path), path, message)
