"""Leads that said what has a new meaning, read again as if it had meant that from the start."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from leadportal.db import clock, sweeps
from leadportal.db.races import again_when_raced
from leads.checks.reading import FieldError, Refused, Wrong
from leads.columns import LEAD_COLUMNS
from leads.fields import definitions
from leads.ingest.leads import write_leads
from leads.ingest.records import ATTRIBUTE, Arrival
from leads.ingest.speaking import Sender
from leads.ingest.unread import checked, is_told_only, mean, put
from leads.models import CustomField, Lead, Meaning, UnreadValue

# As many are locked, and written, at once.
AT_ONCE = 200
COMPANY = "company."
_COLUMN = {column.name: column for column in LEAD_COLUMNS}


def drain(*, seconds: float | None = None) -> int:
    """Read again who is due; gives how many leads, and meanings that are done."""
    return sweeps.in_batches(lambda: again_when_raced(_read_some), seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    due: datetime | None = Meaning.objects.filter(due_at__isnull=False).aggregate(at=Min("due_at"))[
        "at"
    ]
    return due


def _read_some() -> int:
    """Some leads of the meaning that waits longest and nobody else is busy with."""
    due = Meaning.objects.filter(due_at__isnull=False).select_related("integration")
    meaning = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk").first()
    if meaning is None:
        return 0
    defined = definitions()
    edition = _edition(meaning, defined)
    rows = list(_not_read(meaning, edition).select_related("lead__company")[:AT_ONCE])
    if rows:
        _read([row for row in rows if _is_theirs(row)], meaning, defined)
        others = [row.pk for row in rows if not _is_theirs(row)]
        UnreadValue.objects.filter(pk__in=others).update(edition=edition)
    elif "is" in meaning.now:
        Meaning.objects.filter(pk=meaning.pk).update(due_at=None)
    else:
        meaning.delete()
    return len(rows) or 1


def _edition(meaning: Meaning, defined: Mapping[str, CustomField]) -> int:
    """What its leads are to be read by; 0 where it has no meaning, or its field no such value."""
    return meaning.edition if mean({}, meaning.field, meaning.editions, defined) else 0


def _not_read(meaning: Meaning, edition: int) -> QuerySet[UnreadValue]:
    """Rows that were read by another edition."""
    said = UnreadValue.objects.filter(
        integration=meaning.integration_id,
        field=meaning.field,
        value_key=meaning.value_key,
        lead__merged_into=None,
    )
    return said.exclude(edition=edition).order_by("lead")


def _is_theirs(row: UnreadValue) -> bool:
    """Whether the value is still of what the lead has: of a company that nobody corrected."""
    if not row.field.startswith(COMPANY):
        return True
    return row.lead.company is not None and "company" not in (row.lead.typed or ())


def _read(
    rows: Sequence[UnreadValue], meaning: Meaning, defined: Mapping[str, CustomField]
) -> None:
    """Write what each lead's word means now, as its integration's word."""
    sender = Sender(meaning.integration, clock.now(), defined=defined)
    arrivals: list[Arrival] = []
    for row in rows:
        values = _company_of(row.lead) if row.field.startswith(COMPANY) else {}
        natural = _read_as_it_is(row, sender)
        if natural is not None:
            put(values, row.field, natural)
        pointer = "/" + row.field.replace(".", "/")
        # What it means is found by the way that all that comes in takes.
        wrong = FieldError(pointer, row.code, "", row.value)
        is_empty = natural is None and meaning.now.get("is") is None
        gone = {row.field} if is_empty and _came_of(row, meaning, sender) else set()
        arrivals.append(
            Arrival(
                len(arrivals),
                values,
                lead_id=row.lead_id,
                emptied=frozenset(gone),
                unread=[wrong],
                unread_since=row.at,
            )
        )
    write_leads(arrivals, sender)


def _company_of(lead: Lead) -> dict[str, Any]:
    """Their own company by what it is known by: what is said of it moves nobody to another."""
    company = lead.company
    if company is None:
        return {}
    known = {"name": company.name, "domain": company.domain}
    return {"company": {name: value for name, value in known.items() if value}}


def _read_as_it_is(row: UnreadValue, sender: Sender) -> Any:
    """What is read of the value without a meaning, as the lower bound of a range."""
    is_free = row.field.startswith(ATTRIBUTE) and row.field[len(ATTRIBUTE) :] not in sender.defined
    if is_told_only(row.field) or is_free:
        return None
    try:
        return checked(row.field, row.value, sender.defined)
    except Wrong as wrong:
        return wrong.meant
    except Refused:
        return None


def _came_of(row: UnreadValue, meaning: Meaning, sender: Sender) -> bool:
    """Whether what stands there is what the value was read as before, and nobody else's word."""
    before = meaning.editions[row.edition - 1].get("is") if row.edition else None
    if before is None or is_told_only(row.field):
        return False
    try:
        value = checked(row.field, deepcopy(before), sender.defined)
    except (Wrong, Refused):
        return False
    if row.field.startswith(ATTRIBUTE):
        return bool(row.lead.attributes.get(row.field.removeprefix(ATTRIBUTE)) == value)
    column = _COLUMN.get(row.field)
    return column is not None and column.to_store(value, row.lead.country) == column.told(row.lead)
