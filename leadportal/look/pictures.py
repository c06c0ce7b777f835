"""A picture of data: laid out in numbers and texts here, drawn by a template."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.template import Context, Engine, Template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_PLACE = re.compile(r"{{ (\w+) }}")


@dataclass(frozen=True)
class Picture:
    """Whatever a drawing needs to know, ready to be written: its template calculates nothing.

    Coordinates are texts where they must be rounded. The fields, and nothing else, are what the
    template can name.
    """

    template: ClassVar[str]


def draw(picture: Picture | None) -> SafeString:
    """The markup of a picture, texts escaped, no space around it; "" where there is none."""
    if picture is None:
        return SafeString()
    template = _template(picture.template)
    values, pieces = vars(picture), _pieces(template.source)
    if pieces:
        return _filled(pieces, values)
    # A template file ends with a line break, which between two words would show as a space.
    # Numbers are coordinates here, so no language's separators go between their digits.
    return SafeString(template.render(Context(values, use_l10n=False)).strip())


@lru_cache
def _template(name: str) -> Template:
    """To ask the engine, which keeps it as well, takes longer than to fill in a small one."""
    return Engine.get_default().get_template(name)


@lru_cache
def _pieces(source: str) -> tuple[str, ...]:
    """Of a drawing that is texts and names only, both by turns: lists have one in each row.

    Empty for one that needs the language of templates.
    """
    pieces = tuple(_PLACE.split(source.strip()))
    return () if any("{" in text for text in pieces[::2]) else pieces


def _filled(pieces: Sequence[str], values: Mapping[str, Any]) -> SafeString:
    drawn = [*pieces]
    drawn[1::2] = [_escaped(values[name]) for name in pieces[1::2]]
    return SafeString("".join(drawn))


def _escaped(value: Any) -> str:
    """As `conditional_escape`, which takes longest with what nearly all values are."""
    if type(value) is str:
        return html.escape(value)
    if type(value) is int:
        return str(value)
    return value if type(value) is SafeString else conditional_escape(value)


def coordinate(value: float) -> str:
    """One decimal, and none where it says nothing: 12.34 -> "12.3", 12.0 -> "12"."""
    return f"{value:.1f}".removesuffix(".0")


def percent(share: float) -> str:
    """A share of 100, kept inside the picture."""
    return f"{min(100.0, max(0.0, share)):.4g}"
