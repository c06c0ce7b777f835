"""Leads coming in: find or make each person, write what is new, note what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Integration
from funnel.stages import Actor, Stage
from funnel.vocabulary.standard import STANDARD
from leadportal.db import rows, sweeps
from leadportal.db.races import Raced, again_when_raced
from leads import fields, ledger, news
from leads.checks.leads import read_lead
from leads.checks.reading import FieldError, Refused
from leads.ingest import companies, identity, origins
from leads.ingest.records import WRITTEN, Arrival, Record, Sender
from leads.ingest.results import BatchRefused, IngestResult, Status
from leads.models import (
    Consent,
    ConsentPurpose,
    Event,
    ExternalId,
    Lead,
    LeadChange,
    SeenAttribute,
)


def ingest_leads(
    items: Sequence[object],
    *,
    integration: Integration,
    default_source: str = "",
    at: datetime | None = None,
    actor: Actor = Actor.INTEGRATION,
    all_or_none: bool = False,
) -> list[IngestResult]:
    """Take in leads of the API's shape (LEAD of leads/checks): one result each, in their order.

    One transaction. The same person twice in a batch is one lead: later values overwrite, as two
    calls would. Where an external id means one lead and the mail another, the external id wins
    and the mail stays with its owner. Raises BatchRefused when `all_or_none` and one is refused.
    """
    asks = any(isinstance(item, Mapping) and item.get("attributes") for item in items)
    defined = fields.definitions() if asks else {}
    sender = Sender(integration, at or timezone.now(), default_source, actor, defined)
    results: list[IngestResult] = []
    arrivals: list[Arrival] = []
    for index, item in enumerate(items):
        try:
            values = read_lead(item)
            if "attributes" in values:
                values["attributes"] = fields.typed(values["attributes"], defined)
        except Refused as refused:
            results.append(IngestResult(index, Status.REFUSED, errors=refused.errors))
        else:
            results.append(IngestResult(index, Status.CREATED))
            arrivals.append(Arrival(index, values))
    if all_or_none and len(arrivals) < len(results):
        raise BatchRefused([result for result in results if result.errors])
    if arrivals:
        for result in again_when_raced(lambda: write_leads(arrivals, sender)):
            results[result.index] = result
    return results


def write_leads(arrivals: Sequence[Arrival], sender: Sender) -> list[IngestResult]:
    """Write checked items, in the caller's transaction. Raises Raced: start again."""
    people = _find(arrivals, sender)
    linked = _link_companies(arrivals, people, sender)
    named = origins.find_or_make(
        [(a.values.get("source", ""), a.values.get("campaign", "")) for a in arrivals],
        default_source=sender.default_source,
        at=sender.at,
    )
    results = [_take(arrival, people, linked, named, sender) for arrival in arrivals]
    _write_new(people, sender)
    _write_changed(people, sender)
    _write_beside(people, sender)
    _note_unknown_attributes(arrivals, sender)
    _note_new_purposes(arrivals, sender)
    _tell_news(linked, people, sender)
    if people.new:
        sweeps.nudge("judge")
    for result, record in results:
        result.lead_id = record.id if record else None
    return [result for result, _ in results]


# --- who is meant ------------------------------------------------------------------------------


@dataclass
class _People:
    """The leads of one batch by how they may be named."""

    by_external: dict[str, Record] = field(default_factory=dict)
    by_mail: dict[str, Record] = field(default_factory=dict)
    by_id: dict[int, Record] = field(default_factory=dict)
    known: list[Record] = field(default_factory=list)
    new: list[Record] = field(default_factory=list)
    # External ids to write: (value, record).
    named: dict[str, Record] = field(default_factory=dict)

    def of(self, arrival: Arrival) -> Record | None:
        if arrival.lead_id:
            return self.by_id[arrival.lead_id]
        by_id = self.by_external.get(arrival.values.get("external_id", ""))
        return by_id or self.by_mail.get(arrival.email_key)


def _find(arrivals: Sequence[Arrival], sender: Sender) -> _People:
    known = identity.find_leads(
        sender.integration,
        external={a.values["external_id"] for a in arrivals if "external_id" in a.values},
        mails={a.email_key for a in arrivals if a.email_key},
    )
    changed = {a.lead_id for a in arrivals if a.lead_id}
    people = _People()
    records = _load({*known.by_external.values(), *known.by_mail.values(), *changed})
    people.by_id = {pk: records[pk] for pk in changed}
    people.by_external = {value: records[pk] for value, pk in known.by_external.items()}
    people.by_mail = {value: records[pk] for value, pk in known.by_mail.items()}
    return people


