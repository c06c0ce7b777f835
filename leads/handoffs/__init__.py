"""What a person does on the far side of the line: claim, release, first touch."""

from leads.handoffs.claiming import (
    AlreadyClaimed,
    AtLimit,
    NotAMember,
    NotClaimable,
    NotOpen,
    ReleaseRefused,
    claim,
    claim_next,
    release,
)
from leads.handoffs.touching import TOUCH_MAY_BE_PAST, TouchRefused, log_touch

__all__ = [
    "TOUCH_MAY_BE_PAST",
    "AlreadyClaimed",
    "AtLimit",
    "NotAMember",
    "NotClaimable",
    "NotOpen",
    "ReleaseRefused",
    "TouchRefused",
    "claim",
    "claim_next",
    "log_touch",
    "release",
]
