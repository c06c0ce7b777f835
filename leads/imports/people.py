"""Lines that are people, with what they did and what became of them where a line tells that too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from leads.checks.leads import read_lead
from leads.checks.reading import FieldError, Refused
from leads.imports import activities, lanes, outcomes
from leads.imports.holding import held_until, hold_new
from leads.imports.imports import MINE
from leads.imports.targets import DID, DID_AT, OUTCOME, OUTCOME_WON, Plan
from leads.ingest.leads import ingest_leads
from leads.ingest.reading import read
from leads.ingest.results import IngestResult, Status
from leads.judging.judgement import qualify
from leads.matching import email_identity
from leads.models import Import, ImportLine, Lead, LineStatus

# Of so many lines the criteria say where they would be; the rest is reckoned from them.
SAMPLE = 400

_READER = partial(read_lead, keeps_dates=True)

# --- the check ---------------------------------------------------------------------------------


def check(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> None:
    """Say on each line what is wrong with it, and who is meant."""
    for line in lines:
        values, errors = _checked(plan, line)
        line.status = Status.REFUSED if values is None else LineStatus.WAITING
        values = values or {}
        line.errors = errors
        line.external_id = values.get("external_id", "")
        line.email_key = email_identity(values.get("email", ""))[1]
        line.names = lanes.names(values) or None


def _checked(plan: Plan, line: ImportLine) -> tuple[dict[str, Any] | None, list[FieldError]]:
    """What can be read of a line, None where that is nobody; and what is wrong with it."""
    try:
        return read(plan.item(line.cells), _READER, plan.defined, strict=False)
    except Refused as refused:
        return None, refused.errors


# Who stands twice in the file, and who is known: by the id there, then by the address; and in which
# lane each comes in. Each address is looked up by lead_email_once, lead_merged_email and
# alias_address, which hold no blank ones.
RECOGNISE = """
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
         WHERE k.email_key = s.email_key AND k.email_key <> '' AND k.merged_into_id IS NULL
         UNION ALL SELECT FROM leads_lead m
         WHERE m.email_key = s.email_key AND m.merged_into_id IS NOT NULL
         UNION ALL SELECT FROM leads_alias f WHERE f.email_key = s.email_key) THEN 'matched'
    ELSE 'created' END, names = NULL, lane = (l.number = ANY(%(beside)s))::int
FROM seen s WHERE l.id = s.id
"""


def recognise(one: Import, plan: Plan, at: datetime) -> dict[str, Any]:
    """Say on each line whether it is new; gives where the criteria would put those that are."""
    with connection.cursor() as cursor:
        asked = {"one": one.pk, "integration": one.integration_id, "beside": lanes.beside(one)}
        cursor.execute(RECOGNISE, asked)
    return _forecast(one, plan, at)


def _forecast(one: Import, plan: Plan, at: datetime) -> dict[str, Any]:
    """Where the live criteria put leads like these: a sample of the new ones comes in and goes."""
    new = one.lines.filter(status=LineStatus.CREATED)
    count = new.count()
    if not count:
        return {}
    numbers = list(new.values_list("number", flat=True))[:: max(1, -(-count // SAMPLE))]
    lines = list(one.lines.filter(number__in=numbers))
    with transaction.atomic():
        made = new_leads(_ingested(one, plan, lines, at, until=None))
        qualify(made, at=at)
        found = Lead.objects.filter(pk__in=made).order_by().values_list("stage")
        stages = dict(found.annotate(Count("pk")))
        transaction.set_rollback(True)
    return {"sampled": len(made), "of": count, "stages": stages}


# --- coming in ---------------------------------------------------------------------------------


def run(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> list[IngestResult]:
    """Take in some lines; what became of each."""
    results = _ingested(one, plan, lines, at, until=held_until(one, at))
    settled = _settle(one, plan, lines, results, at)
    hold_new(one, [lead for lead in new_leads(results) if lead not in settled], at)
    if {DID, DID_AT} & set(plan.columns):
        _add_what_they_did(one, plan, lines, results, at)
    return results


def new_leads(results: Sequence[IngestResult]) -> list[int]:
    return [one.lead_id for one in results if one.status is Status.CREATED and one.lead_id]


def _ingested(
    one: Import,
    plan: Plan,
    lines: Sequence[ImportLine],
    at: datetime,
    *,
    until: datetime | None,
) -> list[IngestResult]:
    assert one.integration is not None  # chosen with the columns
    return ingest_leads(
        [plan.item(line.cells) for line in lines],
        integration=one.integration,
        default_source=one.source or MINE,
        at=at,
        keeps_dates=True,
        held_until=until,
    )


def _settle(
    one: Import,
    plan: Plan,
    lines: Sequence[ImportLine],
    results: Sequence[IngestResult],
    at: datetime,
) -> set[int]:
    """Put whom the file calls won or lost there."""
    if not {OUTCOME, OUTCOME_WON} & set(plan.columns):
        return set()
    past: dict[int, outcomes.Past] = {}
    by_lead: dict[int, ImportLine] = {}
    for line, result in zip(lines, results, strict=True):
        if result.lead_id and (said := outcomes.read_past(plan, line.cells)):
            past[result.lead_id], by_lead[result.lead_id] = said, line
            result.warnings = [*result.warnings, *said.doubts]
    return outcomes.settle(one, past, by_lead, at)


def _add_what_they_did(
    one: Import,
    plan: Plan,
    lines: Sequence[ImportLine],
    results: Sequence[IngestResult],
    at: datetime,
) -> None:
    events: dict[int, Mapping[str, Any]] = {}
    for place, (line, result) in enumerate(zip(lines, results, strict=True)):
        event = activities.read_event(plan, line.cells, at) if result.lead_id else None
        if isinstance(event, FieldError):
            result.warnings = [*result.warnings, event]
        elif event and result.lead_id:
            events[place] = event | {"lead": {"id": result.lead_id}}
    for place, made in activities.take_in(one, events, at).items():
        results[place].event_id = made.event_id if made.status is Status.CREATED else None
        results[place].warnings = [*results[place].warnings, *made.warnings, *made.errors]
