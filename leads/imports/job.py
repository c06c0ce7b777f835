"""The work of an import, a batch of lines a transaction: a killed worker loses one batch's time.

A check writes nothing but what it found: what is wrong with each line, what is known already or
stands twice in the file, and where the criteria would put new leads. Coming in and being undone
(leads/imports/undoing.py) go on where they stopped. What a line is, and what becomes of it, is told
in people, activities and outcomes.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count, Min, QuerySet

from accounts.models import Portal
from leadportal.db import clock, errors, rows, sweeps
from leads import fields
from leads.checks.reading import FieldError
from leads.imports import activities, lanes, outcomes, people
from leads.imports.targets import Plan
from leads.imports.undoing import undo_lines
from leads.ingest.results import IngestResult, Status
from leads.models import Import, ImportLine, ImportState, LineStatus, Lists
from leads.models.imports import BEFORE, LANES, UNDO_LASTS

# Lines of one transaction: short enough for every timeout and for whoever waits for a worker, long
# enough to be set-based.
BATCH = {ImportState.CHECKING: 2_000, ImportState.RUNNING: 500, ImportState.UNDOING: 1_000}
# By what its lines are, how a file is checked, finished checking, and taken in.
OF_LINES = {
    Lists.PEOPLE: people,
    Lists.ACTIVITIES: activities,
    Lists.OUTCOMES: outcomes,
}
_UNFORESEEN = (DataError, IntegrityError, ValueError, ArithmeticError)

log = structlog.get_logger(__name__)


def drain(*, seconds: float | None = None) -> int:
    """Go through what is due until nothing is left, or `seconds` are spent; lines."""
    return sweeps.in_batches(_some, seconds=seconds)


def oldest_due() -> datetime | None:
    """Since when the next batch of an import waits."""
    found: datetime | None = Import.objects.aggregate(at=Min("due_at"))["at"]
    return found


def _some() -> int:
    due = Import.objects.exclude(due_at=None).order_by("due_at").values_list("pk", flat=True)
    return next(filter(None, map(_some_of, due)), 0)


@transaction.atomic
def _some_of(import_id: int) -> int:
    """Go through the next lines of a lane that nobody is in; how many, 0 where there are none."""
    mine = 0
    for lane in range(LANES):
        if not lanes.enter(import_id, lane):
            continue
        # Read once the lane is entered: who was in it may have gone on.
        one = Import.objects.exclude(due_at=None).filter(pk=import_id).first()
        if one is None or lane >= one.lanes:
            return 0
        at, state = clock.now(), ImportState(one.state)
        if lines := _next(one, lane, state):
            became = _WORK[state](one, lines, at)
            _go_on(one, lane, lines, became, at)
            return len(lines)
        mine += 1
        if mine == one.lanes:
            _finish(one, state, at)
            one.save()
            return 1
    return 0


def _next(one: Import, lane: int, state: ImportState) -> list[ImportLine]:
    # Not of `one`, which each of them would have to be told.
    lines = ImportLine.objects.filter(of=one.pk, number__gt=one.at_lines[lane])
    if one.lanes > 1:
        lines = lines.filter(lane=lane)
    return list(lines[: BATCH[state]])


def _go_on(
    one: Import, lane: int, lines: Sequence[ImportLine], became: Mapping[str, int], at: datetime
) -> None:
    """Note how far a lane is."""
    with connection.cursor() as cursor:
        # What a commit would check, now, so that the other lane waits for a moment only.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    one = Import.objects.select_for_update(no_key=True).get(pk=one.pk)
    counts = Counter(one.counts)
    counts.update(became)
    one.counts = {status: count for status, count in counts.items() if count}
    one.lines_done += len(lines)
    one.at_lines[lane], one.due_at = lines[-1].number, at
    one.save(update_fields=["counts", "lines_done", "at_lines", "due_at"])


def _finish(one: Import, state: ImportState, at: datetime) -> None:
    one.due_at = None
    if state == ImportState.CHECKING:
        one.forecast = OF_LINES[Lists(one.lists)].recognise(one, _plan(one), at)
        one.counts = _statuses(one)
        one.state = ImportState.CHECKED
    elif state == ImportState.RUNNING:
        one.state, one.finished_at = ImportState.DONE, at
        one.forget_at = at + UNDO_LASTS
        log.info("import done", count=one.lines_done)
    else:
        one.state, one.finished_at = ImportState.UNDONE, at
        one.forget_at = at
        one.counts = _statuses(one)


def forget(*, seconds: float | None = None) -> int:
    """Forget what stood in files that can no more be undone, and files nobody began; how many."""
    return sweeps.in_batches(_forget_one, seconds=seconds)


def oldest_to_forget() -> datetime | None:
    oldest: datetime | None = _to_forget().aggregate(at=Min("forget_at"))["at"]
    return oldest


def _to_forget() -> "QuerySet[Import]":
    settled = [*BEFORE, ImportState.DONE, ImportState.UNDONE]
    return Import.objects.filter(forget_at__lte=clock.now(), state__in=settled)


@transaction.atomic
def _forget_one() -> int:
    one = _to_forget().select_for_update(skip_locked=True, no_key=True).first()
    if one is None:
        return 0
    if one.state in BEFORE:
        lanes.close(one.pk)
        one.delete()
        return 1
    one.lines.exclude(cells=[]).update(cells=[])
    one.forget_at = None
    one.save(update_fields=["forget_at"])
    return 1


def _statuses(one: Import) -> dict[str, int]:
    found = one.lines.order_by().values_list("status").annotate(Count("pk"))
    return {status: count for status, count in found if status}


def _plan(one: Import) -> Plan:
    return Plan.of(one, Portal.load(), fields.definitions())


def _told(errors: Sequence[FieldError]) -> list[dict[str, str]] | None:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail} for error in errors
    ] or None


def _check(one: Import, lines: Sequence[ImportLine], at: datetime) -> Mapping[str, int]:
    OF_LINES[Lists(one.lists)].check(one, _plan(one), lines, at)
    columns = ["status", "errors", "external_id", "email_key", "names", "lead_id"]
    found: list[dict[str, Any]] = []
    for line in lines:
        line.errors = _told(line.errors or ())
        found.append({"id": line.pk} | {name: getattr(line, name) for name in columns})
    rows.update(ImportLine, columns, found)
    return Counter({Status.REFUSED: sum(line.status == Status.REFUSED for line in lines)})


def _run(one: Import, lines: Sequence[ImportLine], at: datetime) -> Mapping[str, int]:
    plan, run = _plan(one), OF_LINES[Lists(one.lists)].run
    try:
        with transaction.atomic():
            results = run(one, plan, lines, at)
    except _UNFORESEEN:
        # One line that nobody foresaw must not stop the others.
        results = [_alone(run, one, plan, line, at) for line in lines]
    for line, result in zip(lines, results, strict=True):
        # Known by now, from an earlier batch of the same file.
        if line.status == LineStatus.DUPLICATE and result.status is Status.MATCHED:
            result.status = Status.DUPLICATE
    written = [
        {
            "id": line.pk,
            "status": result.status,
            "lead_id": result.lead_id,
            "event_id": result.event_id,
            "settled": line.settled,
            "errors": _told(result.errors or result.warnings),
            "at": at,
        }
        for line, result in zip(lines, results, strict=True)
    ]
    rows.update(ImportLine, ["status", "lead_id", "event_id", "settled", "errors", "at"], written)
    return Counter(result.status for result in results)


Run = Callable[[Import, Plan, Sequence[ImportLine], datetime], list[IngestResult]]


def _alone(run: Run, one: Import, plan: Plan, line: ImportLine, at: datetime) -> IngestResult:
    try:
        with transaction.atomic():
            (result,) = run(one, plan, [line], at)
    except _UNFORESEEN as error:
        log.exception("a line of an import cannot be taken in", error=errors.name_of(error))
        detail = "This line cannot be taken in. Tell whoever looks after the portal."
        return IngestResult(0, Status.REFUSED, errors=[FieldError("", "failed", detail)])
    return result


Work = Callable[[Import, Sequence[ImportLine], datetime], Mapping[str, int]]
_WORK: Mapping[ImportState, Work] = {
    ImportState.CHECKING: _check,
    ImportState.RUNNING: _run,
    ImportState.UNDOING: undo_lines,
}
