"""What leads carry already, and what was not understood of them, read again by a changed field.

The first leads at once, in the transaction of the change; the rest by a sweep. It looks a second
time once nobody can still be writing by what they read of the field before.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Min, QuerySet

from accounts.models import Integration
from leadportal.db import clock, sweeps
from leadportal.db.races import again_when_raced
from leads import retyping
from leads.checks.reading import Wrong
from leads.facts.known import CUSTOM
from leads.field_values import Definitions, read_value
from leads.fields import definitions
from leads.ingest.leads import write_leads
from leads.ingest.records import Arrival
from leads.ingest.speaking import Sender
from leads.models import CustomField, Lead, UnreadValue

SWEEP = "read_fields"
# So many leads, whoever they are, a step is past.
WINDOW = 1_000
# As many are written at once of what was not understood.
AT_ONCE = 200
# Longer than any write that began before takes.
SETTLES = timedelta(minutes=2)


def begin(one: CustomField, at: datetime) -> None:
    """Have what leads carry read by the field as it is now; the first of them in this transaction.

    What is said of their values by then is read by all who begin later.
    """
    one.changed_at, one.due_at, one.read_to = at, at, 0
    _step(one, at)
    one.save(update_fields=["changed_at", "due_at", "read_to"])
    sweeps.nudge(SWEEP)


def drain(*, seconds: float | None = None) -> int:
    """Read what is due; gives how many steps it took."""
    return sweeps.in_batches(lambda: again_when_raced(_read_some), seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    due = CustomField.objects.filter(due_at__lte=at or clock.now())
    oldest: datetime | None = due.aggregate(at=Min("due_at"))["at"]
    return oldest


def is_reading(one: CustomField) -> bool:
    """Whether leads wait to be read for the first time since the change."""
    return one.due_at is not None and one.changed_at is not None and one.due_at == one.changed_at


def _read_some() -> int:
    """One step of the field that waits longest and nobody else is busy with."""
    at = clock.now()
    due = CustomField.objects.filter(due_at__lte=at).order_by("due_at", "pk")
    one = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if one is None:
        return 0
    if not (_step(one, at) or _read_unread(one, at)):
        _end(one, at)
    one.save(update_fields=["due_at", "read_to"])
    return 1


def _step(one: CustomField, at: datetime) -> bool:
    """Read the next window of leads; whether there was one."""
    window = Lead.objects.filter(pk__gt=one.read_to).order_by("pk").values("pk")[:WINDOW]
    last = Lead.objects.filter(pk__in=window).aggregate(last=Max("pk"))["last"]
    if last is None:
        return False
    retyping.read_past(one, at, after=one.read_to, until=last)
    one.read_to = last
    return True


def _end(one: CustomField, at: datetime) -> None:
    settled = (one.changed_at or at) + SETTLES
    one.due_at = settled if (one.due_at or at) < settled else None
    one.read_to = 0


def _read_unread(one: CustomField, at: datetime) -> int:
    """Write what is understood by now of what was not; gives how many rows."""
    said = not_understood(one)
    groups = said.values("value_key").annotate(some=Min("value")).order_by()
    keys = [row["value_key"] for row in groups if _is_read(one, row["some"])]
    rows = said.filter(value_key__in=keys).select_related("integration").order_by("pk")
    readable = [row for row in rows[:AT_ONCE] if _is_read(one, row.value)] if keys else []
    defined = definitions()
    by_system: dict[int, list[UnreadValue]] = {}
    for row in readable:
        by_system.setdefault(row.integration_id, []).append(row)
    for theirs in by_system.values():
        _write(one, theirs, at, defined)
    UnreadValue.objects.filter(pk__in=[row.pk for row in readable]).delete()
    return len(readable)


def not_understood(one: CustomField) -> QuerySet[UnreadValue]:
    """What was sent of a field, could not be read, and was given no meaning."""
    # unread_value_said begins with the integration.
    return UnreadValue.objects.filter(
        integration__in=Integration.objects.values("pk"),
        field=f"{CUSTOM}{one.name}",
        edition=0,
        lead__merged_into=None,
    )


def _is_read(one: CustomField, value: str) -> bool:
    try:
        return read_value(one, value) is not None
    except Wrong:
        return False


def _write(
    one: CustomField, rows: Sequence[UnreadValue], at: datetime, defined: Definitions
) -> None:
    """As the word of the integration that said so."""
    sender = Sender(rows[0].integration, at, defined=defined)
    write_leads(
        [
            Arrival(place, {"attributes": {one.name: read_value(one, row.value)}}, row.lead_id)
            for place, row in enumerate(rows)
        ],
        sender,
    )
