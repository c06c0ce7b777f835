"""Events coming in: find who did it, keep each event once, mark the lead to be judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, TypedDict

from django.db import connection

from accounts.models import Integration
from funnel.stages import Actor
from leadportal.db import clock, rows
from leadportal.db.races import Raced, again_when_raced
from leads import field_values, news
from leads.checks.events import read_event
from leads.checks.reading import FieldError, Refused
from leads.consent import Cause, cause_of
from leads.ingest import identity
from leads.ingest.consents import is_of_past, withdrawal
from leads.ingest.leads import write_leads
from leads.ingest.reading import read
from leads.ingest.records import Arrival
from leads.ingest.results import BatchRefused, IngestResult, Status, erased
from leads.ingest.speaking import Sender
from leads.matching import email_identity
from leads.models import EmailKind, Event
from leads.text import word_keys

# Clocks differ a little; what is further ahead is wrong and counts as now.
SKEW = timedelta(minutes=5)
# event_external_id_once; plain SQL, as every single event asks it.
_STORED = """
SELECT external_id, id, lead_id FROM leads_event
 WHERE integration_id = %(integration)s AND external_id = ANY(%(keys)s) AND external_id <> ''
"""


class EventInput(TypedDict, total=False):
    """One event in the shape of the API; leads/checks says what each value must be."""

    type: str
    occurred_at: str | datetime
    properties: dict[str, Any]
    external_id: str | int
    lead: dict[str, Any]


@dataclass(slots=True)
class _Happening:
    """One checked event: what it says, whom it names, and the sender's name for it."""

    index: int
    values: dict[str, Any]
    lead: dict[str, Any]
    key: str = ""
    lead_id: int | None = None
    is_erased: bool = False
    # As what it withdraws consent, if it does.
    cause: Cause | None = None
    warnings: list[FieldError] = field(default_factory=list)


def ingest_events(
    items: Sequence[object],
    *,
    integration: Integration,
    default_source: str = "",
    at: datetime | None = None,
    actor: Actor = Actor.INTEGRATION,
    all_or_none: bool = False,
    strict: bool = False,
) -> list[IngestResult]:
    """Take in events of the API's shape (EventInput): one result each, in their order.

    One transaction. What cannot be read of one is left out and told, or refuses it (`strict`). An
    unknown mail makes an inquiry; an unknown id is refused (`not_found`). The same external id of
    one integration is the same event, whatever else it says.
    """
    sender = Sender(integration, at or clock.now(), default_source, actor)
    results: list[IngestResult] = []
    happenings: list[_Happening] = []
    for index, item in enumerate(items):
        try:
            values, wrong = read(item, read_event, {}, strict=strict)
        except Refused as refused:
            results.append(IngestResult(index, Status.REFUSED, errors=refused.errors))
        else:
            results.append(IngestResult(index, Status.CREATED))
            key = values.get("external_id", "")
            cause = cause_of(values["type"], values.get("properties") or {})
            happenings.append(
                _Happening(index, values, values["lead"], key, cause=cause, warnings=wrong)
            )
    if all_or_none and len(happenings) < len(results):
        raise BatchRefused([result for result in results if result.errors])
    if happenings:
        for result in again_when_raced(lambda: _write(happenings, sender, all_or_none)):
            results[result.index] = result
    return results


def _write(
    happenings: Sequence[_Happening], sender: Sender, all_or_none: bool
) -> list[IngestResult]:
    """Write checked events, in the caller's transaction. Raises Raced, BatchRefused."""
    stored = _stored({h.key for h in happenings if h.key}, sender)
    _find_leads(happenings, sender, stored)
    results = {happening.index: _result(happening) for happening in happenings}
    refused = [result for result in results.values() if result.errors]
    if all_or_none and refused:
        raise BatchRefused(refused)
    taken = _leave_out_known([h for h in happenings if h.lead_id], results, stored)
    _write_events(taken, results, sender)
    if taken:
        news.to_be_heard()
    return list(results.values())


# --- who did it --------------------------------------------------------------------------------


# Ids of event and lead, by the external ids of events that were sent before.
Stored = dict[str, tuple[int, int]]


def _find_leads(happenings: Sequence[_Happening], sender: Sender, stored: Stored) -> None:
    """Set the lead of each event; people known by nothing yet but a mail are made.

    But not by an event that is known already, or comes a second time here.
    """
    named = [happening.lead for happening in happenings]
    mails = {lead["email"]: email_identity(lead["email"]) for lead in named if "email" in lead}
    known = identity.find_leads(
        sender.integration,
        external={lead["external_id"] for lead in named if "external_id" in lead},
        mails={key for _, key in mails.values() if key},
        ids={lead["id"] for lead in named if "id" in lead},
    )
    strangers: list[_Happening] = []
    made_by: dict[str, _Happening] = {}
    repeated: list[_Happening] = []
    for happening in happenings:
        lead = happening.lead
        mail_key = mails[lead["email"]][1] if "email" in lead and "id" not in lead else ""
        if "id" in lead:
            found = known.by_id.get(lead["id"])
        else:
            by_external = known.by_external.get(lead.get("external_id", ""))
            found = by_external or known.by_mail.get(mail_key)
        happening.is_erased = found in known.erased
        happening.lead_id = None if happening.is_erased else found
        if found or not mail_key:
            continue
        if happening.key in stored:
            _, happening.lead_id = stored[happening.key]
        elif happening.key and happening.key in made_by:
            repeated.append(happening)
        else:
            made_by[happening.key] = happening
            strangers.append(happening)
    arrivals = [_arrival(happening, sender) for happening in strangers]
    made = write_leads([*arrivals, *_withdrawals(happenings, sender, stored, known)], sender)
    for happening, result in zip(strangers, made, strict=False):
        happening.lead_id = result.lead_id
    for happening in repeated:
        happening.lead_id = made_by[happening.key].lead_id


