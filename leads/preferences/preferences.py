"""What a person who came by their link agreed to, and what they say to it.

Every word goes the way of all words on consent, into the same history: through their address, and
told by nobody but themselves.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from funnel.stages import Actor
from leadportal.db import clock
from leadportal.db.races import again_when_raced
from leads import consent
from leads.consent import MARKETING, SCORING
from leads.ingest.leads import write_leads
from leads.ingest.records import Arrival
from leads.ingest.speaking import Sender
from leads.models import Consent, Lead
from leads.preferences.links import Visit

CHANNEL, ONE_CLICK = "preference page", "one-click unsubscribe"
OBJECTION = "I object to being scored."
NO_OBJECTION = "I may be scored."


class TooOld(Exception):
    """A link that may only say no was used to agree."""


@dataclass(frozen=True)
class Asked:
    """One purpose on the page: whether they agree to it, since when, in which words, and whether
    it ended as mail came back."""

    purpose: str
    agrees: bool | None
    since: datetime | None = None
    text: str = ""
    came_back: bool = False


def asked(lead: Lead) -> list[Asked]:
    """What they were ever asked for, and marketing; not whether they may be scored."""
    words: dict[str, list[Consent]] = {}
    for row in Consent.objects.filter(lead=lead).that_count().order_by("at", "pk"):
        words.setdefault(row.purpose, []).append(row)
    purposes = dict.fromkeys([MARKETING, *sorted(lead.consent)])
    return [
        _asked(purpose, lead.consent.get(purpose), words.get(purpose, []))
        for purpose in purposes
        if purpose != SCORING
    ]


def _asked(purpose: str, stands: bool | None, words: Sequence[Consent]) -> Asked:
    """`words`: all on the purpose, the oldest first."""
    texts = [word.text for word in words if word.given and word.text]
    last = next((word for word in reversed(words) if word.given is stands), None)
    return Asked(
        purpose,
        stands,
        last.at if last else None,
        texts[-1] if texts else "",
        came_back=last is not None and consent.is_bounce(last.channel),
    )


def choose(
    visit: Visit,
    *,
    shown: Collection[str],
    agreed: Collection[str],
    texts: Mapping[str, str],
    before: Collection[str] = (),
    at: datetime | None = None,
) -> bool:
    """Agree to what was ticked of what the page showed, in its texts, and withdraw the rest.

    What the page showed as ticked `before` nobody ticked: it agrees to nothing that was withdrawn
    since. Whether anything changed. Raises TooOld.
    """
    stands = {one.purpose: one.agrees for one in asked(visit.lead)}
    known = [purpose for purpose in stands if purpose in shown]
    ticked = {*agreed} - {*before}
    gives = [purpose for purpose in known if purpose in ticked and not stands[purpose]]
    if gives and not visit.is_fresh:
        raise TooOld
    words = {purpose: _word(given=True, text=texts.get(purpose, "")) for purpose in gives}
    ends = [purpose for purpose in known if purpose not in agreed and stands[purpose]]
    _say(visit, words | _no(ends), at)
    return bool(gives or ends)


def unsubscribe(visit: Visit, *, at: datetime | None = None) -> None:
    """Say no to everything they ever agreed to, and to marketing."""
    agreed = [one.purpose for one in asked(visit.lead) if one.agrees]
    _say(visit, _no({MARKETING, *agreed}), at)


def end_mail(visit: Visit, *, at: datetime | None = None) -> None:
    """Say no to mail, as one click in a mail program does."""
    _say(visit, _no(consent.of_all_mail(visit.lead.consent), channel=ONE_CLICK), at)


def object_to_scoring(visit: Visit, *, at: datetime | None = None) -> None:
    _say(visit, {SCORING: _word(given=False, text=OBJECTION)}, at)


def allow_scoring(visit: Visit, *, at: datetime | None = None) -> None:
    """Take an objection back. Raises TooOld."""
    if not visit.is_fresh:
        raise TooOld
    _say(visit, {SCORING: _word(given=True, text=NO_OBJECTION)}, at)


def _no(purposes: Iterable[str], channel: str = CHANNEL) -> dict[str, dict[str, Any]]:
    return {purpose: _word(given=False, channel=channel) for purpose in sorted(purposes)}


def _word(*, given: bool, text: str = "", channel: str = CHANNEL) -> dict[str, Any]:
    return {"given": given, "text": text, "channel": channel}


def _say(visit: Visit, words: Mapping[str, dict[str, Any]], at: datetime | None) -> None:
    """Add words that change something; each says when."""
    at = at or clock.now()
    stands = visit.lead.consent
    new = {
        purpose: word | {"at": at}
        for purpose, word in words.items()
        if stands.get(purpose) is not word["given"]
    }
    if not new:
        return
    sender = Sender(None, at, actor=Actor.MACHINE)
    arrival = Arrival(0, {"consent": new}, lead_id=visit.lead.pk, through=visit.address)
    again_when_raced(lambda: write_leads([arrival], sender))
    visit.lead.refresh_from_db(fields=["consent"])
