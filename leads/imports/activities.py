"""What people did before this portal, as events: each once, and back again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from leads import news
from leads.checks import spellings
from leads.checks.reading import FieldError
from leads.imports.holding import hold_known
from leads.imports.known import find_known
from leads.imports.targets import DID, DID_ABOUT, DID_AT, DID_DONE, DID_ID, Plan
from leads.ingest.events import ingest_events
from leads.ingest.results import IngestResult, Status
from leads.models import Import, ImportLine, LineStatus, Lists
from leads.text import key

# How systems write that a task is still to be done, or never was.
_NOT_DONE = """
    to do, todo, not started, in progress, open, planned, scheduled, deferred, waiting on someone
    else, waiting, pending, overdue, canceled, cancelled, offen, geplant, à faire, pendiente
"""
NOT_DONE = frozenset(word.strip() for word in " ".join(_NOT_DONE.split()).split(","))
# A name of ours for what has no id there: by all that is said of it.
_MARK = "file:"
ID_MAX = 200

_TAKE_BACK = "SELECT unnest(leads_take_back(%(one)s, %(first)s, %(last)s))"


def read_event(
    plan: Plan, cells: Sequence[str], at: datetime
) -> dict[str, Any] | FieldError | None:
    """What a line says somebody did, as an event of the API's shape without its lead; None where it
    says nothing of it, or what is missing. `at` is now."""
    said, details = plan.said(cells)
    if not {DID, DID_AT} & said.keys():
        return None if not plan.activity else FieldError(f"/{DID_AT}", "no_date", "Say when.")
    done = said.get(DID_DONE, "").casefold()
    if done in NOT_DONE or spellings.yes_or_no(done) is False:
        return FieldError(f"/{DID_DONE}", "not_done", "It was not done.")
    type_ = spellings.event_type(said.get(DID, "") or plan.activity)[:60]
    if not type_:
        return FieldError(f"/{DID}", "required", "Say what happened.")
    moment = plan.moment(said.get(DID_AT, ""))
    if moment is None:
        return FieldError(f"/{DID_AT}", "no_date", "Say when, like 2026-03-31.")
    if moment > at:
        return FieldError(f"/{DID_AT}", "future", "It has not happened yet.")
    # Of a person who stands there whole the details are the person's.
    told = details.items() if plan.lists == Lists.ACTIVITIES else ()
    named = {spellings.name(head).lower(): cell for head, cell in told}
    properties = {name: cell for name, cell in named.items() if name}
    if about := said.get(DID_ABOUT):
        properties["subject"] = about
    event = {"type": type_, "occurred_at": moment.isoformat(), "properties": properties}
    return event | {"external_id": (said.get(DID_ID) or _mark(event, plan.who(said)))[:ID_MAX]}


def _mark(event: dict[str, Any], who: dict[str, Any]) -> str:
    """The same for the same line of another file, however its columns stand."""
    plain = {"what": event, "who": {name: key(str(value)) for name, value in who.items()}}
    return _MARK + hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:40]


# --- lines that are activities -----------------------------------------------------------------


def check(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> None:
    """Say on each line what is wrong with it, and by what it is told from others."""
    results, events = _read(one, plan, lines, at)
    for place, (line, result) in enumerate(zip(lines, results, strict=True)):
        line.status = Status.REFUSED if result.errors else LineStatus.WAITING
        line.errors = result.errors
        line.external_id = events[place]["external_id"] if place in events else ""


# What stands twice in the file, and what is here already.
_RECOGNISE = """
UPDATE leads_importline l SET status = CASE
    WHEN s.again > 1 THEN 'duplicate'
    WHEN EXISTS (SELECT FROM leads_event e WHERE e.integration_id = %(integration)s
        AND e.external_id = s.external_id AND e.external_id <> '') THEN 'matched'
    ELSE 'created' END
FROM (SELECT id, external_id, row_number() OVER (PARTITION BY external_id ORDER BY number) AS again
      FROM leads_importline WHERE of_id = %(one)s AND status <> 'refused') s WHERE l.id = s.id
"""


def recognise(one: Import, plan: Plan, at: datetime) -> dict[str, Any]:
    """Say on each line whether it is new; nobody new comes with them."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOGNISE, {"one": one.pk, "integration": one.integration_id})
    return {}


def run(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> list[IngestResult]:
    """Take in what some lines say; whoever they tell of is held where they stand, if so wished."""
    results, events = _read(one, plan, lines, at)
    hold_known(one, {event["lead"]["id"] for event in events.values()}, at)
    for place, made in take_in(one, events, at).items():
        line, result = lines[place], results[place]
        result.status, result.errors, result.warnings = made.status, made.errors, made.warnings
        if made.status is Status.CREATED:
            result.event_id = made.event_id
        elif line.status != LineStatus.DUPLICATE and made.first_index is None:
            # It was here before this file.
            result.status = Status.MATCHED if made.status is Status.DUPLICATE else made.status
    return results


Events = dict[int, dict[str, Any]]


def _read(
    one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime
) -> tuple[list[IngestResult], Events]:
    """What is to become of each line; and by its place its event, where it can come in."""
    read = [read_event(plan, line.cells, at) for line in lines]
    who = [
        plan.who(plan.said(line.cells)[0]) if isinstance(event, dict) else None
        for line, event in zip(lines, read, strict=True)
    ]
    found = find_known(who, one.integration, at)
    results, events = [], {}
    for place, (event, lead) in enumerate(zip(read, found, strict=True)):
        result = IngestResult(place, Status.REFUSED)
        if isinstance(event, dict) and isinstance(lead, int):
            result.status, result.lead_id = Status.CREATED, lead
            events[place] = event | {"lead": {"id": lead}}
        else:
            wrong = event if isinstance(event, FieldError) else lead
            result.errors = [wrong if isinstance(wrong, FieldError) else _NOTHING]
        results.append(result)
    return results, events


_NOTHING = FieldError(f"/{DID_AT}", "no_date", "Say what happened, and when.")


def take_in(
    one: Import, events: Mapping[int, Mapping[str, Any]], at: datetime
) -> dict[int, IngestResult]:
    """Keep events, each by its place among the lines; what became of each."""
    assert one.integration is not None  # chosen with the columns
    items = list(events.values())
    made = ingest_events(items, integration=one.integration, at=at) if items else []
    return dict(zip(events, made, strict=True))


# --- and back ----------------------------------------------------------------------------------


def take_back(one: Import, lines: Sequence[ImportLine], at: datetime) -> None:
    """Take away the events these lines made, while their import is being undone."""
    made = [line.number for line in lines if line.event_id]
    if not made:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"one": one.pk, "first": min(made), "last": max(made)})
        whose = [lead for (lead,) in cursor.fetchall()]
    news.of_leads(whose, at, spreads=True)
