"""What a post says, whatever system wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class Unreadable(Exception):
    """Nothing can be made of it; says why, in words for who set the other side up."""


@dataclass(frozen=True)
class Raw:
    """A post as it came."""

    body: bytes
    content_type: str
    # In small letters.
    headers: Mapping[str, str]
    received_at: datetime
    # The whole address it was posted to.
    url: str = ""
    # Whence it came, and by which inlet.
    address: str = ""
    inlet_id: int = 0


@dataclass(frozen=True)
class Said:
    """One value: where it stands there, what it is called there, and what it surely is.

    `target` is a name of leads/imports/targets.py; blank where the label has to tell.
    """

    path: str
    label: str
    value: Any
    target: str = ""


@dataclass(frozen=True)
class Happened:
    """Something a person did, as an event of the API without its lead."""

    type: str
    key: str = ""
    at: Any = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """One person, or what one of them did, out of a post."""

    said: Sequence[Said] = ()
    # The system's own id of it.
    key: str = ""
    at: Any = None
    # Why it makes no lead though all is well: a test, something else than a person.
    passed_over: str = ""
    # Why nobody can be made of it, and what to do about that.
    lost: str = ""
    # The system's id of a lead of which it says nothing else: it can be asked for.
    asks_for: str = ""
    # By purpose, as the API has consent.
    consent: Mapping[str, Any] = field(default_factory=dict)
    # Ids of the person there, the best first; a person may have been known by another before.
    ids: Sequence[str] = ()
    # None: the event of the inlet, once.
    events: Sequence[Happened] | None = None
    # What is said of the event of the inlet.
    about: Mapping[str, Any] = field(default_factory=dict)


TEST = "A test: it makes no lead."
