"""Pairs for lists and for the page that compares one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from accounts.models import User
from leads.models import Duplicate, Event, Merge
from leads.models.duplicates import UNMERGE_LASTS, DuplicateQuerySet, Rank

# What a row shows of each lead comes with the pair.
SHOWN = [f"{one}__{of}" for one in ("first", "second") for of in ("company", "owner", "judgement")]


def listed(reader: User) -> DuplicateQuerySet:
    """The pairs this person may look at, with what a row shows."""
    return Duplicate.objects.visible_to(reader).select_related(*SHOWN, "decided_by")


def counts(reader: User) -> dict[int, int]:
    """How many open pairs there are of each rank."""
    rows = Duplicate.objects.open().visible_to(reader).order_by().values_list("rank")
    found: dict[int, int] = dict(rows.annotate(Count("pk")))
    return {rank: found.get(rank, 0) for rank in Rank}


def undoable(at: datetime) -> QuerySet[Merge]:
    """The merges that can still be undone, newest first."""
    rows = Merge.objects.filter(undone_at=None, at__gt=at - UNMERGE_LASTS)
    return rows.select_related("lead", "heir", "by")


def merge_of(pair: Duplicate) -> Merge | None:
    """The merge that a pair became, if it still stands."""
    ends = {pair.first_id, pair.second_id}
    rows = Merge.objects.filter(lead__in=ends, heir__in=ends, undone_at=None)
    return rows.select_related("lead", "heir", "by").first()


def did(pair: Duplicate) -> Mapping[int, Mapping[str, Any]]:
    """What each of the two has done: how many events, and the last of them."""
    ids = (pair.first_id, pair.second_id)
    rows = Event.objects.filter(lead__in=ids).order_by().values("lead")
    found = {row["lead"]: row for row in rows.annotate(n=Count("pk"), last=Max("occurred_at"))}
    return {pk: found.get(pk, {"n": 0, "last": None}) for pk in ids}
