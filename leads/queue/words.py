"""Handoffs turned into what the queue shows: words and sums, so that templates do neither."""

from datetime import datetime
from typing import Any

from leadportal.look import formats
from leads import past
from leads.models import Handoff, HandoffState
from leads.words import against, biggest, by_when, largest, place, signed_by


def peek(handoff: Any, now: datetime) -> dict[str, Any]:
    """What the preview pane of the queue shows of one handoff."""
    lines = biggest(handoff.reasons)
    return {
        "place": place(handoff.lead),
        "due_label": f"left to claim, by {by_when(handoff.due_at)}",
        "late_label": f"was due by {by_when(handoff.due_at)}",
        "against_line": against(handoff.total, handoff.line),
        "lines": lines,
        "largest": largest(lines),
        "signed_text": signed_by(handoff.version),
        "state_text": state(handoff, now),
        "story": past.story(handoff),
    }


def state(handoff: Handoff, now: datetime) -> str:
    """Why a handoff cannot be claimed any more."""
    if handoff.state == HandoffState.CLAIMED:
        assert handoff.claimed_at is not None
        ago = formats.duration(now - handoff.claimed_at)
        return f"{handoff.claimed_by} claimed {handoff.lead} {ago} ago."
    return f"{handoff.lead} is no longer waiting."
