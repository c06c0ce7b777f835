"""What a list of events may be narrowed by; for the API and its description."""

import django_filters as filters

from leadportal.rest.filters import AskedFilters, Moment, WholeNumber
from leads.models import Event


class EventFilter(AskedFilters):
    lead = WholeNumber(field_name="lead_id", help_text="Id of the lead.")
    type = filters.CharFilter(help_text="Its type, like `demo_request`.")
    since = Moment(field_name="occurred_at", lookup_expr="gte", help_text="Then or later.")
    until = Moment(field_name="occurred_at", lookup_expr="lt", help_text="Before then.")

    class Meta:
        model = Event
        fields: list[str] = []
