"""What pointed to a source or campaign that became another's name is moved there, in batches, and
back where that is undone.

The first at once, the rest by a sweep, which begins when nobody can still be writing what they
looked up before. Each batch is noted, as nothing else tells whose it was.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from leadportal.db import clock, sweeps
from leads import news
from leads.models import Campaign, Handoff, Lead, MovedByName, NameMerge
from leads.sources.kinds import KINDS, SOURCES, Kind, kind_named

# As many are locked, and written, at once.
AT_ONCE = 2_000
# Batches that the first of each are, at most.
BEGINS = 4
# Longer than any write that began before takes.
SETTLES = timedelta(minutes=2)
Column = MovedByName.Column


def begin(done: NameMerge, at: datetime) -> None:
    """Move the first batch of each, in the caller's transaction: for most that is all."""
    kind = kind_named(done.kind)
    for move in _moves(kind, kind.model.objects.get(pk=done.row), at):
        move()


def begin_back(done: NameMerge, at: datetime) -> None:
    """Move the first batch of each back, in the caller's transaction; the rest falls due."""
    for batch in done.moved.order_by("pk")[:BEGINS]:
        _move_back(done, batch, at)
    done.due_at = at if done.moved.exists() else None
    done.save(update_fields=["due_at"])


def drain(*, seconds: float | None = None) -> int:
    """Move all that is due; gives how many rows."""
    return sweeps.in_batches(_move_some, seconds=seconds)


def oldest_due() -> datetime | None:
    tables = [NameMerge, *(kind.model for kind in KINDS)]
    found = [table._default_manager.aggregate(at=Min("due_at"))["at"] for table in tables]
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
    undone = NameMerge.objects.filter(due_at__lte=at).order_by("due_at", "pk")
    parted = undone.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if parted is None:
        return 0
    if batch := parted.moved.order_by("pk").first():
        return _move_back(parted, batch, at)
    NameMerge.objects.filter(pk=parted.pk).update(due_at=None)
    return 1


# --- to the heir -------------------------------------------------------------------------------


def _moves(kind: Kind, row: Any, at: datetime) -> Iterator[Callable[[], int]]:
    """Leads before their handoffs: a new handoff comes of a lead that still points there."""
    by = _merges_between(kind, row)
    if kind is SOURCES:
        yield lambda: _move(Column.OF_CAMPAIGN, "source", row, by, at)
    yield lambda: _move(Column(kind.name), kind.name, row, by, at)
    last = f"last_{kind.name}"
    yield lambda: _move(Column(last), last, row, by, at)
    yield lambda: _move(Column.HANDOFF, kind.name, row, by, at)


def _merges_between(kind: Kind, row: Any) -> list[NameMerge]:
    """Those by which it is what it is now, one after the other; none of before they were noted."""
    found: list[NameMerge] = []
    standing, here = NameMerge.objects.filter(kind=kind.name, undone_at=None), row.pk
    while here != row.same_as_id and (one := standing.filter(row=here).first()):
        found.append(one)
        here = one.heir
    return found


def _move(what: Column, column: str, row: Any, by: Sequence[NameMerge], at: datetime) -> int:
    """A batch of those that point to `row`, noted with each merge that it is moved by."""
    ids = list(_rows(what).filter(**{column: row.pk}).values_list("pk", flat=True)[:AT_ONCE])
    for done in by if ids else ():
        done.moved.create(column=what, first=ids[0], last=ids[-1], ids=ids)
    return _point(what, column, ids, row.same_as_id, at)


def _rows(what: Column) -> Any:
    if what == Column.HANDOFF:
        return Handoff.objects.order_by("pk")
    if what == Column.OF_CAMPAIGN:
        return Campaign.objects.order_by("pk")
    return Lead.objects.locked().order_by("pk")


def _point(what: Column, column: str, ids: Sequence[int], to: int, at: datetime) -> int:
    if what in (Column.HANDOFF, Column.OF_CAMPAIGN):
        model = Handoff if what == Column.HANDOFF else Campaign
        return model._default_manager.filter(pk__in=ids).update(**{column: to})
    Lead.objects.filter(pk__in=ids).update(**{column: to, "updated_at": at})
    # Criteria that ask for the name judge anew.
    news.of_leads(ids, at)
    return len(ids)


# --- and back ----------------------------------------------------------------------------------


def _move_back(done: NameMerge, batch: MovedByName, at: datetime) -> int:
    """What of a batch is still at the heir; leads before their handoffs, as they came."""
    what = Column(batch.column)
    column = _column_of(what, done)
    still = _rows(what).filter(pk__in=batch.ids, **{column: done.heir})
    _point(what, column, list(still.values_list("pk", flat=True)), done.row, at)
    batch.delete()
    return len(batch.ids)


def _column_of(what: Column, done: NameMerge) -> str:
    if what == Column.OF_CAMPAIGN:
        return SOURCES.name
    return done.kind if what == Column.HANDOFF else str(what.value)
