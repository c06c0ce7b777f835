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
    void: list[FieldError] = []
    for purpose, sent in words.items():
        said, stands = record.spoken.setdefault(purpose, []), standing.get(purpose)
        word = _word(sent, said, sender)
        if stands is False and not word.is_firm:
            void.append(FieldError(f"/consent/{purpose}", "withdrawn", WITHDRAWN, True))
        elif not said or not _is_repeated(sent, word, said, stands):
            said.append(word)
            standing[purpose] = consent.stands(said) if len(said) > 1 else word.given
            record.consent_rows.append(_row(purpose, sent, word, sender) | {"address": address})
    return void


def _word(sent: Mapping[str, Any], said: list[Word], sender: Sender) -> Word:
    given, at, text = sent["given"], sent.get("at"), sent.get("text", "")
    is_firm = not given or at is not None or sender.person is not None
    is_firm = is_firm or text != "" and consent.are_new(text, said)
    return Word(sender.at if at is None else min(at, sender.at), given, is_firm, text)


def _is_repeated(
    sent: Mapping[str, Any], word: Word, said: list[Word], stands: bool | None
) -> bool:
    if "at" in sent:
        return any((one.at, one.given) == (word.at, word.given) for one in said)
    return stands is word.given and not consent.are_new(word.text, said)


def _row(purpose: str, sent: Mapping[str, Any], word: Word, sender: Sender) -> dict[str, Any]:
    """The columns in which it differs: who says no time says it now, as all of a batch is written
    (leads/ingest/leads.py)."""
    row: dict[str, Any] = {"purpose": purpose, "given": word.given}
    if word.at != sender.at:
        row["at"] = word.at
    if not word.is_firm:
        row["is_firm"] = False
    for name in _TOLD:
        if name in sent:
            row[name] = sent[name]
    return row


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
