"""What people agree to: which word stands, and what withdraws one. The rows are Consent.

A withdrawal stands until a word that is later, and that says when or in which words it was given.
A bare "yes", as a list says it every night, begins a consent and gives none again.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from leads.checks import spellings

MARKETING, SALES = "marketing", "sales"
# Nobody has to agree to being scored; who withdrew it objected, and no criteria judge them
# (leads/judging/objected.py).
SCORING = "scoring"
# As SQL of a lead `l`; index lead_objected.
OBJECTED = "(l.consent -> 'scoring') = 'false'::jsonb"


class Agreeing(Protocol):
    """A lead, by what stands of its words."""

    @property
    def consent(self) -> Mapping[str, bool]: ...


class Word(NamedTuple):
    """One word on one purpose: when it was said, and what."""

    at: datetime
    given: bool
    # Whether it can give again what was withdrawn.
    is_firm: bool = True
    text: str = ""


def stands(words: Iterable[Word]) -> bool | None:
    """What counts of all words on a purpose, in whatever order they came; None where there are
    none. Of two at one moment the stricter."""
    words = list(words)
    withdrawn = max((word.at for word in words if not word.given), default=None)
    if withdrawn is None:
        return True if words else None
    return any(word.at > withdrawn for word in words if word.given and word.is_firm)


def has_objected(lead: "Agreeing") -> bool:
    """Whether somebody said no to being scored."""
    return lead.consent.get(SCORING) is False


def standing(said: Iterable[tuple[str, Word]]) -> dict[str, bool]:
    """The same of each purpose."""
    by_purpose: dict[str, list[Word]] = {}
    for purpose, word in said:
        by_purpose.setdefault(purpose, []).append(word)
    return {purpose: bool(stands(words)) for purpose, words in by_purpose.items()}


def are_new(text: str, words: Iterable[Word]) -> bool:
    """Whether somebody agreed in words that nobody has told us yet."""
    text = _plain(text)
    return bool(text) and all(_plain(word.text) != text for word in words if word.given)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


# --- what withdraws ----------------------------------------------------------------------------


class Cause(StrEnum):
    """What withdraws a consent without a word on it."""

    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"
    # Hard or soft, by what is said of it.
    BOUNCE = "bounce"


# As mail tools name these events, without the words of _BEFORE.
_CALLED = {
    Cause.UNSUBSCRIBE: """unsubscribed unsubscribe unsubscribed_from_email opt_out opted_out optout
        global_unsubscribe subscription_cancelled""",
    Cause.COMPLAINT: """complaint complained complaints spam_complaint spam spamreport spam_report
        spam_reported reported_as_spam marked_as_spam abuse abuse_report abuse_complaint""",
    Cause.HARD_BOUNCE: """hard_bounce hard_bounced hardbounce hardbounced bounce_hard bounced_hard
        permanent_bounce""",
    Cause.BOUNCE: "bounce bounced failed",
}
_CAUSES = {name: cause for cause, names in _CALLED.items() for name in names.split()}
_BEFORE = {"email", "mail", "message", "contact", "subscriber", "customer", "user", "list", "group"}
# Where a bounce says of which kind it is, and how.
_SAYS_WHICH = (
    *("bounce_type", "type", "kind", "severity", "category", "classification", "reason_type"),
    *("bounce_classification", "bounce_class", "bounce_category"),
)
_HARD, _SOFT = frozenset({"hard", "permanent", "hardbounce"}), frozenset({"soft", "temporary"})
# Purposes that are about mail, whatever somebody called them, by the words of their names.
_OF_MAIL = frozenset(
    {"marketing", "mail", "mails", "email", "emails", "mailing", "mailings", "newsletter"}
    | {"newsletters", "news", "updates", "promotion", "promotions", "offers"}
)


@lru_cache(maxsize=1024)
def _called(type_: str) -> Cause | None:
    words = re.split(r"[_.:-]+", type_)
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    return _CAUSES.get("_".join(words))


def cause_of(type_: str, properties: Mapping[str, Any]) -> Cause | None:
    """As what an event withdraws consent; None of all others. A mail that may still arrive is no
    bounce."""
    cause = _called(type_)
    if cause is Cause.BOUNCE:
        return Cause.HARD_BOUNCE if _is_hard(properties) else None
    return cause


def is_bounce(channel: str) -> bool:
    """Whether a word came as a mail that came back."""
    return _called(channel) in (Cause.HARD_BOUNCE, Cause.BOUNCE)


def is_event(channel: str) -> bool:
    """Whether a word came as something somebody did."""
    return _called(channel) is not None


def _is_hard(properties: Mapping[str, Any]) -> bool:
    said = {_name(name): _name(str(value)) for name, value in properties.items()}
    kinds = [said[name] for name in _SAYS_WHICH if name in said]
    words = {word for kind in kinds for word in kind.split("_")}
    # One tool says "bounce" of what is hard, and "blocked" of the rest.
    return bool(words & _HARD and not words & _SOFT or said.get("type") == "bounce")


def purposes_of(properties: Mapping[str, Any]) -> list[str]:
    """The purposes an event names; none: it is about all mail."""
    named: list[str] = []
    for name in ("purpose", "purposes"):
        value = properties.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and (purpose := spellings.purpose(one)):
                named.append(purpose)
    return list(dict.fromkeys(named))


def of_all_mail(standing: Mapping[str, bool]) -> list[str]:
    """What somebody says no to who wants no more mail: marketing, and whatever they agreed to that
    is about mail too."""
    agreed = [p for p, given in standing.items() if given and not _OF_MAIL.isdisjoint(p.split("_"))]
    return [MARKETING, *(purpose for purpose in agreed if purpose != MARKETING)]


def _name(text: str) -> str:
    """ "bounceType" and "Bounce Type" are bounce_type."""
    return "_".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", text)).lower()
