"""What filters of lists are made of; for pages, the API and its description."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField


class AskedFilters(filters.FilterSet):
    """Filters of which only those that are asked for are made.

    To copy them all and make a form of them takes longer than to read the rows. The form's
    `cleaned_data` holds no more than what was asked, either.
    """

    base_filters: dict[str, filters.Filter]

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        asked = data or {}
        known = self.base_filters.items()
        self.base_filters = {name: one for name, one in known if name in asked}
        super().__init__(data, *args, **kwargs)


class MomentField(IsoDateTimeField):
    """A moment, in UTC: the edges of the calendar have none, and PostgreSQL knows few offsets."""

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class Moment(filters.IsoDateTimeFilter):
    field_class = MomentField


class WholeNumber(filters.NumberFilter):
    field_class = forms.IntegerField
