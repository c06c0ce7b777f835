"""Changes of people's accounts, as pages say them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import PersonChange
from accounts.people.groups import GROUPS
from accounts.roles import Role
from leadportal.look import formats

BY_COMMAND = "a command"
DONE = {
    "account": "Account added",
    "visits": "Signed out everywhere",
    "second_factor": "Authenticator app removed",
    "link": "Link to choose a password made",
}
LABELS = {"name": "Name", "roles": "Roles", "team": "Team"}


@dataclass(frozen=True, slots=True)
class ChangeOfPerson:
    """One line of the history: of whom, what, by whom and when."""

    at: datetime
    person_id: int
    person: str
    by: str
    said: str


def changes(rows: Iterable[PersonChange]) -> list[ChangeOfPerson]:
    """Rows with both their people, in the order given."""
    return [
        ChangeOfPerson(
            row.at,
            row.person_id,
            row.person.name,
            row.by.name if row.by else BY_COMMAND,
            said(row.what, row.old, row.new),
        )
        for row in rows
    ]


def said(what: str, old: Any, new: Any) -> str:
    """ "Roles: Sales → Sales, Admin", "Switched off"."""
    if what in DONE:
        return DONE[what]
    if what == "access":
        return "Switched on" if new else "Switched off"
    if what == "keys":
        return f"{formats.some(len(old), 'API key')} deleted: {', '.join(old)}"
    return f"{label(what)}: {shown(what, old)} → {shown(what, new)}"


def label(what: str) -> str:
    """What the form calls it; what is gone keeps the name it had."""
    known = LABELS | {kind.name: kind.label for kind in GROUPS}
    return known.get(what) or what.replace("_", " ").capitalize()


def shown(what: str, value: Any) -> str:
    """A value as a person reads it; none is a word too."""
    if what == "roles":
        return ", ".join(str(Role(role).label) for role in value)
    return (", ".join(value) if isinstance(value, list) else value) or "none"
