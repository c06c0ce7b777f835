"""Costly answers, kept for a minute: a year of a million leads is not counted at every click."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.core.cache import cache

from leads.metrics.periods import Period

Found = TypeVar("Found")

# Seconds: what took longer is worth keeping, and for how long it is true enough.
COSTLY, KEPT = 0.1, 60


def cached(name: str, ask: Callable[[], Found], *, seconds: int = KEPT) -> Found:
    """The answer of `ask`, so many seconds old at most where asking is slow, else always new."""
    found = cache.get(name)
    if found is None:
        began = monotonic()
        found = ask()
        if monotonic() - began > COSTLY:
            cache.set(name, found, seconds)
    return found


def of_period(name: str, period: Period, ask: Callable[[], Found]) -> Found:
    """The same for a question about a period: a short one is cheap, so it is always new."""
    if period.span.is_short:
        return ask()
    return cached(f"numbers:{name}:{period.span.key}:{period.first_day}:{period.zone.key}", ask)
