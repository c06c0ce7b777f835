"""What a form may ask, and how one answer is read while its author can still correct it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.checks.leads import COMPANY, LEAD
from leads.checks.reading import Wrong
from leads.field_values import read_value
from leads.imports.targets import COMPANY as OF_COMPANY
from leads.imports.targets import FIELD, FULL_NAME
from leads.models import CustomField, FieldType, WebForm

Fields = Mapping[str, CustomField]
# What a stranger says of themselves; the rest is ours to know.
_PERSON = (
    ("email", "Email"),
    (FULL_NAME, "Name"),
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("phone", "Phone"),
    ("job_title", "Job title"),
    ("department", "Department"),
    ("country", "Country"),
    ("city", "City"),
    ("website", "Website"),
    ("linkedin", "LinkedIn"),
)
_COMPANY = (
    ("company.name", "Company"),
    ("company.employees", "How many people work there"),
    ("company.industry", "Industry"),
)
REACHES = frozenset({"email", "phone"})
# What a browser may fill in by itself.
AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    FULL_NAME: "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "job_title": "organization-title",
    "company.name": "organization",
    "city": "address-level2",
    "country": "country-name",
    "website": "url",
}


@dataclass(frozen=True)
class Asked:
    """One question of a form."""

    target: str
    # What it is called here, and what the form asks.
    called: str
    label: str
    help: str
    required: bool
    # Room for several lines.
    is_long: bool
    # Of a defined field.
    field: CustomField | None = None

    @property
    def kind(self) -> str:
        """The type of a defined field; blank for what every lead has."""
        return self.field.type if self.field else ""

    @property
    def is_number(self) -> bool:
        kinds = (FieldType.NUMBER, FieldType.MONEY)
        return self.kind in kinds or self.target == "company.employees"

    @property
    def autocomplete(self) -> str:
        """What a browser may fill in by itself."""
        return AUTOCOMPLETE.get(self.target, "")


def offered(defined: Mapping[str, CustomField]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be asked, in groups, for a list to choose from."""
    fields = [(FIELD + one.name, one.label) for one in defined.values() if not one.is_retired]
    groups = [("Person", list(_PERSON)), ("Company", list(_COMPANY)), ("Fields", fields)]
    return [(label, group) for label, group in groups if group]


def labels(defined: Mapping[str, CustomField]) -> dict[str, str]:
    """What each target is called, also one that is retired and still asked for."""
    fields = {FIELD + one.name: one.label for one in defined.values()}
    return fields | {target: label for _, group in offered(defined) for target, label in group}


def asked(form: WebForm, defined: Mapping[str, CustomField]) -> list[Asked]:
    """The questions of a form in their order, without those about fields that are gone."""
    known = labels(defined)
    return [
        Asked(
            one["target"],
            known[one["target"]],
            one["label"],
            one["help"],
            one["required"],
            one["is_long"],
            defined.get(one["target"].removeprefix(FIELD)),
        )
        for one in form.fields
        if one["target"] in known
    ]


def problem(one: Asked, answer: Any) -> Wrong | None:
    """What is wrong with an answer of which nothing could be kept."""
    try:
        _read(one, answer)
    except Wrong as wrong:
        return wrong if wrong.meant is None else None
    return None


def _read(one: Asked, answer: Any) -> Any:
    if one.field is not None:
        return read_value(one.field, answer)
    if one.target.startswith(OF_COMPANY):
        return COMPANY[one.target.removeprefix(OF_COMPANY)].check(answer)
    return answer if one.target == FULL_NAME else LEAD[one.target].check(answer)


def choices(one: Asked) -> list[str]:
    """What there is to choose from; none where anything may be said."""
    if one.field and one.field.type in (FieldType.CHOICE, FieldType.CHOICES):
        return [one.field.label_of(choice) for choice in one.field.offered]
    return []