def _load(ids: set[int]) -> dict[int, Record]:
    """The known leads, locked in one order so that two batches never wait for each other."""
    if not ids:
        return {}
    locked = Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk"))
    records = {}
    for row in Lead.objects.filter(pk__in=ids).values(
        "id", "stage", "merged_into_id", *WRITTEN, "company__name", "source__name", "campaign__name"
    ):
        if row["merged_into_id"]:
            raise Raced
        names = {name: row.pop(f"{name}__name") or "" for name in ("company", "source", "campaign")}
        records[row["id"]] = Record(-1, row["id"], new=False, row=row, names=names)
    for lead, purpose, at, given in Consent.objects.filter(lead__in=ids).values_list(
        "lead", "purpose", "at", "given"
    ):
        records[lead].spoken.setdefault(purpose, []).append((at, given))
    return records


def _link_companies(
    arrivals: Sequence[Arrival], people: _People, sender: Sender
) -> companies.Companies:
    for arrival in arrivals:
        record = people.of(arrival)
        email = arrival.values.get("email") or (record.get("email") if record else "")
        if sender.person and arrival.lead_id and "company" in arrival.values:
            # Who says where somebody works knows better than their address.
            email = ""
        arrival.mention = companies.mention(arrival.values.get("company"), email)
    return companies.link_companies((a.mention for a in arrivals if a.mention), sender.at)


# --- what is said about them -------------------------------------------------------------------


def _take(
    arrival: Arrival,
    people: _People,
    linked: companies.Companies,
    named: origins.Origins,
    sender: Sender,
) -> tuple[IngestResult, Record | None]:
    """Apply one item to the lead it means."""
    record = people.of(arrival) or Record(arrival.index)
    try:
        _refuse_erased(record)
        _refuse_what_is_others(record, arrival, people)
        if "attributes" in arrival.values:
            record.take_attributes(arrival.values["attributes"], sender)
    except Refused as refused:
        return IngestResult(arrival.index, Status.REFUSED, errors=refused.errors), None
    status, first_index = _enlist(record, arrival, people)
    record.take_fields(arrival.values, sender)
    for name in sorted(arrival.emptied):
        record.empty(name, sender)
    if "email" in arrival.values:
        _take_email(record, arrival, people, sender)
    if "consent" in arrival.values:
        record.take_consent(arrival.values["consent"], sender.at)
    _take_company(record, arrival, linked, sender)
    _take_origin(record, arrival.values, named, sender)
    return IngestResult(arrival.index, status, first_index=first_index), record


def _enlist(record: Record, arrival: Arrival, people: _People) -> tuple[Status, int | None]:
    """Make the record findable by later items; say what this item is to it."""
    external_id = arrival.values.get("external_id")
    if external_id and external_id not in people.by_external:
        people.by_external[external_id] = people.named[external_id] = record
    if record.first_index == arrival.index:
        people.new.append(record)
        return Status.CREATED, None
    if record.first_index == -1:
        record.first_index = arrival.index
        people.known.append(record)
        return Status.MATCHED, None
    return Status.DUPLICATE, record.first_index


def _refuse_erased(record: Record, pointer: str = "") -> None:
    if record.get("stage") == Stage.ERASED:
        raise Refused(FieldError(pointer, "erased", "This person was erased and stays so."))


def _refuse_what_is_others(record: Record, arrival: Arrival, people: _People) -> None:
    """A change names one lead, so nothing of it may belong to another. Raises Refused."""
    if not arrival.lead_id:
        return
    for name, owner in (
        ("email", people.by_mail.get(arrival.email_key)),
        ("external_id", people.by_external.get(arrival.values.get("external_id", ""))),
    ):
        if owner not in (None, record):
            _refuse_erased(owner, f"/{name}")
            detail = f"Lead {owner.id} has this {name} already."
            raise Refused(FieldError(f"/{name}", "taken", detail))


def _take_company(
    record: Record, arrival: Arrival, linked: companies.Companies, sender: Sender
) -> None:
    if arrival.mention is None:
        return
    company = linked.known(arrival.mention)
    if "company" in arrival.values:
        same = record.get("company_id") == company["id"]
        if record.hears("company", arrival.mention.name, sender, same=same):
            record.point("company", company)
    # A mail alone shows a company, but not that somebody left the one we know.
    elif not record.get("company_id") and "company" not in (record.get("typed") or ()):
        record.point("company", company)


