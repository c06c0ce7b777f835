"""Whom a person looked at last, kept with their session and gone with it."""

from collections.abc import MutableMapping
from typing import Any

KEY = "recent_leads"
MOST = 6

Session = MutableMapping[str, Any]


def remember(session: Session, pk: int) -> None:
    """Put a lead first. Who is first already costs no writing."""
    before = recent(session)
    if before[:1] != [pk]:
        session[KEY] = [pk, *(other for other in before if other != pk)][:MOST]


def recent(session: Session) -> list[int]:
    """The ids, the last one first; whether they may still be seen is for the reader to ask."""
    return list(session.get(KEY, []))
