"""Sources and campaigns as their page lists them, with how many leads came from each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from leads.models import Lead
from leads.sources.kinds import CAMPAIGNS, Kind
from leads.text import key

# More are found by a word of their name.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One of them as a row of the page; `is_moving` while leads come over from another."""

    row: Any
    leads: int
    leads_url: str
    others: Sequence[str]
    is_moving: bool


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
    counts = leads_of(kind, shown[:SHOWN])
    return [_line(kind, row, counts.get(row.pk, 0)) for row in shown[:SHOWN]], len(shown) > SHOWN


def leads_of(kind: Kind, rows: Sequence[Any]) -> dict[int, int]:
    """How many leads came from each, by id; those the list of leads opens."""
    theirs = Lead.objects.living().filter(**{f"{kind.name}__in": [row.pk for row in rows]})
    return dict(theirs.order_by().values_list(kind.name).annotate(Count("pk")))


def _line(kind: Kind, row: Any, leads: int) -> Line:
    others = row.other_names.all()
    return Line(
        row,
        leads,
        f"{reverse('leads')}?{urlencode({kind.name: row.name})}",
        [other.name for other in others],
        any(other.due_at for other in others),
    )
