"""The work of an import, a batch of lines a transaction: a killed worker loses one batch's time.

A check writes nothing but what it found: what is wrong with each line, who is known already or
stands twice in the file, and where the criteria would put the leads, of a sample that is taken in
and taken back. Coming in and being undone (leads/imports/undoing.py) go on where they stopped.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count, Min, QuerySet

from accounts.models import Portal
from funnel.stages import Actor, Stage
from leadportal.db import clock, errors, rows, sweeps
from leads import fields, ledger
from leads.checks.leads import read_lead
from leads.checks.reading import FieldError, Refused
from leads.imports.imports import MINE
from leads.imports.targets import OUTCOME, Plan
from leads.imports.undoing import undo_lines
from leads.ingest.leads import ingest_leads
from leads.ingest.reading import read
from leads.ingest.results import IngestResult, Status
from leads.judging.judgement import qualify
from leads.matching import email_identity
from leads.models import Import, ImportLine, ImportState, Lead, LineStatus, Override
from leads.models.imports import BEFORE, UNDO_LASTS

# Lines of one transaction: short enough for every timeout, long enough to be set-based.
BATCH = {ImportState.CHECKING: 2_000, ImportState.RUNNING: 500, ImportState.UNDOING: 200}
# Of so many lines the criteria say where they would be; the rest is reckoned from them.
SAMPLE = 400

log = structlog.get_logger(__name__)


def drain(*, seconds: float | None = None) -> int:
    """Go through what is due until nothing is left, or `seconds` are spent; lines."""
    return sweeps.in_batches(_some, seconds=seconds)


def oldest_due() -> datetime | None:
    """Since when the next batch of an import waits."""
    found: datetime | None = Import.objects.aggregate(at=Min("due_at"))["at"]
    return found


@transaction.atomic
def _some() -> int:
    due = Import.objects.exclude(due_at=None).order_by("due_at")
    one = due.select_for_update(skip_locked=True, no_key=True).first()
    if one is None:
        return 0
    at, state = clock.now(), ImportState(one.state)
    lines = list(one.lines.filter(number__gt=one.at_line)[: BATCH[state]])
    if lines:
        counts = Counter(one.counts)
        counts.update(_WORK[state](one, lines, at))
        one.counts = {status: count for status, count in counts.items() if count}
        one.lines_done += len(lines)
        one.at_line, one.due_at = lines[-1].number, at
    else:
        _finish(one, state, at)
    one.save()
    return max(len(lines), 1)


def _finish(one: Import, state: ImportState, at: datetime) -> None:
    one.due_at = None
    if state == ImportState.CHECKING:
        _recognise_people(one)
        one.counts = _statuses(one)
        one.forecast = _forecast(one, at)
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
    return Plan.of(one, Portal.load().zone, fields.definitions())


_READER = partial(read_lead, keeps_dates=True)

# --- the check ---------------------------------------------------------------------------------


def _check(one: Import, lines: Sequence[ImportLine], at: datetime) -> Mapping[str, int]:
    plan, found, refused = _plan(one), [], 0
    for line in lines:
        values, errors = _checked(plan, line)
        refused += values is None
        status = Status.REFUSED if values is None else ""
        values = values or {}
        found.append(
            {
                "id": line.pk,
                "status": status,
                "errors": _told(errors),
                "external_id": values.get("external_id", ""),
                "email_key": email_identity(values.get("email", ""))[1],
            }
        )
    rows.update(ImportLine, ["status", "errors", "external_id", "email_key"], found)
    return {Status.REFUSED: refused}


def _checked(plan: Plan, line: ImportLine) -> tuple[dict[str, Any] | None, list[FieldError]]:
    """What can be read of a line, None where that is nobody; and what is wrong with it."""
    try:
        return read(plan.item(line.cells), _READER, plan.defined, strict=False)
    except Refused as refused:
        return None, refused.errors


def _told(errors: Sequence[FieldError]) -> list[dict[str, str]] | None:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail} for error in errors
    ] or None


# Who stands twice in the file, and who is known: by the id there, then by the address.
_RECOGNISE = """
WITH seen AS (
    SELECT id, external_id, email_key,
           external_id <> '' AND row_number() OVER of_id > 1 AS id_again,
           email_key <> '' AND row_number() OVER of_mail > 1 AS mail_again
    FROM leads_importline WHERE of_id = %(one)s AND status <> 'refused'
    WINDOW of_id AS (PARTITION BY external_id ORDER BY number),
           of_mail AS (PARTITION BY email_key ORDER BY number)
)
UPDATE leads_importline l SET status = CASE
    WHEN s.id_again OR s.mail_again THEN 'duplicate'
    WHEN s.external_id <> '' AND EXISTS (SELECT FROM leads_externalid e
         WHERE e.integration_id = %(integration)s AND e.value = s.external_id) THEN 'matched'
    WHEN s.email_key <> '' AND EXISTS (SELECT FROM leads_lead k
         WHERE k.email_key = s.email_key
         UNION ALL SELECT FROM leads_alias f WHERE f.email_key = s.email_key) THEN 'matched'
    ELSE 'created' END