def _take_email(record: Record, arrival: Arrival, people: _People, sender: Sender) -> None:
    owner = people.by_mail.get(arrival.email_key)
    if owner not in (None, record):
        # Two leads that may be one person: neither loses its address to a guess.
        return
    if people.by_mail.get(record.get("email_key")) is record:
        del people.by_mail[record.get("email_key")]
    record.take_email(arrival, sender)
    if record.get("email_key"):
        people.by_mail[record.get("email_key")] = record


def _take_origin(
    record: Record, values: dict[str, Any], named: origins.Origins, sender: Sender
) -> None:
    campaign = named.campaign(values.get("campaign", ""))
    _take_named("campaign", campaign, record, sender)
    if "source" in values:
        _take_named("source", named.source(values["source"]), record, sender)
    elif "source" in (record.get("typed") or ()):
        pass
    elif not record.get("source_id"):
        if campaign and campaign["source_id"]:
            record.point("source", {"id": campaign["source_id"], "name": ""})
        else:
            record.point("source", named.source(sender.default_source))


def _take_named(name: str, target: dict[str, Any] | None, record: Record, sender: Sender) -> None:
    if target and record.hears(
        name, target["name"], sender, same=record.get(f"{name}_id") == target["id"]
    ):
        record.point(name, target)


# --- writing -----------------------------------------------------------------------------------


def _write_new(people: _People, sender: Sender) -> None:
    # By mail, so that two batches with the same people wait for each other and never deadlock.
    people.new.sort(key=lambda record: record.get("email_key"))
    times = dict.fromkeys(("created_at", "updated_at", "stage_since"), sender.at)
    for record in people.new:
        record.finish()
        record.row |= times
    written = rows.insert(
        Lead,
        [record.row for record in people.new],
        skip_conflicts=True,
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


def _write_changed(people: _People, sender: Sender) -> None:
    """Leads that were known and now differ; they are due to be judged again."""
    touched = [record for record in people.known if record.touched or record.doubted]
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


def _write_beside(people: _People, sender: Sender) -> None:
    """What is kept of them in other tables: what changed, ids and consents."""
    changed: list[dict[str, Any]] = [
        {
            "lead_id": record.id,
            "at": sender.at,
            "fields": record.changes,
            **sender.spoke,
        }
        for record in people.known
        if record.changes
    ]
    named: list[dict[str, Any]] = [
        {
            "lead_id": record.id,
            "integration_id": sender.spoke["integration_id"],
            "value": value,
        }
        for value, record in sorted(people.named.items())
    ]
    spoken = [
        word | {"lead_id": record.id, "received_at": sender.at}
        for record in [*people.new, *people.known]
        for word in record.consent_rows
    ]
    beside = {LeadChange: changed, ExternalId: named, Consent: spoken}
    if not rows.insert_together(beside):
        raise Raced


def _note_unknown_attributes(arrivals: Sequence[Arrival], sender: Sender) -> None:
    """Names that are not fields yet, for a manager to define or ignore."""
    names = {name for a in arrivals for name in a.values.get("attributes", ())}
    names -= sender.defined.keys()
    if names:
        names -= set(SeenAttribute.objects.filter(name__in=names).values_list("name", flat=True))
    seen = [
        {
            "name": name,
            "first_seen_at": sender.at,
            "integration_id": sender.spoke["integration_id"],
        }
        for name in sorted(names)
    ]
    rows.insert(SeenAttribute, seen, skip_conflicts=True)


def _note_new_purposes(arrivals: Sequence[Arrival], sender: Sender) -> None:
    """Purposes of consent become facts that criteria may ask about."""
    names = {name for a in arrivals for name in a.values.get("consent", ())}
    names = {name for name in names if f"consent_{name}" not in STANDARD}
    if names:
        names -= set(ConsentPurpose.objects.filter(name__in=names).values_list("name", flat=True))
    new = [{"name": name, "first_seen_at": sender.at} for name in sorted(names)]
    rows.insert(ConsentPurpose, new, skip_conflicts=True)


def _tell_news(linked: companies.Companies, people: _People, sender: Sender) -> None:
    """Who changed is judged anew, and with them all of a company that changed, or was changed."""
    moved = {
        record.id: {record.pointed["company"], record.get("company_id")} - {None}
        for record in people.known
        if "company" in record.pointed
    }
    # Who never did anything counts for no colleague.
    active = Event.objects.filter(lead__in=moved).values_list("lead", flat=True).distinct()
    changed = {company for lead in (active if moved else ()) for company in moved[lead]}
    news.of_leads([record.id for record in people.known if record.touched], sender.at)
    news.of_companies(linked.changed | changed, sender.at)
