"""What a list of leads or handoffs may be narrowed by; for the API and its description."""

import django_filters as filters

from leadportal.rest.filters import AskedFilters, WholeNumber
from leads.models import Handoff, HandoffState


class HandoffFilter(AskedFilters):
    state = filters.MultipleChoiceFilter(choices=HandoffState.choices)
    queue = filters.CharFilter(field_name="queue__name", lookup_expr="iexact")
    claimed_by = filters.CharFilter(
        field_name="claimed_by__email", lookup_expr="iexact", help_text="Mail of the rep."
    )
    lead = WholeNumber(field_name="lead_id", help_text="Id of the lead.")

    class Meta:
        model = Handoff
        fields: list[str] = []
