"""What somebody wants everybody who sees a lead to know."""

from datetime import datetime

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leads.models import Lead, Note


class NoteRefused(Exception):
    """A note that says nothing."""


def write(lead: Lead, by: User, *, text: str, at: datetime | None = None) -> Note:
    """Put a note on the timeline of a lead, as it was typed. Raises NoteRefused or NotAllowed."""
    policy.require(by, Action.WRITE_NOTES)
    # Browsers end lines as the post does; they are kept as one sign.
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NoteRefused("Write something first.")
    return Note.objects.create(lead=lead, by=by, at=at or clock.now(), text=text)
