"""Leads of a file that the criteria score and do not move yet, so that nothing is handed over."""

from collections.abc import Collection, Sequence
from datetime import datetime

from accounts.models import User
from funnel.stages import Stage
from leadportal.db import rows
from leads import news
from leads.models import Import, Lead, Override
from leads.models.lead import LeadQuerySet

# How the reason of each such hold begins.
IMPORTED = "Imported with “"
# Where the criteria may still move a lead up to sales.
BEFORE_SALES = (Stage.INQUIRY, Stage.LEAD, Stage.MQL)


def held_until(one: Import, at: datetime) -> datetime | None:
    """Until when nothing of this file is handed over; None where that is over, or not asked."""
    return one.hold_until if one.hold_until and one.hold_until > at else None


def hold_new(one: Import, leads: Sequence[int], at: datetime) -> None:
    """Say on each new lead why the criteria do not move it yet."""
    if held_until(one, at):
        _say(one, dict.fromkeys(leads, str(Stage.INQUIRY)), at)


def hold_known(one: Import, leads: Collection[int], at: datetime) -> None:
    """Keep known leads where they stand, unless somebody or something keeps them already."""
    until = held_until(one, at)
    if until is None:
        return
    found = Lead.objects.locked().filter(pk__in=leads, stage__in=BEFORE_SALES)
    free = found.exclude(held_until__gt=at).order_by("pk")
    stages = dict(free.values_list("pk", "stage"))
    Lead.objects.filter(pk__in=stages).update(held_until=until)
    _say(one, stages, at)


def _say(one: Import, stages: dict[int, str], at: datetime) -> None:
    kept = {
        "reason": _reason(one),
        "author_id": one.author_id,
        "created_at": at,
        "ends_at": one.hold_until,
    }
    said = [{"lead_id": pk, "origin": at_, "stage": at_} for pk, at_ in stages.items()]
    rows.insert(Override, [kept | row for row in said])


def _reason(one: Import) -> str:
    return f"{IMPORTED}{one.name}”, to be handed over later"[:300]


def let_go(one: Import, leads: LeadQuerySet, person: User, at: datetime) -> int:
    """Let the criteria decide about those of some leads that this import holds; gives how many."""
    kept = Override.objects.filter(
        lead__in=leads, author=one.author_id, reason=_reason(one), ends_at=one.hold_until
    )
    ids = [*kept.filter(ends_at__gt=at).order_by().values_list("lead", flat=True)]
    list(Lead.objects.locked().filter(pk__in=ids).order_by("pk").values_list("pk"))
    kept.filter(lead__in=ids).update(ends_at=at, ended_by=person)
    Lead.objects.filter(pk__in=ids, held_until=one.hold_until).update(held_until=None)
    news.of_leads(ids, at)
    return len(ids)
