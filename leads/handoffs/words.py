"""What happened to a handoff, in the words of the pages that say so."""

from datetime import datetime, timedelta

from leadportal.db import clock
from leadportal.look import formats
from leads.handoffs.claims import AlreadyClaimed, NotClaimable
from leads.models import Handoff, Touch
from leads.words import by_when


def refusal(error: NotClaimable, now: datetime) -> str:
    """Why a claim was refused: "Marcus claimed Arjun Mehta 4 seconds before you. …" """
    if isinstance(error, AlreadyClaimed) and error.by and error.at:
        lead = error.handoff.lead
        return f"{error.by} claimed {lead} {lead_time(now - error.at)} you. Nothing was changed."
    return str(error)


def claimed(handoff: Handoff) -> str:
    """What the toast says to the winner."""
    assert handoff.touch_due_at is not None
    if handoff.first_touch_at:
        return f"Claimed. {handoff.lead} has been touched before."
    late = handoff.touch_due_at < clock.now()
    due = "was" if late else "is"
    return f"Claimed. First touch {due} due by {by_when(handoff.touch_due_at)}."


def touched(handoff: Handoff, touch: Touch, *, first: bool) -> str:
    """What the toast says once a touch is logged."""
    holder = handoff.claimed_by
    whose = f" for {holder}" if holder and holder.pk != touch.by_id else ""
    if not first:
        return f"{touch.get_channel_display()} logged{whose}."
    took = formats.duration(touch.at - handoff.opened_at)
    return f"First touch logged{whose}, {took} after the handoff."


def lead_time(span: timedelta) -> str:
    """ "4 seconds before", "12 min before" """
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "just before"
    if seconds < 60:
        return f"{seconds} second{'s' if seconds > 1 else ''} before"
    return f"{formats.duration(span)} before"
