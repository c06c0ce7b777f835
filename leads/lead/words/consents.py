"""What a lead agreed to, each purpose with the word that stands and how we know."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html

from funnel.vocabulary.events import event_label
from leadportal.look.bidi import apart
from leads.consent import SCORING, is_event
from leads.models import Lead
from leads.words import purpose

# As leads/inbound/systems/ours.py writes which text was ticked.
_FORM = re.compile(r"(/f/\S+) v(\d+)(?: from (\S+))?")


@dataclass(frozen=True, slots=True)
class Proof:
    """One purpose: what stands since when, in whose words, and how it came."""

    purpose: str
    stands: str
    at: datetime | None = None
    text: str = ""
    how: str = ""
    refuses: bool = False


def proofs(lead: Lead, words: Sequence[Mapping[str, Any]]) -> list[Proof]:
    """`words`: all of them, the newest first."""
    return [_proof(name, given, words) for name, given in sorted(lead.consent.items(), key=_order)]


def _order(stands: tuple[str, bool]) -> tuple[bool, str]:
    """An objection last, as no consent was asked for."""
    return stands[0] == SCORING, stands[0]


def _proof(name: str, given: bool, words: Sequence[Mapping[str, Any]]) -> Proof:
    """The newest word of those that say what stands, one that can give before others."""
    said = [word for word in words if word["purpose"] == name and word["given"] is given]
    word = next((one for one in said if one["is_firm"]), said[0] if said else None)
    label = "Scoring" if name == SCORING else purpose(name).capitalize()
    if word is None:
        return Proof(label, _stands(name, given), refuses=not given)
    return Proof(
        label,
        _stands(name, given),
        datetime.fromisoformat(word["at"]),
        word["text"],
        how(word),
        refuses=not given,
    )


def _stands(name: str, given: bool) -> str:
    if name == SCORING:
        return "allowed" if given else "objected"
    return "given" if given else "withdrawn"


def how(word: Mapping[str, Any]) -> str:
    """ "Unsubscribed, through ann@x.example, told by Mailchimp" """
    if word["is_merge"]:
        return "Two leads became one, and the stricter word of the two stands"
    told = word["integration"] or word["person"]
    parts = [
        _road(word["channel"]),
        f"through {apart(word['address'])}" if word["address"] else "",
        f"told by {apart(told)}" if told else "",
    ]
    said = ", ".join(filter(None, parts))
    return f"{said[:1].upper()}{said[1:]}"


def _road(channel: str) -> str:
    """The channel: of a form which text was ticked, of an event its name."""
    if form := _FORM.fullmatch(channel):
        slug, version, whence = form.groups()
        return f"Form {slug}, text {version}{f', from {whence}' if whence else ''}"
    return event_label(channel) if is_event(channel) else apart(channel)


def title(about: Mapping[str, Any]) -> Any:
    """A word as the timeline tells it."""
    if about["purpose"] == SCORING:
        return "May be scored" if about["given"] else "Objected to being scored"
    if about["is_merge"]:
        said = "Consent to {} <b>withdrawn</b> by the merge"
        return format_html(said, apart(purpose(about["purpose"])))
    verb = "Gave" if about["given"] else "Withdrew"
    return f"{verb} consent to {purpose(about['purpose'])}"
