"""Which pairs the API lists."""

import django_filters as filters
from django.db.models import Q, QuerySet

from leadportal.rest.filters import AskedFilters, WholeNumber
from leads.models import Duplicate
from leads.models.duplicates import Rank

_RANKS = {rank.label.lower(): rank for rank in Rank}


class DuplicateFilter(AskedFilters):
    rank = filters.ChoiceFilter(
        choices=[(name, name) for name in _RANKS], method="by_rank", help_text="How sure it is."
    )
    lead = WholeNumber(method="by_lead", help_text="Id of one of the two.")

    class Meta:
        model = Duplicate
        fields: list[str] = []

    def by_rank(self, rows: QuerySet[Duplicate], _: str, value: str) -> QuerySet[Duplicate]:
        return rows.filter(rank=_RANKS[value])

    def by_lead(self, rows: QuerySet[Duplicate], _: str, value: int) -> QuerySet[Duplicate]:
        return rows.filter(Q(first=value) | Q(second=value))