FROM seen s WHERE l.id = s.id
"""


def _recognise_people(one: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RECOGNISE, {"one": one.pk, "integration": one.integration_id})


def _forecast(one: Import, at: datetime) -> dict[str, Any]:
    """Where the live criteria put leads like these: a sample of the new ones comes in and goes."""
    new = one.lines.filter(status=LineStatus.CREATED)
    count = new.count()
    if not count:
        return {}
    numbers = list(new.values_list("number", flat=True))[:: max(1, -(-count // SAMPLE))]
    lines = list(one.lines.filter(number__in=numbers))
    plan = _plan(one)
    with transaction.atomic():
        results = _ingested(one, [plan.item(line.cells) for line in lines], at, held_until=None)
        made = _made(results)
        qualify(made, at=at)
        found = Lead.objects.filter(pk__in=made).order_by().values_list("stage")
        stages = dict(found.annotate(Count("pk")))
        transaction.set_rollback(True)
    return {"sampled": len(made), "of": count, "stages": stages}


# --- coming in ---------------------------------------------------------------------------------


def _run(one: Import, lines: Sequence[ImportLine], at: datetime) -> Mapping[str, int]:
    plan = _plan(one)
    items = [plan.item(line.cells) for line in lines]
    try:
        with transaction.atomic():
            results = _ingested(one, items, at, held_until=_held_until(one, at))
    except (DataError, IntegrityError, ValueError, ArithmeticError):
        # One line that nobody foresaw must not stop the others.
        results = [_alone(one, index, item, at) for index, item in enumerate(items)]
    settled = _settle(one, plan, lines, results, at)
    _hold_back(one, [lead for lead in _made(results) if lead not in settled], at)
    written = [
        {
            "id": line.pk,
            "status": result.status,
            "lead_id": result.lead_id,
            "errors": _told(result.errors or result.warnings),
            "at": at,
        }
        for line, result in zip(lines, results, strict=True)
    ]
    rows.update(ImportLine, ["status", "lead_id", "errors", "at"], written)
    return Counter(result.status for result in results)


def _made(results: Sequence[IngestResult]) -> list[int]:
    """The leads that are new."""
    return [one.lead_id for one in results if one.status is Status.CREATED and one.lead_id]


def _alone(one: Import, index: int, item: dict[str, Any], at: datetime) -> IngestResult:
    try:
        with transaction.atomic():
            (result,) = _ingested(one, [item], at, held_until=_held_until(one, at))
    except (DataError, IntegrityError, ValueError, ArithmeticError) as error:
        log.exception("a line of an import cannot be taken in", error=errors.name_of(error))
        detail = "This line cannot be taken in. Tell whoever looks after the portal."
        return IngestResult(index, Status.REFUSED, errors=[FieldError("", "failed", detail)])
    return result


def _ingested(
    one: Import, items: Sequence[object], at: datetime, *, held_until: datetime | None
) -> list[IngestResult]:
    assert one.integration is not None  # chosen with the columns
    return ingest_leads(
        items,
        integration=one.integration,
        default_source=one.source or MINE,
        at=at,
        keeps_dates=True,
        held_until=held_until,
    )


def _settle(
    one: Import,
    plan: Plan,
    lines: Sequence[ImportLine],
    results: Sequence[IngestResult],
    at: datetime,
) -> set[int]:
    """Put whom the file calls won or lost there, dated, where nobody works with them here."""
    if OUTCOME not in plan.columns:
        return set()
    came = zip(lines, results, strict=True)
    past = {r.lead_id: said for line, r in came if r.lead_id and (said := plan.past(line.cells))}
    stages = (Stage.INQUIRY, Stage.LEAD, Stage.MQL)
    leads = Lead.objects.locked().filter(pk__in=past, stage__in=stages).order_by("pk")
    moves, held = [], {}
    for lead in leads.select_related("judgement"):
        said = past[lead.pk]
        moves += ledger.moves_to(
            said.stage,
            lead,
            at=min(said.at or lead.created_at, at),
            actor=Actor.INTEGRATION,
            integration_id=one.integration_id,
            reason=said.reason or "Before it came here",
            amount=said.amount,
        )
        held[lead.pk] = {"held_until": None}
    ledger.write(moves, held)
    return set(held)


def _held_until(one: Import, at: datetime) -> datetime | None:
    return one.hold_until if one.hold_until and one.hold_until > at else None


def _hold_back(one: Import, leads: Sequence[int], at: datetime) -> None:
    """Say on each new lead why the criteria do not move it yet."""
    until = _held_until(one, at)
    if until is None:
        return
    kept = {
        "origin": Stage.INQUIRY,
        "stage": Stage.INQUIRY,
        "reason": f"Imported with “{one.name}”, to be handed over later"[:300],
        "author_id": one.author_id,
        "created_at": at,
        "ends_at": until,
    }
    rows.insert(Override, [kept | {"lead_id": lead} for lead in leads])


Work = Callable[[Import, Sequence[ImportLine], datetime], Mapping[str, int]]
_WORK: Mapping[ImportState, Work] = {
    ImportState.CHECKING: _check,
    ImportState.RUNNING: _run,
    ImportState.UNDOING: undo_lines,
}
