"""The form of a company. The checks of the API read what was typed; the verb has the last word."""

from typing import Any

from django import forms

from accounts.portal.forms import PRINTABLE
from leadportal.web.shared_forms import Shared
from leads.checks.leads import COMPANY
from leads.checks.reading import FieldError, Wrong
from leads.columns import COMPANY_COLUMNS
from leads.companies.keeping import EDITED
from leads.domains.lists import site_domain
from leads.editing import words
from leads.models import Company

_COLUMNS = {column.name: column for column in COMPANY_COLUMNS}
_NUMBERS = ("employees", "founded")


def known(company: Company) -> dict[str, Any]:
    """What is there, as the form compares it."""
    return {name: getattr(company, name) for name in EDITED}


class CompanyForm(Shared):
    """What a person says of a company; `cleaned_data` is as it is stored."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in EDITED:
            self.fields[name] = _field(name)

    def clean(self) -> None:
        typed = self.cleaned_data
        for name in EDITED:
            if name not in typed:
                continue
            try:
                value = COMPANY[name].check(typed[name]) if typed[name] else None
            except Wrong as wrong:
                error = FieldError(f"/{name}", wrong.code, wrong.detail)
                self.add_error(name, words.refused(error))
                continue
            column = _COLUMNS[name]
            blank = column.blank
            typed[name] = blank if value is None else column.to_store(value, typed["country"])
        if (domain := typed.get("domain")) and not self._is_as_read(domain):
            typed["domain"] = site_domain(domain)
            if not typed["domain"]:
                self.add_error("domain", "That is no domain of one company alone.")

    def _is_as_read(self, domain: str) -> bool:
        return bool(domain == self.initial.get("domain"))


def _field(name: str) -> forms.Field:
    column = _COLUMNS[name]
    if column.choices:
        choices = [("", "Not known"), *column.choices]
        return forms.ChoiceField(label=column.label, required=False, choices=choices)
    attrs = {"autocomplete": "off", "dir": "auto"}
    if name in _NUMBERS:
        attrs["inputmode"] = "numeric"
    return forms.CharField(
        label=column.label,
        required=name == "name",
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=attrs),
    )
