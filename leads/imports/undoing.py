"""Taking an import back: new leads nobody touched become tombstones, changed values are restored,
events go, and who was won or lost stands where they stood before.

A lead is never deleted. Of a removed one the person is taken away, so that the same person may come
again as somebody new; its ledger stays and says why. What people, events or other imports have
added to a lead since is theirs, and the lead stays.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import User
from funnel.stages import LADDER, Actor, Stage
from leadportal.db import clock, rows
from leads import ledger, news
from leads.editing import editing
from leads.imports import activities, outcomes
from leads.imports.holding import IMPORTED, let_go
from leads.ingest.whence import CAME, ORIGIN
from leads.models import (
    Adjustment,
    Alias,
    BantItem,
    Campaign,
    Event,
    ExternalId,
    FollowUp,
    Handoff,
    HandoffState,
    Import,
    ImportLine,
    Lead,
    LeadChange,
    LineStatus,
    Lists,
    Merge,
    Note,
    Nurture,
    Outcome,
    Override,
    Source,
)
from leads.models.campaign import Named

REASON = "The import it came with was undone"
_ATTRIBUTE = "attributes."
# Won and lost without a handoff is what the file said.
_UNWORKED = (*LADDER, Stage.DISQUALIFIED, Stage.WON, Stage.LOST)
_NAMED = ("company", *ORIGIN)
# A line that added something to its lead, which has not been taken back: of people any that found
# them, of what they did and what became of them one that was new.
_BROUGHT = Q(status__in=[LineStatus.CREATED, LineStatus.KEPT]) | Q(
    of__lists=Lists.PEOPLE, status__in=[LineStatus.MATCHED, LineStatus.DUPLICATE]
)
# All else that says who somebody is goes with them (leads/sql/erased.sql).
_NOBODY: Mapping[str, Any] = {"email_key": "", "held_until": None}


def undo_lines(one: Import, lines: Sequence[ImportLine], at: datetime) -> Mapping[str, int]:
    """Undo some lines, in the caller's transaction; how many became what."""
    activities.take_back(one, lines, at)
    match Lists(one.lists):
        case Lists.ACTIVITIES:
            became = _without_events(one, lines, at)
        case Lists.OUTCOMES:
            became = _without_outcomes(one, lines, at)
        case Lists.PEOPLE:
            became = _without_people(one, lines, at)
    rows.update(ImportLine, ["status", "cells"], became)
    return Counter(row["status"] for row in became if row["status"])


def _row(line: ImportLine, status: str) -> dict[str, Any]:
    """How a line stands then; what did not come in any more is as if it had not been checked."""
    return {"id": line.pk, "status": status if line.at else "", "cells": line.cells}


def _without_events(one: Import, lines: Sequence[ImportLine], at: datetime) -> list[dict[str, Any]]:
    assert one.undone_by is not None  # who asked for it
    whose = {line.lead_id for line in lines if line.at and line.lead_id}
    if one.hold_until:
        let_go(one, Lead.objects.filter(pk__in=whose), one.undone_by, at)
    return [_row(line, LineStatus.REMOVED if line.event_id else line.status) for line in lines]


def _without_outcomes(
    one: Import, lines: Sequence[ImportLine], at: datetime
) -> list[dict[str, Any]]:
    back = outcomes.take_back(one, _settled(lines), at)
    became = []
    for line in lines:
        status = line.status
        if line.settled:
            status = LineStatus.RESTORED if line.lead_id in back else LineStatus.KEPT
        became.append(_row(line, status))
    return became


def _settled(lines: Sequence[ImportLine]) -> set[int]:
    return {line.lead_id for line in lines if line.settled and line.lead_id}


def _without_people(one: Import, lines: Sequence[ImportLine], at: datetime) -> list[dict[str, Any]]:
    came = {line.pk: line for line in lines if line.lead_id and line.at}
    mine = [(line.lead_id, line.status) for line in came.values() if line.lead_id]
    new = {lead for lead, status in mine if status == LineStatus.CREATED}
    leads = Lead.objects.locked().filter(pk__in={lead for lead, _ in mine})
    found = {lead.pk: lead for lead in leads.order_by("pk").select_related("judgement")}
    keep = _touched(one, new, found, at)
    _remove(one, [found[pk] for pk in sorted(new - keep)], at)
    outcomes.take_back(one, _settled(lines) - new, at)
    became = []
    for line in lines:
        status = line.status
        if line.at and status == LineStatus.CREATED:
            status = LineStatus.KEPT if line.lead_id in keep else LineStatus.REMOVED
        elif line.at and status in (LineStatus.MATCHED, LineStatus.DUPLICATE):
            status = status if line.lead_id in new else _restored(one, line, found)
        row = _row(line, status)
        became.append(row | {"cells": []} if row["status"] == LineStatus.REMOVED else row)
    return became


