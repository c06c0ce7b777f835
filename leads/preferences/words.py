"""What the page of a person says: plain words for somebody who has never heard of a lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from leadportal.look import formats
from leadportal.look.bidi import apart
from leads import words as phrases
from leads.consent import MARKETING, SALES
from leads.preferences.preferences import Asked


class Said(models.TextChoices):
    """What was just done, as the page it leads to says."""

    SAVED = "saved", "Saved. It counts from now on."
    NOTHING = "nothing", "Nothing was changed."
    UNSUBSCRIBED = "unsubscribed", "You are unsubscribed from everything."
    NO_MAIL = "no-mail", "You are unsubscribed. We send you no more mail."
    OBJECTED = "objected", "You are not scored any more."
    SCORED = "scored", "You may be scored again."
    TOO_OLD = "too-old", "This link is too old for that. It may still say no."


@dataclass(frozen=True)
class Box:
    """One purpose to agree to, as it is asked and kept."""

    purpose: str
    agrees: bool
    text: str
    says: str


def boxes(asked: Sequence[Asked], company: str) -> list[Box]:
    return [
        Box(one.purpose, one.agrees is True, text_of(one, company), _says(one)) for one in asked
    ]


def text_of(one: Asked, company: str) -> str:
    """The words they agree to: those they agreed to before, or else these."""
    if one.text:
        return one.text
    if one.purpose == MARKETING:
        return f"{company} may write to me about its products and services."
    if one.purpose == SALES:
        return f"People from {company} may call or write to me about what I asked."
    return f"{company} may use my details for: {phrases.purpose(one.purpose)}."


def _says(one: Asked) -> str:
    if one.agrees is None:
        return "You were never asked."
    did = (
        "You agreed" if one.agrees else "Mail to you came back" if one.came_back else "You said no"
    )
    return f"{did}{_when(one.since)}."


def _when(moment: datetime | None) -> str:
    """ " today 13:38", " on 12 Nov" """
    if moment is None:
        return ""
    when = formats.when(moment)
    return f" {when}" if when[0].isalpha() else f" on {when}"


def what_for(company: str, *, is_scored: bool) -> list[str]:
    """Why we keep what we hold."""
    company = apart(company)
    scored = (
        f"To see which products of {company} may suit you, and whom to call first."
        if is_scored
        else "Not to score you: you objected to that."
    )
    return [
        "To know who you are when you write, call or come back.",
        scored,
        "To write to you about what you agreed to.",
    ]
