"""The facts that every installation has beside the columns of its record."""

from funnel.stages import LIVING
from funnel.vocabulary.facts import NOT_IN_RULES, Fact, Use, Vocabulary, consent, days_since
from funnel.vocabulary.operators import FactType
from leadportal.world.countries import COUNTRIES
from leadportal.world.regions import REGIONS, SALES_AREAS

_STAGES = tuple((stage.value, stage.label) for stage in LIVING)
_EMAIL_KINDS = (
    ("work", "a work address"),
    ("free", "a free mailbox"),
    ("role", "a role address"),
    ("disposable", "a disposable address"),
)
_COUNTRIES = tuple(COUNTRIES.items())
_REGIONS = tuple((name, name) for name in REGIONS)
_SALES_AREAS = tuple((name, name) for name in SALES_AREAS)
_GRADES = tuple((f"{fit}{intent}", f"{fit}{intent}") for fit in "ABCD" for intent in "1234")

_CREATED = Fact("created", FactType.DATE, "Created")

STANDARD = Vocabulary(
    {
        fact.name: fact
        for fact in (
            Fact("email_kind", FactType.CHOICE, "E-mail address", choices=_EMAIL_KINDS),
            Fact(
                "country_we_sell_to",
                FactType.YES_NO,
                "In a country we sell to",
                choices=_COUNTRIES,
            ),
            Fact("region", FactType.CHOICE, "Region", choices=_REGIONS),
            Fact("sales_area", FactType.CHOICE, "Sales area", choices=_SALES_AREAS),
            _CREATED,
            days_since(_CREATED),
            Fact("cycle", FactType.NUMBER, "Cycle"),
            Fact("company_region", FactType.CHOICE, "Company region", choices=_REGIONS),
            Fact("company_sales_area", FactType.CHOICE, "Company sales area", choices=_SALES_AREAS),
            consent("marketing"),
            consent("sales", "Consent to sales contact"),
            Fact("days_active", FactType.COUNT, "Days active", unit="days", takes_window=True),
            Fact("last_active", FactType.COUNT, "Days since last active", unit="days"),
            Fact(
                "days_since", FactType.COUNT, "Days since the event", unit="days", takes_event=True
            ),
            Fact(
                "colleagues_active",
                FactType.COUNT,
                "Active colleagues",
                unit="people",
                takes_window=True,
            ),
            Fact("fit", FactType.NUMBER, "Fit", unit="points", uses=NOT_IN_RULES),
            Fact("intent", FactType.NUMBER, "Intent", unit="points", uses=NOT_IN_RULES),
            Fact("total", FactType.NUMBER, "Score", unit="points", uses=NOT_IN_RULES),
            Fact("grade", FactType.CHOICE, "Grade", choices=_GRADES, uses=NOT_IN_RULES),
            Fact("stage", FactType.CHOICE, "Stage", choices=_STAGES, uses=frozenset({Use.ROUTING})),
        )
    }
)
