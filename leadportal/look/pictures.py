"""A picture of data: laid out in numbers and texts here, drawn by a template."""

from dataclasses import dataclass
from typing import ClassVar

from django.template import Context, Engine
from django.utils.safestring import SafeString


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
    # A template file ends with a line break, which between two words would show as a space.
    # Numbers are coordinates here, so no language's separators go between their digits.
    context = Context(vars(picture), use_l10n=False)
    return SafeString(Engine.get_default().get_template(picture.template).render(context).strip())


def coordinate(value: float) -> str:
    """One decimal, and none where it says nothing: 12.34 -> "12.3", 12.0 -> "12"."""
    return f"{value:.1f}".removesuffix(".0")


def percent(share: float) -> str:
    """A share of 100, kept inside the picture."""
    return f"{min(100.0, max(0.0, share)):.4g}"
