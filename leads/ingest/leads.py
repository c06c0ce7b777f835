"""Leads coming in: find or make each person, write what is new, note what changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Model

from accounts.models import Integration
from funnel.stages import Actor
from funnel.vocabulary.standard import STANDARD
from leadportal.db import clock, rows, sweeps
from leadportal.db.races import Raced, again_when_raced
from leads import fields, ledger, news
from leads.checks.leads import read_lead
from leads.checks.reading import Refused
from leads.ingest import companies, origins, unread
from leads.ingest.finding import People, find
from leads.ingest.reading import read
from leads.ingest.records import WRITTEN, Arrival
from leads.ingest.results import BatchRefused, IngestResult, Status
from leads.ingest.speaking import Sender
from leads.ingest.taking import take
from leads.models import (
    Alias,
    Consent,
    ConsentPurpose,
    Duplicate,
    Event,
    ExternalId,
    Lead,
    LeadChange,
    SeenAttribute,
    Why,
)
from leads.models.duplicates import RANK


def ingest_leads(
    items: Sequence[object],
    *,
    integration: Integration,
    default_source: str = "",
    at: datetime | None = None,
    actor: Actor = Actor.INTEGRATION,
    all_or_none: bool = False,
    keeps_dates: bool = False,
    held_until: datetime | None = None,
    strict: bool = False,
) -> list[IngestResult]:
    """Take in leads of the API's shape (LEAD of leads/checks): one result each, in their order.

    One transaction. The same person twice in a batch is one lead: later values overwrite, as two
    calls would. Where an external id means one lead and the mail another, the external id wins
    and the mail stays with its owner. What cannot be read of one is left out, told and kept as it
    came, or refuses the lead where that is asked for (`strict`). Raises BatchRefused when
    `all_or_none` and one is refused.

    With `keeps_dates` an item may say when a new lead was created (`created_at`). Until
    `held_until` new leads are scored and stay where they are: nothing is handed over.
    """
    asks = any(isinstance(item, Mapping) and item.get("attributes") for item in items)
    defined = fields.definitions() if asks else {}
    at = at or clock.now()
    sender = Sender(
        integration, at, default_source, actor, defined, strict=strict, held_until=held_until
    )
    checks = partial(read_lead, keeps_dates=keeps_dates)
    results: list[IngestResult] = []
    arrivals: list[Arrival] = []
    for index, item in enumerate(items):
        try:
            values, wrong = read(item, checks, defined, strict=strict)
        except Refused as refused:
            results.append(IngestResult(index, Status.REFUSED, errors=refused.errors))
        else:
            results.append(IngestResult(index, Status.CREATED))
            arrivals.append(Arrival(index, values, unread=wrong))
    if all_or_none and len(arrivals) < len(results):
        raise BatchRefused([result for result in results if result.errors])
    if arrivals:
        for result in again_when_raced(lambda: write_leads(arrivals, sender)):
            results[result.index] = result
    return results


def write_leads(arrivals: Sequence[Arrival], sender: Sender) -> list[IngestResult]:
    """Write checked items, in the caller's transaction. Raises Raced: start again."""
    unread.read_by_meanings(arrivals, sender)
    people = find(arrivals, sender)
    linked = _link_companies(arrivals, people, sender)
    named = origins.find_or_make(
        [(a.values.get("source", ""), a.values.get("campaign", "")) for a in arrivals],
        default_source=sender.default_source,
        at=sender.at,
    )
    results = [take(arrival, people, linked, named, sender) for arrival in arrivals]
    _write_new(people, sender)
    _write_changed(people, sender)
    _write_beside(people, sender)
    _note_clashes(people, sender)
    _note_unknown_attributes(arrivals, sender)
    _note_new_purposes(arrivals, sender)
    taken = ((a, record) for a, (_, record) in zip(arrivals, results, strict=True) if record)
    unread.keep(taken, sender)
    _tell_news(linked, people, sender)
    if people.new:
        sweeps.nudge("judge")
    for result, record in results:
        result.lead_id = record.id if record else None
        if others := people.others.get(result.index):
            ids = {one if isinstance(one, int) else one.id for one in others}
            result.suggested = sorted(ids - {result.lead_id})
    return [result for result, _ in results]


def _link_companies(
    arrivals: Sequence[Arrival], people: People, sender: Sender
) -> companies.Companies:
    for arrival in arrivals:
        sent, record = arrival.values.get("email", ""), people.of(arrival)
        email = sent or (record.get("email") if record else "")
        if sender.person and arrival.lead_id and "company" in arrival.values:
            # Who says where somebody works knows better than their address.
            email = ""
        known = arrival.called if email == sent else None
        arrival.mention = companies.mention(arrival.values.get("company"), email, known=known)
    return companies.link_companies((a.mention for a in arrivals if a.mention), sender)


