"""What a person may say against the machine: a stage or some points until a day, or never."""

from leads.overrides.disqualifying import disqualify, readmit
from leads.overrides.points import MOST_POINTS, adjust, end
from leads.overrides.stages import end_override, override, targets
from leads.overrides.terms import MOST_DAYS, OverrideRefused

__all__ = [
    "MOST_DAYS",
    "MOST_POINTS",
    "OverrideRefused",
    "adjust",
    "disqualify",
    "end",
    "end_override",
    "override",
    "readmit",
    "targets",
]
