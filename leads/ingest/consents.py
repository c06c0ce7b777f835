"""What a lead agrees to, as it comes in: words on purposes, and events that say no in its name.

An unsubscribe, a complaint and a mail that came back for good withdraw. Which word stands,
leads/consent.py says.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from leads import consent
from leads.checks.reading import FieldError
from leads.consent import MARKETING, Cause, Word
from leads.ingest.records import Arrival, Record
from leads.ingest.speaking import Sender
from leads.matching import email_identity

_TOLD = ("text", "channel")
WITHDRAWN = (
    "It was withdrawn. Only a consent with a later date or in new words gives it again; this one"
    " changed nothing."
)


def take(record: Record, arrival: Arrival, sender: Sender) -> list[FieldError]:
    """Add the words of an item to what its lead said; answers those that give nothing again.

    Repeating what stands adds nothing. A person who types says it now.
    """
    words = arrival.values["consent"]
    standing = record.row.setdefault("consent", {})
    if arrival.ends_mail:
        words = dict.fromkeys(consent.of_all_mail(standing), words[MARKETING])
    address = arrival.through or arrival.values.get("email") or record.get("email")
    void = []
    for purpose, word in words.items():
        said = record.spoken.setdefault(purpose, [])
        is_new = consent.are_new(word.get("text", ""), said)
        is_firm = not word["given"] or "at" in word or is_new or sender.person is not None
        if not is_firm and standing.get(purpose) is False:
            void.append(FieldError(f"/consent/{purpose}", "withdrawn", WITHDRAWN, True))
            continue
        at = min(word.get("at", sender.at), sender.at)
        if _is_repeated(word, at, said, standing.get(purpose), is_new=is_new):
            continue
        said.append(Word(at, word["given"], is_firm, word.get("text", "")))
        row = {"purpose": purpose, "given": word["given"], "is_firm": is_firm, "address": address}
        # Who says no time says it now, as all of a batch is written (leads/ingest/leads.py).
        row |= {"at": at} if at != sender.at else {}
        record.consent_rows.append(row | {name: word[name] for name in _TOLD if name in word})
        standing[purpose] = consent.stands(said)
    return void


def _is_repeated(
    word: Mapping[str, Any], at: datetime, said: list[Word], stands: bool | None, *, is_new: bool
) -> bool:
    if "at" in word:
        return any((one.at, one.given) == (at, word["given"]) for one in said)
    return stands is word["given"] and not is_new


# --- events ------------------------------------------------------------------------------------


def is_of_past(cause: Cause, address: str, former: Collection[str]) -> bool:
    """Whether a mail came back from an address its person has left: that says nothing of the one
    they have."""
    return cause is Cause.HARD_BOUNCE and email_identity(address)[1] in former


def withdrawal(
    index: int,
    who: Mapping[str, Any],
    event: Mapping[str, Any],
    at: datetime,
    *,
    lead_id: int = 0,
) -> Arrival:
    """What an event takes away from its lead, as an item of its own; of somebody new with all that
    says `who` it is."""
    word = {"given": False, "at": event.get("occurred_at") or at, "channel": event["type"]}
    purposes = consent.purposes_of(event.get("properties") or {})
    said = {"consent": dict.fromkeys(purposes or [MARKETING], word)}
    return Arrival(
        index,
        said if lead_id else {**who, **said},
        lead_id=lead_id,
        through=who.get("email", ""),
        ends_mail=not purposes,
    )
