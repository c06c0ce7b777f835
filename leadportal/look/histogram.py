"""A histogram of scores: bars, the outline of another count, and the two lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from leadportal.look.pictures import Picture

WIDTH, HEIGHT = 420, 150
BASE, TOP = 130, 22
GAP = 3
# Names of two lines closer than this would run into each other.
APART = 16
# So near an edge the name stands inside of its line.
NEAR = 8


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """One bar that is not empty, in the colour of the class f-`fill`."""

    fill: str
    x: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at `x`; its name begins, ends or has its middle there, as `anchor` says."""

    x: str
    anchor: str
    name: str


@dataclass(frozen=True)
class Histogram(Picture):
    template: ClassVar[str] = "look/histogram.svg"

    width: int
    height: int
    base: int
    column_width: str
    says: str
    columns: Sequence[HistogramBar]
    outline: str
    marks: Sequence[Mark]


def histogram(
    bars: Sequence[int], outline: Sequence[int], *, mql: int, sql: int, says: str
) -> Histogram:
    """Bars of equal steps up to 100 points, coloured by the line they reach; `says` names it."""
    step = WIDTH / len(bars)
    scale = (BASE - TOP) / max(*bars, *outline, 1)
    heights = [round(count * scale, 1) for count in bars]
    return Histogram(
        width=WIDTH,
        height=HEIGHT,
        base=BASE,
        column_width=f"{step - GAP:.1f}",
        says=says,
        columns=[
            HistogramBar(
                fill=_fill(100 * i // len(bars), mql, sql),
                x=f"{i * step + GAP / 2:.1f}",
                y=f"{BASE - height:.1f}",
                height=f"{height}",
            )
            for i, height in enumerate(heights)
            if height
        ],
        outline=_outline([round(BASE - count * scale, 1) for count in outline], step),
        marks=_marks(mql, sql),
    )


def _fill(points: int, mql: int, sql: int) -> str:
    return "sa" if points >= sql else "mk" if points >= mql else "edge"


def _outline(tops: Sequence[float], step: float) -> str:
    """Steps along the tops of the bars that are not drawn."""
    steps = "".join(f"V{top}H{(i + 1) * step:g}" for i, top in enumerate(tops))
    return f"M0 {BASE}{steps}"


def _marks(mql: int, sql: int) -> list[Mark]:
    """Both lines with their names, which keep clear of each other and of the edges."""
    anchors = ["middle", "middle"]
    if abs(sql - mql) < APART:
        anchors = ["end", "start"] if mql <= sql else ["start", "end"]
    return [
        Mark(f"{min(at, 100) * WIDTH / 100:g}", _inside(at, anchor), f"{name} {at}")
        for name, at, anchor in zip(("MQL", "SQL"), (mql, sql), anchors, strict=True)
    ]


def _inside(at: int, anchor: str) -> str:
    return "start" if at < NEAR else "end" if at > 100 - NEAR else anchor
