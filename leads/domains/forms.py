"""The form of a domain."""

from django import forms

from accounts.portal.forms import PRINTABLE
from leads.domains.lists import host_of, registrable_domain
from leads.models import DomainKind


class DomainForm(forms.Form):
    domain = forms.CharField(
        label="Domain",
        max_length=253,
        validators=[PRINTABLE],
        help_text="Like mailbox.example; what is below it counts as well.",
        widget=forms.TextInput(attrs={"autofocus": True, "dir": "auto", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="What it is", choices=DomainKind.choices)

    def clean_domain(self) -> str:
        domain = host_of(self.cleaned_data["domain"]).removeprefix("www.")
        if not registrable_domain(domain):
            raise forms.ValidationError("Give a domain, like mailbox.example.")
        return domain
