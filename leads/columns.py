"""Every column of a lead and its company that somebody may tell us, each told once.

One more is a field of the model, its migration and a row here. From the rows come what may be
sent and its schema (leads/checks), what ingest writes (leads/ingest), the facts of the criteria
with their SQL (leads/facts), what the API answers and its schema (leads/lead/answers.py), and what
the page of a lead shows under which label (leads/lead/words).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property
from typing import Any, cast

from django.db.models import Field as ModelField
from django.db.models import ForeignKey
from django.utils.html import format_html

from funnel.vocabulary.facts import Fact, uncapital
from funnel.vocabulary.operators import FactType
from leadportal.look import formats
from leadportal.world.countries import COUNTRIES
from leads.checks.reading import Field
from leads.checks.values import AMOUNT, COUNTRY, EMAIL, phone, text, web_address, whole_between
from leads.matching import international_phone
from leads.models import Company, Lead
from leads.text import key

TEXT, NUMBER, MONEY, CHOICE = FactType.TEXT, FactType.NUMBER, FactType.MONEY, FactType.CHOICE
# Where a text has no column for its twin: under its name among the twins of the custom fields.
AMONG_ATTRIBUTES = "attribute_keys"


class Merge(Enum):
    """What a value that comes in does to the one that is there."""

    OVERWRITES = "the newest word counts, but what a person typed stands"
    # The name of a row of another table, found or made by leads/ingest/origins.py.
    POINTS = "the first stands; what comes later is kept beside (leads/ingest/whence.py)"
    # Written by whoever finds out who is meant (leads/ingest/leads.py, leads/ingest/companies.py).
    IDENTIFIES = "as identity allows"


class Section(StrEnum):
    """A list of facts on the page of a lead."""

    CONTACT = "Contact"
    ORIGIN = "Where it came from"
    COMPANY = "Company"


OVERWRITES, POINTS, IDENTIFIES = Merge
CONTACT, ORIGIN, COMPANY = Section
_COUNTRIES = tuple(COUNTRIES.items())


@dataclass(frozen=True)
class Column:
    """How one column comes in, is kept, asked about, answered and shown."""

    of: type[Lead] | type[Company]
    # In the model, the API and the changes of a lead.
    name: str
    label: str
    kind: FactType
    # What may be sent.
    check: Field
    merge: Merge
    # The column of the normalised text that SQL compares. A text without one is compared as it is
    # written but for case: an address, a number.
    twin: str = ""
    # How it is written, given the country of who it is about.
    stored: Callable[[Any, str], Any] | None = None
    # None where the page has it elsewhere (in the heading, under "Where") or not at all.
    section: Section | None = None
    shown: Callable[[Any], Any] | None = None
    # Of its fact; the label is that of the page where nothing else is said.
    fact_label: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    grouped: bool = True

    @cached_property
    def fact(self) -> Fact:
        """What the criteria call it: "job_title", "company_industry", "company"."""
        name = self.name
        if self.of is Company:
            name = "company" if name == "name" else f"company_{name}"
        label = self.fact_label or self.label
        return Fact(name, self.kind, label, self.unit, self.choices, grouped=self.grouped)

    @cached_property
    def field(self) -> "ModelField[Any, Any]":
        return self._field(self.name)

    def _field(self, name: str) -> "ModelField[Any, Any]":
        return cast("ModelField[Any, Any]", self.of._meta.get_field(name))

    @property
    def is_plain(self) -> bool:
        """A text that is compared as it is written, but for case."""
        return self.kind is TEXT and not self.twin and self.merge is not Merge.POINTS

    @cached_property
    def blank(self) -> Any:
        """What stands there as long as nobody told us."""
        return None if self.field.null else ""

    @cached_property
    def twin_length(self) -> int:
        return self._field(self.twin).max_length or 0

    def twin_of(self, value: str) -> str:
        return key(value, self.twin_length)

    def to_store(self, value: Any, country: str) -> Any:
        return self.stored(value, country) if self.stored else value

    def told(self, row: Lead | Company) -> Any:
        """The value as the API answers it; None where it is not known."""
        value = getattr(row, self.name)
        if value == "" or value is None:
            return None
        return value.name if isinstance(self.field, ForeignKey) else value

    def on_page(self, value: Any) -> Any:
        if self.shown:
            return self.shown(value)
        return formats.number(value) if self.kind is NUMBER and self.grouped else str(value)


def _link(address: str) -> str:
    return format_html(
        '<a class="link" href="{}" rel="nofollow noreferrer">{}</a>', address, address
    )


def _lead(
    name: str,
    label: str,
    kind: FactType,
    check: Field,
    merge: Merge = OVERWRITES,
    **more: Any,
) -> Column:
    return Column(Lead, name, label, kind, check, merge, **more)


def _company(
    name: str,
    label: str,
    kind: FactType,
    check: Field,
    merge: Merge = OVERWRITES,
    *,
    section: Section | None = COMPANY,
    fact_label: str = "",
    **more: Any,
) -> Column:
    fact_label = fact_label or f"Company {uncapital(label)}"
    return Column(
        Company, name, label, kind, check, merge, section=section, fact_label=fact_label, **more
    )


LEAD_COLUMNS = (
    _lead("email", "Email", TEXT, EMAIL, IDENTIFIES, section=CONTACT, fact_label="E-mail"),
    _lead("phone", "Phone", TEXT, phone(40), stored=international_phone, section=CONTACT),
    _lead("first_name", "First name", TEXT, text(100), twin=AMONG_ATTRIBUTES),
    _lead("last_name", "Last name", TEXT, text(100), twin=AMONG_ATTRIBUTES),
    _lead("job_title", "Job title", TEXT, text(160), twin="job_title_key"),
    _lead("department", "Department", TEXT, text(120), twin="department_key", section=CONTACT),
    _lead("website", "Website", TEXT, web_address(300), section=CONTACT, shown=_link),
    _lead("linkedin", "LinkedIn", TEXT, web_address(300), section=CONTACT, shown=_link),
    _lead("country", "Country", CHOICE, COUNTRY, choices=_COUNTRIES),
    _lead("city", "City", TEXT, text(100), twin="city_key"),
    _lead("source", "Source", TEXT, text(80), POINTS, section=ORIGIN),
    _lead("campaign", "Campaign", TEXT, text(120), POINTS, section=ORIGIN),
    _lead("estimated_value", "Estimated value", MONEY, AMOUNT),
)
COMPANY_COLUMNS = (
    _company("name", "Name", TEXT, text(200), IDENTIFIES, twin="name_key", fact_label="Company"),
    _company("industry", "Industry", TEXT, text(120), twin="industry_key", fact_label="Industry"),
    _company(
        "employees",
        "People",
        NUMBER,
        whole_between(0, 2**31 - 1),
        unit="people",
        fact_label="Company size",
    ),
    _company("founded", "Founded", NUMBER, whole_between(500, 2199), grouped=False),
    _company("phone", "Phone", TEXT, phone(40), stored=international_phone),
    _company("domain", "Domain", TEXT, text(253, names=True), IDENTIFIES),
    _company("country", "Country", CHOICE, COUNTRY, choices=_COUNTRIES, section=None),
)
COLUMNS = LEAD_COLUMNS + COMPANY_COLUMNS
# Of a lead, and never sent as such: where it came from the last time. Where it came once, the page
# has nothing to add, and facts and the API tell the first time.
KEPT_COLUMNS = (
    _lead("last_source", "Last source", TEXT, text(80), POINTS, section=ORIGIN),
    _lead("last_campaign", "Last campaign", TEXT, text(120), POINTS, section=ORIGIN),
)
