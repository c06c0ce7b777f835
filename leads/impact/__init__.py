"""What switching a version on would do, would have done, and is doing: read by who decides it."""

from leads.impact.reading import FromTo, Impact, of
from leads.impact.rescoring import Progress, progress
from leads.impact.switching import NotConfirmed, WrongTime, switch_on

__all__ = [
    "Impact",
    "FromTo",
    "NotConfirmed",
    "Progress",
    "WrongTime",
    "of",
    "progress",
    "switch_on",
]
