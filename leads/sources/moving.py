"""What pointed to a source or campaign that became another's name is moved there, in batches.

The first at once, the rest by a sweep, which begins when nobody can still be writing what they
looked up before.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from leadportal.db import clock, sweeps
from leads import news
from leads.models import Campaign, Handoff, Lead
from leads.sources.kinds import KINDS, SOURCES, Kind

# As many are locked, and written, at once.
AT_ONCE = 2_000
# Longer than any write that began before takes.
SETTLES = timedelta(minutes=2)


def begin(kind: Kind, row: Any, at: datetime) -> None:
    """Move the first batch of each, in the caller's transaction: for most that is all."""
    for move in _moves(kind, row, at):
        move()


def drain(*, seconds: float | None = None) -> int:
    """Move all that is due; gives how many rows."""
    return sweeps.in_batches(_move_some, seconds=seconds)


def oldest_due() -> datetime | None:
    found = [kind.model.objects.aggregate(at=Min("due_at"))["at"] for kind in KINDS]
    return min(filter(None, found), default=None)


@transaction.atomic
def _move_some() -> int:
    at = clock.now()
    for kind in KINDS:
        due = kind.model.objects.filter(due_at__lte=at).order_by("due_at", "pk")
        row = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if row is None:
            continue
        for move in _moves(kind, row, at):
            if moved := move():
                return moved
        kind.model.objects.filter(pk=row.pk).update(due_at=None)
        return 1
    return 0


def _moves(kind: Kind, row: Any, at: datetime) -> Iterator[Callable[[], int]]:
    """Leads before their handoffs: a new handoff comes of a lead that still points there."""
    if kind is SOURCES:
        campaigns = Campaign.objects.filter(source=row)
        yield lambda: campaigns.update(source=row.same_as_id)
    yield lambda: _leads(kind.name, row, at)
    yield lambda: _leads(f"last_{kind.name}", row, at)
    yield lambda: _handoffs(kind.name, row)


def _leads(column: str, row: Any, at: datetime) -> int:
    theirs = Lead.objects.locked().filter(**{column: row}).order_by("pk")
    ids = list(theirs.values_list("pk", flat=True)[:AT_ONCE])
    Lead.objects.filter(pk__in=ids).update(**{column: row.same_as_id, "updated_at": at})
    # Criteria that ask for the name judge anew.
    news.of_leads(ids, at)
    return len(ids)


def _handoffs(column: str, row: Any) -> int:
    ids = list(Handoff.objects.filter(**{column: row}).values_list("pk", flat=True)[:AT_ONCE])
    return Handoff.objects.filter(pk__in=ids).update(**{column: row.same_as_id})
