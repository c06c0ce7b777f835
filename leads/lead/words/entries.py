"""The lines that a timeline is made of, and who reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Side
from funnel.vocabulary.facts import Vocabulary
from leadportal.look.bidi import apart
from leads.models import Lead

MARKETING, SALES = Side.MARKETING.colour, Side.SALES.colour


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    title: str
    side: str = MARKETING
    kind: str = ""
    strong: bool = False
    text: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """About whom the timeline is, who reads it, and in which words and money."""

    lead: Lead
    reader: User
    words: Vocabulary
    currency: str


def who(about: dict[str, Any], reader: User) -> str:
    if about["person_id"] == reader.pk:
        return "You"
    return apart(about["person"] or about.get("integration") or "Somebody")