def _touched(
    one: Import, leads: Collection[int], found: Mapping[int, Lead], at: datetime
) -> set[int]:
    """Those of the new leads that somebody or something has worked with since."""
    whose = Q(lead__in=leads)
    # Withdrawn by the machine or still open: nobody took it.
    worked = Handoff.objects.filter(whose).exclude(
        Q(state=HandoffState.OPEN) | Q(outcome=Outcome.WITHDRAWN)
    )
    by_import = Q(integration=one.integration, at__lte=one.finished_at or at)
    asked = (
        LeadChange.objects.filter(whose).exclude(by_import),
        Override.objects.filter(whose).exclude(reason__startswith=IMPORTED),
        ImportLine.objects.filter(whose, _BROUGHT, at__isnull=False).exclude(of=one),
        worked,
        Event.objects.filter(whose).exclude(pk__in=_events_of(one, leads)),
        *(model.objects.filter(whose) for model in (Note, FollowUp, BantItem, Nurture)),
        Adjustment.objects.filter(whose),
    )
    touched = {pk for rows_of in asked for pk in rows_of.values_list("lead", flat=True)}
    # Somebody else is a part of them.
    touched |= {*Merge.objects.filter(heir__in=leads).values_list("heir", flat=True)}
    moved = {pk for pk in leads if found[pk].stage not in _UNWORKED}
    return touched | moved


def _events_of(one: Import, leads: Collection[int]) -> list[int]:
    """Those that later lines of the same file brought, and which go when these are undone."""
    mine = one.lines.filter(lead__in=leads, event_id__isnull=False)
    return [pk for pk in mine.order_by().values_list("event_id", flat=True) if pk]


def _remove(one: Import, leads: Sequence[Lead], at: datetime) -> None:
    if not leads:
        return
    assert one.undone_by is not None  # who asked for it
    ids = [lead.pk for lead in leads]
    Handoff.objects.open().filter(lead__in=ids).update(
        state=HandoffState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=at
    )
    Override.objects.filter(lead__in=ids, ends_at__gt=at).update(ends_at=at, ended_by=one.undone_by)
    ExternalId.objects.filter(lead__in=ids).delete()
    moves = [
        move
        for lead in leads
        for move in ledger.moves_to(
            Stage.ERASED,
            lead,
            at=at,
            actor=_actor(one.undone_by),
            person=one.undone_by,
            reason=REASON,
        )
    ]
    ledger.write(moves, dict.fromkeys(ids, _NOBODY))


def _actor(person: User) -> Actor:
    return Actor.MANAGER if person.is_manager else Actor.MARKETING


def _restored(one: Import, line: ImportLine, found: Mapping[int, Lead]) -> LineStatus:
    """Give a known lead back what the line changed, where it still says what the line said."""
    # Of a line that came in.
    assert line.lead_id is not None and line.at is not None and one.integration is not None
    lead = found[line.lead_id]
    if lead.stage == Stage.ERASED:
        return LineStatus.DUPLICATE  # of a line whose lead is gone by now
    if lead.stage == Stage.MERGED:
        return LineStatus.KEPT
    changes = LeadChange.objects.filter(lead=lead, integration=one.integration, at=line.at)
    payload: dict[str, Any] = {}
    stands = True
    for name, (old, new) in ((n, c) for change in changes for n, c in change.fields.items()):
        if name == CAME:
            stands = _take_back_coming(lead, old, new) and stands
        elif name in ORIGIN or str(_now(lead, name)) != str(new):
            # Where somebody came from at first stays, once it is known.
            stands = False
        elif name.startswith(_ATTRIBUTE):
            payload.setdefault("attributes", {})[name.removeprefix(_ATTRIBUTE)] = old
        elif name == "company":
            payload["company"] = {"name": old} if old else None
        else:
            payload[name] = old if old != "" else None
    if payload:
        at = clock.now()
        editing.change(lead, payload, one.integration)
        if "email" in payload:
            _forget_addresses(lead, line.at, at)
    return LineStatus.RESTORED if stands else LineStatus.KEPT


def _forget_addresses(lead: Lead, came: datetime, undone: datetime) -> None:
    """As if the lead had never had the address of the line, and not lost its own to it."""
    by_undo = Q(at__gte=undone, email_key=lead.email_key)
    own = Lead.objects.filter(pk=lead.pk).values("email_key")
    by_line = Q(at=came, email_key__in=own)
    Alias.objects.filter(by_undo | by_line, lead=lead).delete()


def _take_back_coming(lead: Lead, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> bool:
    """Put where they came from last as it was before the line, if they have not come since."""
    if lead.last_came_at is None or lead.last_came_at.isoformat() != new["at"]:
        return False
    before = old or {}
    lead.last_source = _named_now(Source, before.get("source_id"))
    lead.last_campaign = _named_now(Campaign, before.get("campaign_id"))
    lead.last_tags = before.get("tags")
    lead.last_came_at = datetime.fromisoformat(before["at"]) if before else None
    lead.updated_at = clock.now()
    lead.save(
        update_fields=["last_source", "last_campaign", "last_tags", "last_came_at", "updated_at"]
    )
    news.of_leads([lead.pk], lead.updated_at)
    return True


def _named_now(model: type[Named], pk: int | None) -> Named | None:
    """What is called so by now: two names may have become one since."""
    if pk is None:
        return None
    found = model._default_manager.filter(pk=pk).select_related("same_as").first()
    return (found.same_as or found) if found else None


def _now(lead: Lead, name: str) -> Any:
    if name.startswith(_ATTRIBUTE):
        return lead.attributes.get(name.removeprefix(_ATTRIBUTE))
    value = getattr(lead, name)
    return value.name if name in _NAMED and value else value
