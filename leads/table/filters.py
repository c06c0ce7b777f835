"""What a list of leads or handoffs may be narrowed by; for the API and its description."""

from datetime import datetime
from decimal import Decimal

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import ApiKey, User
from funnel.stages import Stage
from leadportal.rest.filters import AskedFilters, Moment, WholeNumber
from leadportal.web.answers import id_number
from leadportal.world.countries import country_code
from leads import phones
from leads.ingest.identity import find_leads
from leads.ingest.origins import CAMPAIGN_KEY_MAX, SOURCE_KEY_MAX
from leads.ledger import UNDONE
from leads.matching import company_key, email_identity
from leads.metrics.catalogue import STEPS, UNDOABLE
from leads.models import (
    Campaign,
    ExternalId,
    Handoff,
    ImportLine,
    Lead,
    LineStatus,
    Source,
    StageChange,
    UnreadValue,
)
from leads.models.lead import LeadQuerySet
from leads.text import folded_key, has_words

# More with one number are told apart by nobody.
MOST_NUMBERS = 200
# The steps of the funnel, each with all behind it; and what leads off it.
FURTHER = [Stage(step.stage) for step in STEPS if step.stage]
REACHED = [(one.value, one.label) for one in (*FURTHER, Stage.REJECTED)]


class LeadFilter(AskedFilters):
    stage = filters.MultipleChoiceFilter(
        choices=Stage.choices, distinct=False, help_text="One or more stages."
    )
    reached = filters.ChoiceFilter(
        choices=REACHED,
        method="by_reached",
        help_text="How far they ever got: to a stage or past it, or sent back by Sales.",
    )
    no_source = filters.BooleanFilter(
        field_name="source", lookup_expr="isnull", help_text="Whose source nobody told."
    )
    parked = filters.BooleanFilter(
        method="by_parked", help_text="Whose scoring failed; they keep the judgement they had."
    )
    not_understood = filters.CharFilter(
        method="by_not_understood",
        help_text="Whose value was not understood: system/field/value, as the page links it.",
    )
    source = filters.CharFilter(method="by_source", help_text="Name of a source.")
    campaign = filters.CharFilter(method="by_campaign", help_text="Name of a campaign.")
    last_source = filters.CharFilter(
        method="by_source", help_text="Name of the source by which they came again last."
    )
    last_campaign = filters.CharFilter(
        method="by_campaign", help_text="Name of the campaign by which they came again last."
    )
    email = filters.CharFilter(method="by_email", help_text="The whole address.")
    phone = filters.CharFilter(method="by_phone", help_text="The whole number, in any spelling.")
    external_id = filters.CharFilter(
        method="by_external_id", help_text="Your own id of it; a person's question: anybody's."
    )
    country = filters.CharFilter(method="by_country", help_text="Code or name.")
    company = filters.CharFilter(
        method="by_company", help_text="Name or domain of the company they work for."
    )
    owner = filters.CharFilter(method="by_owner", help_text="Mail of the rep.")
    queue = filters.CharFilter(method="by_queue", help_text="Name of the queue they wait in.")
    min_total = WholeNumber(field_name="judgement__total", lookup_expr="gte")
    max_total = WholeNumber(field_name="judgement__total", lookup_expr="lte")
    imported = WholeNumber(method="by_import", help_text="Number of the import they are new with.")
    import_updated = WholeNumber(
        method="by_import", help_text="Number of an import that found them known already."
    )
    created_since = Moment(field_name="created_at", lookup_expr="gte")
    created_until = Moment(field_name="created_at", lookup_expr="lt")
    updated_since = Moment(
        method="by_updated_since",
        help_text="Whose `updated_at` is then or later. It moves with every field, with the stage,"
        " the owner, and each time the lead is judged anew (score, grade, criteria version, or news"
        " of its company). What is being written as you ask shows a moment later: who polls asks"
        " from a minute before the last time.",
    )
    updated_until = Moment(
        method="by_updated_until", help_text="Whose `updated_at` is before that."
    )
    search = filters.CharFilter(
        method="by_words",
        help_text="Words of the name, the mail, the company or the phone; or an external id.",
    )

    class Meta:
        model = Lead
        fields: list[str] = []

    def by_reached(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        stages = [value] if value == Stage.REJECTED else FURTHER[FURTHER.index(Stage(value)) :]
        after = StageChange.objects.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))
        moved = StageChange.objects.filter(lead=OuterRef("pk"), target__in=stages).alias(
            after=Coalesce(Subquery(after.order_by("pk").values("reason")[:1]), Value(""))
        )
        return leads.filter(Exists(moved.exclude(target__in=UNDOABLE, after=UNDONE)))

    def by_parked(self, leads: QuerySet[Lead], _: str, value: bool) -> QuerySet[Lead]:
        return leads.exclude(judgement__parked_error="") if value else leads

    def by_not_understood(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        system, field, key = [*value.split("/", 2), "", ""][:3]
        said = UnreadValue.objects.filter(
            integration=id_number(system) or 0, field=field, value_key=key
        )
        return leads.filter(pk__in=said.values("lead"))

    def by_source(self, leads: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        named = Source.objects.called(folded_key(value, SOURCE_KEY_MAX))
        return leads.filter(**{f"{name}__in": named})

    def by_campaign(self, leads: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        named = Campaign.objects.called(folded_key(value, CAMPAIGN_KEY_MAX))
        return leads.filter(**{f"{name}__in": named})

    def by_email(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        kind, key = email_identity(value.strip())
        if key:
            # Also by an address they had before, or of who became a part of them.
            return leads.filter(pk__in=find_leads(None, mails=[key]).by_mail.values())
        return leads.filter(has_words(value), email__iexact=value.strip())

    def by_phone(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        digits = {phones.search_digits(one) for one in (value, *phones.spellings(value))}
        numbers = leads.filter(has_words(value)).exclude(phone="").values_list("pk", "phone")
        alike = dict(numbers[:MOST_NUMBERS])
        found = {pk for pk, phone in alike.items() if phones.search_digits(phone) in digits}
        return leads.filter(pk__in=found)

    def by_external_id(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        named = ExternalId.objects.filter(value=value)
        if isinstance(key := getattr(self.request, "auth", None), ApiKey):
            named = named.filter(integration=key.integration_id)
        return leads.filter(pk__in=named.values("lead"))

    def by_country(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        return leads.filter(country=country_code(value) or "?")

    def by_company(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        if "." in value and " " not in value:
            return leads.filter(company__domain=value.lower())
        return leads.filter(company__match_key=company_key(value))

    def by_owner(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        # By id, so that the planner knows how few leads it is.
        owner = User.objects.filter(email=value.lower()).values_list("pk", flat=True).first()
        return leads.filter(owner=owner) if owner else leads.none()

    def by_queue(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        waiting = Handoff.objects.open().filter(queue__name__iexact=value, lead=OuterRef("pk"))
        return leads.filter(Exists(waiting))

    def by_import(self, leads: QuerySet[Lead], name: str, value: Decimal) -> QuerySet[Lead]:
        status = LineStatus.CREATED if name == "imported" else LineStatus.MATCHED
        lines = ImportLine.objects.filter(of=int(value) % 2**31, status=status)
        return leads.filter(pk__in=lines.values("lead"))

    def by_updated_since(self, leads: LeadQuerySet, _: str, value: datetime) -> QuerySet[Lead]:
        return leads.changed_since(value)

    def by_updated_until(self, leads: LeadQuerySet, _: str, value: datetime) -> QuerySet[Lead]:
        return leads.unchanged_since(value)

    def by_words(self, leads: QuerySet[Lead], _: str, value: str) -> QuerySet[Lead]:
        return leads.filter(has_words(value))
