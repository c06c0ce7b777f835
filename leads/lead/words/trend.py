"""How a score went from day to day, as a line and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trend:
    """One total a day, oldest first, and what they say together."""

    totals: Sequence[int]
    says: str


def trend(totals: Sequence[int]) -> Trend | None:
    """None while a line would have nothing to show."""
    if len(totals) < 2:
        return None
    return Trend(totals, f"Score over {len(totals)} days: {_course(totals)}")


def _course(totals: Sequence[int]) -> str:
    first, last, low, high = totals[0], totals[-1], min(totals), max(totals)
    if low == high:
        return f"{last} all along"
    if first == last:
        return f"{last} again, between {low} and {high}"
    return f"from {first} to {last}"
