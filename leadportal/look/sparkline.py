"""The shape of a series as one small line without axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from leadportal.look.pictures import Picture

# The size that the template gives the picture.
WIDTH, HEIGHT = 88, 30
# Room for the dot at the end of the line, and above and below it.
DOT, HEAD = 2, 4


@dataclass(frozen=True)
class Sparkline(Picture):
    """A line and its end, in the colour of `side`; unheard where `says` is empty."""

    template: ClassVar[str] = "look/sparkline.svg"

    side: str
    says: str
    path: str
    end_x: str
    end_y: str


def sparkline(values: Sequence[float], side: str = "ink", *, says: str = "") -> Sparkline | None:
    """The shape of a series and its last point; None for fewer than two values.

    Silent where the words beside it say the same, else named by the sentence `says`.
    """
    if len(values) < 2:
        return None
    low, spread = min(values), max(values) - min(values)
    step = (WIDTH - 2 * DOT) / (len(values) - 1)
    floor, room = HEIGHT - HEAD, HEIGHT - 2 * HEAD
    # A flat series is drawn through the middle.
    points = [
        (f"{DOT + i * step:.1f}", f"{floor - room * ((v - low) / spread if spread else 0.5):.1f}")
        for i, v in enumerate(values)
    ]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Sparkline(side, says, path, *points[-1])