def _write_new(people: People, sender: Sender) -> None:
    # By mail, so that two batches with the same people wait for each other and never deadlock.
    people.new.sort(key=lambda record: record.get("email_key"))
    for record in people.new:
        record.finish()
        if record.created_at and record.created_at < sender.at:
            record.row |= {"created_at": record.created_at, "stage_since": record.created_at}
    now = dict.fromkeys(("created_at", "stage_since", "updated_at"), sender.at)
    written = rows.insert(
        Lead,
        [record.row for record in people.new],
        skip_conflicts=True,
        common=now | {"held_until": sender.held_until},
        returning=ledger.BEGINS_FROM,
        beside=ledger.BEGINS,
        actor=sender.actor,
        integration=sender.spoke["integration_id"],
        person=sender.spoke["person_id"],
    )
    if len(written) < len(people.new):
        raise Raced
    for record, (pk, *_) in zip(people.new, written, strict=True):
        record.id = pk


def _write_changed(people: People, sender: Sender) -> None:
    """Leads that were known and now differ; they are due to be judged again."""
    touched = [record for record in people.known if record.touched or record.written]
    touched.sort(key=lambda record: record.id)
    for record in touched:
        record.finish()
        record.row |= {"updated_at": sender.at}
    columns = [*WRITTEN, "updated_at"]
    rows.update(
        Lead,
        columns,
        [{name: record.row[name] for name in ["id", *columns]} for record in touched],
    )


def _write_beside(people: People, sender: Sender) -> None:
    """What is kept of them in other tables: what changed, ids and consents."""
    changed: list[dict[str, Any]] = [
        {"lead_id": record.id, "fields": record.changes}
        for record in people.known
        if record.changes
    ]
    named: list[dict[str, Any]] = [
        {"lead_id": record.id, "value": value} for value, record in sorted(people.named.items())
    ]
    spoken = [
        word | {"lead_id": record.id}
        for record in [*people.new, *people.known]
        for word in record.consent_rows
    ]
    former: list[dict[str, Any]] = [
        {"lead_id": record.id, "email_key": address}
        for record in people.known
        for address in record.former
    ]
    beside = {LeadChange: changed, ExternalId: named, Consent: spoken, Alias: former}
    if not rows.insert_together(beside, sender.spoke | {"at": sender.at, "received_at": sender.at}):
        raise Raced


def _note_clashes(people: People, sender: Sender) -> None:
    """An item whose id means one lead and its mail another says that the two are one."""
    pairs = {tuple(sorted((one.id, other.id))) for one, other in people.clashes}
    found = [
        {
            "first_id": first,
            "second_id": second,
            "why": [Why.ID_AND_MAIL],
            "rank": RANK[Why.ID_AND_MAIL],
            "found_at": sender.at,
        }
        for first, second in sorted(pairs)
        if first != second
    ]
    rows.insert(Duplicate, found, skip_conflicts=True)


def _note_unknown_attributes(arrivals: Sequence[Arrival], sender: Sender) -> None:
    """Names that are not fields yet, for a manager to define or ignore."""
    names = {name for a in arrivals for name in a.values.get("attributes", ())}
    spoke = {"integration_id": sender.spoke["integration_id"]}
    _note_names(SeenAttribute, names - sender.defined.keys(), sender.at, spoke)


def _note_new_purposes(arrivals: Sequence[Arrival], sender: Sender) -> None:
    """Purposes of consent become facts that criteria may ask about."""
    names = {name for a in arrivals for name in a.values.get("consent", ())}
    names = {name for name in names if f"consent_{name}" not in STANDARD}
    _note_names(ConsentPurpose, names, sender.at, {})


def _note_names(model: type[Model], names: set[str], at: datetime, spoke: rows.Row) -> None:
    if not names:
        return
    known = {row["name"] for row in rows.by_key(model, ("name",), names, by="name")}
    new = [{"name": name, "first_seen_at": at} | spoke for name in sorted(names - known)]
    rows.insert(model, new, skip_conflicts=True)


def _tell_news(linked: companies.Companies, people: People, sender: Sender) -> None:
    """Who changed is judged anew, and with them all of a company that changed, or was changed."""
    moved = {
        record.id: {record.pointed["company"], record.get("company_id")} - {None}
        for record in people.known
        if "company" in record.pointed
    }
    changed = set(linked.changed)
    if moved:
        # Who never did anything counts for no colleague.
        active = Event.objects.filter(lead__in=moved).values_list("lead", flat=True).distinct()
        changed.update(*(moved[lead] for lead in active))
    news.of_leads([record.id for record in people.known if record.touched], sender.at)
    news.of_companies(changed, sender.at)
