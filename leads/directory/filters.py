"""What lists of what leads name may be narrowed by; for the API and its description."""

import django_filters as filters
from django.db.models import QuerySet

from leadportal.rest.filters import AskedFilters, WholeNumber
from leadportal.world.countries import country_code
from leads.ingest.origins import CAMPAIGN_KEY_MAX, SOURCE_KEY_MAX
from leads.matching import company_key
from leads.models import Campaign, Company, Source
from leads.text import folded_key, key


class SourceFilter(AskedFilters):
    name = filters.CharFilter(
        method="by_name", help_text="The whole name; case, spaces and dashes do not matter."
    )
    channel = filters.MultipleChoiceFilter(
        choices=Source.Channel.choices, distinct=False, help_text="One or more channels."
    )

    class Meta:
        model = Source
        fields: list[str] = []

    def by_name(self, rows: QuerySet[Source], _: str, value: str) -> QuerySet[Source]:
        return rows.filter(pk__in=Source.objects.called(folded_key(value, SOURCE_KEY_MAX)))


class CampaignFilter(AskedFilters):
    name = filters.CharFilter(
        method="by_name", help_text="The whole name; case, spaces and dashes do not matter."
    )
    source = filters.CharFilter(method="by_source", help_text="Name of its source.")

    class Meta:
        model = Campaign
        fields: list[str] = []

    def by_name(self, rows: QuerySet[Campaign], _: str, value: str) -> QuerySet[Campaign]:
        return rows.filter(pk__in=Campaign.objects.called(folded_key(value, CAMPAIGN_KEY_MAX)))

    def by_source(self, rows: QuerySet[Campaign], _: str, value: str) -> QuerySet[Campaign]:
        return rows.filter(source__in=Source.objects.called(folded_key(value, SOURCE_KEY_MAX)))


class CompanyFilter(AskedFilters):
    domain = filters.CharFilter(
        field_name="domain", lookup_expr="iexact", help_text="The registrable domain."
    )
    name = filters.CharFilter(
        method="by_name", help_text="The whole name, with or without its legal form."
    )
    country = filters.CharFilter(method="by_country", help_text="Code or name.")
    industry = filters.CharFilter(method="by_industry", help_text="The whole industry.")
    min_employees = WholeNumber(field_name="employees", lookup_expr="gte")
    max_employees = WholeNumber(field_name="employees", lookup_expr="lte")
    search = filters.CharFilter(
        method="by_words",
        help_text="Words of the name that follow one another; the last may be half.",
    )

    class Meta:
        model = Company
        fields: list[str] = []

    def by_name(self, rows: QuerySet[Company], _: str, value: str) -> QuerySet[Company]:
        return rows.filter(match_key=company_key(value))

    def by_country(self, rows: QuerySet[Company], _: str, value: str) -> QuerySet[Company]:
        return rows.filter(country=country_code(value) or "?")

    def by_industry(self, rows: QuerySet[Company], _: str, value: str) -> QuerySet[Company]:
        return rows.filter(industry_key=key(value))

    def by_words(self, rows: QuerySet[Company], _: str, value: str) -> QuerySet[Company]:
        # From the beginning of a word; reads company_name_trgm.
        return rows.filter(name_key__contains=key(value).rstrip())
