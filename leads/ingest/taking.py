"""Applying one item to the lead that it means."""

from funnel.stages import Stage
from leads.checks.reading import FieldError, Refused
from leads.ingest import companies, consents, origins, unread, whence
from leads.ingest.finding import People
from leads.ingest.records import Arrival, Record
from leads.ingest.results import How, IngestResult, Status, erased
from leads.ingest.speaking import Sender


def take(
    arrival: Arrival,
    people: People,
    linked: companies.Companies,
    named: origins.Origins,
    sender: Sender,
) -> tuple[IngestResult, Record | None]:
    """Apply one item to the lead it means."""
    record, how = (people.of(arrival), None) if arrival.lead_id else people.meant(arrival)
    maybe = people.maybe(arrival) if record is None and people.alike else []
    record = record or Record(arrival.index)
    try:
        _refuse_erased(record)
        _refuse_what_is_others(record, arrival, people, sender)
        if "attributes" in arrival.values:
            _take_attributes(record, arrival, sender)
    except Refused as refused:
        return IngestResult(arrival.index, Status.REFUSED, errors=refused.errors), None
    status, first_index = _enlist(record, arrival, people)
    record.take_fields(arrival.values, sender)
    for name in sorted(arrival.emptied):
        # Where somebody came from, no machine takes away.
        if sender.person or name not in whence.ORIGIN:
            record.empty(name, sender)
    if "email" in arrival.values:
        maybe += _take_email(record, arrival, people, sender, how)
    void = consents.take(record, arrival, sender) if "consent" in arrival.values else []
    _take_company(record, arrival, linked, sender)
    whence.take(record, arrival, named, sender)
    people.others[arrival.index] = maybe
    result = IngestResult(arrival.index, status, first_index=first_index, how=how)
    if wrong := arrival.wrong:
        read = arrival.editions.keys()
        result.warnings = [
            e for e in wrong if unread.field_of(e.pointer, sender.defined) not in read
        ]
    result.warnings += void
    return result, record


def _take_attributes(record: Record, arrival: Arrival, sender: Sender) -> None:
    """Those the lead has room for. Raises Refused where all or nothing is asked for."""
    given = arrival.values["attributes"]
    beyond = record.beyond_room(given)
    if beyond and (sender.strict or sender.person):
        raise Refused(beyond)
    arrival.beyond = [beyond] if beyond else []
    if beyond:
        given = {name: value for name, value in given.items() if name not in beyond.value}
    record.take_attributes(given, sender)


def _enlist(record: Record, arrival: Arrival, people: People) -> tuple[Status, int | None]:
    """Make the record findable by later items; say what this item is to it."""
    external_id = arrival.values.get("external_id")
    if external_id and external_id not in people.by_external:
        people.by_external[external_id] = people.named[external_id] = record
        record.named = True
    if record.first_index == arrival.index:
        record.created_at = arrival.values.get("created_at")
        people.new.append(record)
        people.enter(record, arrival)
        return Status.CREATED, None
    if record.first_index == -1:
        record.first_index = arrival.index
        people.known.append(record)
        return Status.MATCHED, None
    return Status.DUPLICATE, record.first_index


def _refuse_erased(record: Record, pointer: str = "") -> None:
    if record.get("stage") == Stage.ERASED:
        raise Refused(erased(pointer))


def _refuse_what_is_others(
    record: Record, arrival: Arrival, people: People, sender: Sender
) -> None:
    """A change names one lead, so nothing of it may belong to another. Raises Refused."""
    if not arrival.lead_id:
        return
    for name, owner in (
        ("email", people.by_mail.get(arrival.email_key)),
        ("external_id", people.by_external.get(arrival.values.get("external_id", ""))),
    ):
        if owner not in (None, record) and not _is_free(name, arrival, people, sender):
            _refuse_erased(owner, f"/{name}")
            detail = f"Lead {owner.id} has this {name} already."
            raise Refused(FieldError(f"/{name}", "taken", detail))


def _is_free(name: str, arrival: Arrival, people: People, sender: Sender) -> bool:
    """An address that somebody else had before, a person may give to whoever has it now."""
    return name == "email" and sender.person is not None and arrival.email_key in people.former


def _take_company(
    record: Record, arrival: Arrival, linked: companies.Companies, sender: Sender
) -> None:
    if arrival.mention is None:
        if sender.person and "company" in arrival.values:
            # "Freelance": a person says that there is none.
            record.empty("company", sender)
        return
    company = linked.known(arrival.mention)
    not_of = record.get("not_of") or []
    if company["id"] in not_of:
        if not sender.person:
            return
        record.row["not_of"] = [pk for pk in not_of if pk != company["id"]] or None
    if "company" in arrival.values and (arrival.mention.name or arrival.mention.has_site):
        same = record.get("company_id") == company["id"]
        if record.hears("company", arrival.mention.called, sender, same=same):
            record.point("company", company)
    # A mail alone shows a company, but not that somebody left the one we know.
    elif not record.get("company_id") and "company" not in (record.get("typed") or ()):
        record.point("company", company)


def _take_email(
    record: Record, arrival: Arrival, people: People, sender: Sender, how: How | None
) -> list[int | Record]:
    """Take the address, where that is no loss; who else may be the person, by their address."""
    owner = people.by_mail.get(arrival.email_key)
    if owner not in (None, record) and not _is_free("email", arrival, people, sender):
        # Two leads that may be one person: neither loses its address to a guess.
        people.clashes.append((record, owner))
        return [owner]
    has_one = record.get("email_key") and not sender.person
    if has_one and (not arrival.email_key or how is How.FORMER_EMAIL):
        # The mailbox of a team never stands for somebody's own, nor does an old list know better.
        return []
    if people.by_mail.get(record.get("email_key")) is record:
        del people.by_mail[record.get("email_key")]
    record.take_email(arrival, sender)
    if record.get("email_key"):
        people.by_mail[record.get("email_key")] = record
    return []
