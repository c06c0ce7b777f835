"""The clock of a promise: how long is left, or how long it took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from leadportal.look import formats
from leadportal.look.pictures import Picture

# Circumference of the clock's ring (radius 6), also known to clocks.js.
RING = 37.7
# A clock turns amber when less than this share of its time is left, also known to clocks.js.
SOON = 0.34


@dataclass(frozen=True)
class Clock(Picture):
    """What the ring, its words and clocks.js need; moments are whole seconds of Unix time."""

    template: ClassVar[str] = "look/clock.html"

    # A class more, with the space before it.
    state: str
    due: int
    now: int
    whole: int
    label: str
    late_label: str
    who: str
    dashes: str
    text: str
    shown_label: str


def sla_clock(
    due: datetime,
    now: datetime,
    started: datetime,
    *,
    label: str = "",
    late_label: str = "",
    who: str = "",
) -> Clock:
    """
    A clock that is right when the page arrives and that clocks.js keeps right.

    The ring drains from `started` to `due`; both shapes are in the markup, and the class "late"
    chooses, so no script is needed to show a missed promise. `who` names it when lateness is said.
    """
    left = int((due - now).total_seconds())
    whole = max(1.0, (due - started).total_seconds())
    late_label = late_label or label
    return Clock(
        state=" late" if left < 0 else " soon" if left / whole < SOON else "",
        due=int(due.timestamp()),
        now=int(now.timestamp()),
        whole=int(whole),
        label=label,
        late_label=late_label,
        who=who,
        dashes=f"{RING * max(0.0, min(1.0, left / whole)):.1f} {RING}",
        text=formats.countdown(left),
        shown_label=late_label if left < 0 else label,
    )


@dataclass(frozen=True)
class KeptPromise(Picture):
    template: ClassVar[str] = "look/kept_promise.html"

    took: str
    label: str


def sla_met(took: timedelta, label: str) -> KeptPromise:
    """A promise that was kept: how long it took, and what was done."""
    return KeptPromise(formats.duration(took), label)
