"""A change since the period it is compared with."""

from dataclasses import dataclass
from typing import ClassVar

from leadportal.look import formats
from leadportal.look.pictures import Picture


@dataclass(frozen=True)
class Difference(Picture):
    """An arrow, the word that is heard instead of it, and the size; no arrow where none changed."""

    template: ClassVar[str] = "look/change.html"

    way: str
    arrow: str
    word: str
    text: str
    is_worse: bool


def delta(change: float, unit: str = "", *, good: str = "up", prefix: str = "") -> Difference:
    """
    The arrow tells direction, the colour whether that is good.

    `good` is "up" or "down"; `prefix` stands before the number ("€").
    """
    rises = change > 0
    number = formats.number(abs(change))
    return Difference(
        way="up" if rises else "dn",
        arrow="" if not change else "▲" if rises else "▼",
        word="up" if rises else "down",
        text=f"{prefix}{number} {unit}" if unit else f"{prefix}{number}",
        is_worse=rises != (good == "up"),
    )
