"""Pairs for lists and for the page that compares one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from leads.models import Duplicate, Event, Lead, Merge
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


def alike_for(reader: User) -> ArraySubquery:
    """Who may be the same person as a lead, of those the reader sees, for the page of the lead."""
    mine = Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))
    pairs = Duplicate.objects.open().visible_to(reader).filter(mine)
    said = JSONObject(id="id", first="first_id", second="second_id", why="why")
    return ArraySubquery(pairs.order_by("rank", "pk").values(said=said)[:3])


def merged_into(heirs: Iterable[int]) -> list[int]:
    """All leads that became a part of these, and of those in turn."""
    found: list[int] = []
    ids = list(heirs)
    while ids:
        ids = list(Lead.objects.filter(merged_into__in=ids).values_list("pk", flat=True))
        found += ids
    return found
