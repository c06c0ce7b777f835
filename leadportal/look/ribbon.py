"""The funnel as one band that narrows from step to step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

from leadportal.look.pictures import Picture

MARKETING, SALES = "mk", "sa"
# Units of the picture: a step's width, the height, and room above and below the widest step.
STEP, HEIGHT, MARGIN = 200, 168, 7
# How far into its step a band keeps its height, and where the curve to the next one bends.
FLAT, BEND = 84, 142


@dataclass(frozen=True, slots=True)
class RibbonBand:
    """One step, in the colour of its side; the steps of a side deepen towards its end."""

    side: str
    opacity: str
    path: str


@dataclass(frozen=True, slots=True)
class RibbonRule:
    """Between two steps; a wide one of ink where the lead changes hands."""

    x: int
    is_handoff: bool


@dataclass(frozen=True)
class Ribbon(Picture):
    template: ClassVar[str] = "look/ribbon.svg"

    width: int
    height: int
    bands: Sequence[RibbonBand]
    rules: Sequence[RibbonRule]


def ribbon(steps: Sequence[Mapping[str, Any]]) -> Ribbon | None:
    """
    The band on a square-root scale, a step every 200 units; None where nobody is in it.

    Each step has a `count` and a `side` (mk, sa). It keeps its own height for less than half its
    width and then flows into the next one. The rule of the handoff stands where marketing's last
    step meets sales' first.
    """
    counts, sides = [step["count"] for step in steps], [step["side"] for step in steps]
    largest = max(counts, default=0)
    if not largest:
        return None
    half = [max(0.6, sqrt(count / largest) * (HEIGHT / 2 - MARGIN)) for count in counts]
    return Ribbon(
        width=STEP * len(counts),
        height=HEIGHT,
        bands=[
            RibbonBand(
                SALES if side == SALES else MARKETING,
                _opacity(sides, i),
                _path(i * STEP, half[i], (half[i + 1 :] or half[i:])[0]),
            )
            for i, side in enumerate(sides)
        ],
        rules=[RibbonRule(i * STEP, sides[i - 1] != sides[i]) for i in range(1, len(sides))],
    )


def _opacity(sides: Sequence[str], i: int) -> str:
    """Steps of one side deepen towards its end, so the eye follows the flow."""
    same = [j for j, side in enumerate(sides) if side == sides[i]]
    place = same.index(i) / max(1, len(same) - 1)
    return f"{0.35 + 0.6 * place:.2f}"


def _path(x: int, here: float, after: float) -> str:
    middle = HEIGHT / 2
    flat, bend, end = x + FLAT, x + BEND, x + STEP
    return (
        f"M{x} {middle - here:.1f}H{flat}"
        f"C{bend} {middle - here:.1f} {bend} {middle - after:.1f} {end} {middle - after:.1f}"
        f"V{middle + after:.1f}"
        f"C{bend} {middle + after:.1f} {bend} {middle + here:.1f} {flat} {middle + here:.1f}"
        f"H{x}Z"
    )
