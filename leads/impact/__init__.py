"""What switching a version on would do, would have done, and is doing: read by who decides it."""

from leads.impact.reading import Impact, Move, of
from leads.impact.rescoring import Progress, progress
from leads.impact.switching import NotConfirmed, Past, switch_on

__all__ = [
    "Impact",
    "Move",
    "NotConfirmed",
    "Past",
    "Progress",
    "of",
    "progress",
    "switch_on",
]
