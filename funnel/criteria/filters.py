"""What a list of versions may be narrowed by; for the API and its description."""

import django_filters as filters

from funnel.models import CriteriaVersion, VersionState


class CriteriaFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(
        choices=VersionState.choices, distinct=False, help_text="One or more states."
    )

    class Meta:
        model = CriteriaVersion
        fields: list[str] = []
