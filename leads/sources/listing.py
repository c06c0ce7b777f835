"""Sources and campaigns as their page lists them, with how many leads came from each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from leads.models import Lead, NameMerge
from leads.sources.kinds import CAMPAIGNS, Kind
from leads.text import key

# More are found by a word of their name.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One of them as a row of the page; `is_moving` while leads come over from another, or back."""

    row: Any
    leads: int
    leads_url: str
    others: Sequence["Other"]
    is_moving: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Another name of one; `merge_id` is how it came to be that, where it can be undone."""

    name: str
    merge_id: int | None


def found(kind: Kind, words: str) -> tuple[list[Line], bool]:
    """Those whose name has the words in the order of names; whether there are more."""
    rows: QuerySet[Any] = kind.model.objects.standing().order_by("name", "pk")
    if words.strip():
        rows = rows.filter(key__contains=key(words).strip())
    others = kind.model.objects.order_by("name")
    rows = rows.prefetch_related(Prefetch("other_names", others))
    if kind is CAMPAIGNS:
        rows = rows.select_related("source")
    shown = list(rows[: SHOWN + 1])
    counts, merges = leads_of(kind, shown[:SHOWN]), _merges(kind, shown[:SHOWN])
    lines = [_line(kind, row, counts.get(row.pk, 0), merges) for row in shown[:SHOWN]]
    return lines, len(shown) > SHOWN


def _merges(kind: Kind, rows: Sequence[Any]) -> dict[tuple[int, bool], int]:
    """Of what was merged, by its id and whether it is parted again and leads are going back."""
    ids = [row.pk for row in rows]
    standing = Q(heir__in=ids, undone_at=None) | Q(row__in=ids, due_at__isnull=False)
    found = NameMerge.objects.filter(standing, kind=kind.name).order_by()
    return {(one.row, one.undone_at is not None): one.pk for one in found}


def leads_of(kind: Kind, rows: Sequence[Any]) -> dict[int, int]:
    """How many leads came from each, by id; those the list of leads opens."""
    theirs = Lead.objects.living().filter(**{f"{kind.name}__in": [row.pk for row in rows]})
    return dict(theirs.order_by().values_list(kind.name).annotate(Count("pk")))


def _line(kind: Kind, row: Any, leads: int, merges: Mapping[tuple[int, bool], int]) -> Line:
    others = row.other_names.all()
    return Line(
        row,
        leads,
        f"{reverse('leads')}?{urlencode({kind.name: row.name})}",
        [Other(other.name, merges.get((other.pk, False))) for other in others],
        (row.pk, True) in merges or any(other.due_at for other in others),
    )