def _arrival(happening: _Happening, sender: Sender) -> Arrival:
    """Somebody new, by what they did."""
    if happening.cause:
        return withdrawal(happening.index, happening.lead, happening.values, sender.at)
    return Arrival(happening.index, happening.lead)


def _withdrawals(
    happenings: Sequence[_Happening], sender: Sender, stored: Stored, known: identity.KnownLeads
) -> Iterator[Arrival]:
    """What those we know withdraw, each event once."""
    seen: set[str] = set()
    for happening in happenings:
        if happening.cause and happening.lead_id and happening.key not in {*stored, *seen}:
            seen |= {happening.key} - {""}
            who = happening.lead
            if not is_of_past(happening.cause, who.get("email", ""), known.former):
                yield withdrawal(
                    *(happening.index, who, happening.values, sender.at), lead_id=happening.lead_id
                )


def _result(happening: _Happening) -> IngestResult:
    result = IngestResult(
        happening.index,
        Status.CREATED,
        lead_id=happening.lead_id,
        warnings=happening.warnings,
    )
    if happening.lead_id:
        return result
    result.status = Status.REFUSED
    lead = happening.lead
    if happening.is_erased:
        result.errors.append(erased("/lead"))
    elif not {"id", "external_id"} & lead.keys():
        kind, _ = email_identity(lead["email"])
        detail = f"A {EmailKind(kind).label.lower()} names no person; use id or external_id."
        result.errors.append(FieldError("/lead/email", "no_identity", detail))
    else:
        name = "id" if "id" in lead else "external_id"
        result.errors.append(FieldError(f"/lead/{name}", "not_found", "There is no such lead."))
    return result


# --- what they did -----------------------------------------------------------------------------


def _leave_out_known(
    happenings: Sequence[_Happening], results: dict[int, IngestResult], stored: Stored
) -> list[_Happening]:
    """The events that are new; the others' results name the event that was first."""
    firsts: dict[str, int] = {}
    new = []
    for happening in happenings:
        result = results[happening.index]
        if happening.key in stored:
            result.status = Status.DUPLICATE
            result.event_id, result.lead_id = stored[happening.key]
        elif happening.key and happening.key in firsts:
            result.status = Status.DUPLICATE
            result.first_index = firsts[happening.key]
        else:
            firsts[happening.key] = happening.index
            new.append(happening)
    return new


def _stored(keys: set[str], sender: Sender) -> Stored:
    """Of these external ids, those of events that this integration sent before."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STORED, {"integration": sender.spoke["integration_id"], "keys": list(keys)})
        return {key: (pk, lead) for key, pk, lead in cursor.fetchall()}


def _write_events(
    happenings: list[_Happening], results: dict[int, IngestResult], sender: Sender
) -> None:
    """With the news of who did them. By external id, so that two batches with the same events wait
    for each other.
    """
    happenings.sort(key=attrgetter("key"))
    common = {
        "occurred_at": sender.at,
        "received_at": sender.at,
        "integration_id": sender.spoke["integration_id"],
    }
    new = [_row(happening, sender.at) for happening in happenings]
    written = rows.insert(
        Event,
        new,
        skip_conflicts=True,
        common=common,
        returning=("id", "lead_id"),
        beside=news.BESIDE_EVENTS,
        at=sender.at,
    )
    if len(written) < len(new):
        raise Raced
    for happening, (pk, _) in zip(happenings, written, strict=True):
        results[happening.index].event_id = pk
    for result in results.values():
        if result.first_index is not None:
            first = results[result.first_index]
            result.event_id, result.lead_id = first.event_id, first.lead_id


def _row(happening: _Happening, at: datetime) -> rows.Row:
    """The columns in which an event that was sent `at` differs from others."""
    values = happening.values
    row: rows.Row = {
        "lead_id": happening.lead_id,
        "type": values["type"],
        "external_id": happening.key,
    }
    if stated := values.get("occurred_at"):
        if stated < at:
            row["occurred_at"] = str(stated)
        elif stated > at + SKEW:
            row["stated_at"] = str(stated)
    if properties := values.get("properties"):
        row["properties"] = properties
        row["property_keys"] = field_values.twins(properties)
        row["word_keys"] = word_keys({n: v for n, v in properties.items() if isinstance(v, str)})
    return row
