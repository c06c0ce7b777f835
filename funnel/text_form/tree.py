"""YAML to plain data, with the line of everything in it.

Read event by event, so that a text can neither nest nor grow beyond what is written: anchors and
aliases, tags, several documents and keys written twice are refused with their line.
"""

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from funnel.conditions.values import ConditionError

DEEPEST = 40
LONGEST_NUMBER = 100
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_WORDS = {
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:null": lambda text: None,
}


class TextError(ConditionError):
    """A mistake in a text: its line (0 where none can be told), its path, what is wrong."""

    def __init__(self, line: int, path: str, message: str) -> None:
        super().__init__(path, message)
        self.line = line

    def __str__(self) -> str:
        place = ", ".join(filter(None, [f"line {self.line}" if self.line else "", self.path]))
        return f"{place}: {self.message}" if place else self.message


@dataclass(slots=True)
class Tree:
    """What a text says: plain data, and the line on which each path stands."""

    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    has_comments: bool = False


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; `key` is the one whose value comes next."""

    path: str
    data: Any
    key: str | None = None

    def child(self) -> str:
        step = self.key if isinstance(self.data, dict) else len(self.data)
        return f"{self.path}.{step}" if self.path else str(step)


def parse_yaml(text: str) -> Tree:
    """The one document of a text. Raises TextError."""
    reader = _Reader(text)
    try:
        for event in reader.yaml.parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 0
        raise TextError(line, "", f"This is not YAML: {error.problem}.") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"The character U+{error.character:04X} cannot stand in YAML as it is."
        raise TextError(line, "", message) from None
    reader.skip_to(len(text))
    return reader.tree


class _Reader:
    """Puts the events of a text together; `open` is the way down to where it is."""

    def __init__(self, text: str) -> None:
        self.yaml = YAML(typ="safe", pure=True)
        self.text = text
        self.tree = Tree()
        self.open: list[_Open] = []
        self.documents = 0
        self.read_to = 0

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, DocumentStartEvent):
            self.start(event, line)
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self.refuse(line, "Anchors and aliases are not read here; write it out.")
        elif isinstance(event, NodeEvent):
            if tag := getattr(event, "tag", None):
                name = tag.replace("tag:yaml.org,2002:", "!!")
                self.refuse(line, f"Tags like {name} are not read here.")
            self.node(event, line)
        elif isinstance(event, CollectionEndEvent):
            self.open.pop()

    def start(self, event: DocumentStartEvent, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise TextError(line, "", "A text is one document.")
        if event.version not in (None, (1, 2)):
            raise TextError(line, "", "Criteria are written in YAML 1.2.")

    def node(self, event: NodeEvent, line: int) -> None:
        above = self.open[-1] if self.open else None
        if above and isinstance(above.data, dict) and above.key is None:
            self.key(above, event, line)
            return
        path = above.child() if above else ""
        self.tree.lines.setdefault(path, line)
        value: Any
        if isinstance(event, ScalarEvent):
            self.skip_to(event.start_mark.index, event.end_mark.index)
            value = self.scalar(event, path, line)
        else:
            value = {} if isinstance(event, MappingStartEvent) else []
        if above is None:
            self.tree.data = value
        elif isinstance(above.data, dict):
            above.data[above.key], above.key = value, None
        else:
            above.data.append(value)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self.open) == DEEPEST:
                raise TextError(line, "", f"A text nests at most {DEEPEST} deep.")
            self.open.append(_Open(path, value))

    def key(self, above: _Open, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise TextError(line, above.path, "A key is a word.")
        self.skip_to(event.start_mark.index, event.end_mark.index)
        # As it is written: `NO` and `2024` are words, also as keys.
        above.key = event.value
        if event.value in above.data:
            raise TextError(line, above.child(), f"The key “{event.value}” is written twice.")
        self.tree.lines[above.child()] = line

    def scalar(self, event: ScalarEvent, path: str, line: int) -> Any:
        tag = str(self.yaml.resolver.resolve(ScalarNode, event.value, event.implicit))
        if tag in _WORDS:
            return _WORDS[tag](event.value)
        if tag not in _NUMBERS:
            return event.value  # a date, too, is the text it was
        if len(event.value) > LONGEST_NUMBER:
            raise TextError(line, path, "This number is too long.")
        make = self.yaml.constructor
        construct = make.construct_yaml_int if tag.endswith("int") else make.construct_yaml_float
        return construct(ScalarNode(tag, event.value))

    def skip_to(self, start: int, end: int | None = None) -> None:
        """Look for comments between the last word and this one."""
        self.tree.has_comments |= "#" in self.text[self.read_to : start]
        self.read_to = end or start

    def refuse(self, line: int, message: str) -> None:
        raise TextError(line, self.open[-1].child() if self.open else "", message)
