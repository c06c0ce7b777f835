"""The forms of a domain, and of a name before the @."""

from django import forms

from accounts.portal.forms import PRINTABLE
from leads.domains.addresses import one_form
from leads.domains.lists import host_of, registrable_domain
from leads.models import DomainKind

_TYPED = {"autofocus": True, "dir": "auto", "autocomplete": "off"}


class DomainForm(forms.Form):
    domain = forms.CharField(
        label="Domain",
        max_length=253,
        validators=[PRINTABLE],
        help_text="Like mailbox.example; what is below it counts as well.",
        widget=forms.TextInput(attrs=_TYPED),
    )
    kind = forms.ChoiceField(label="What it is", choices=DomainKind.choices)

    def clean_domain(self) -> str:
        domain = host_of(self.cleaned_data["domain"]).removeprefix("www.")
        if not registrable_domain(domain):
            raise forms.ValidationError("Give a domain, like mailbox.example.")
        return domain


TEAM, OWN = "team", "own"


class WordForm(forms.Form):
    word = forms.CharField(
        label="Name before the @",
        max_length=64,
        validators=[PRINTABLE],
        help_text="Like biuro; biuro2@ and biuro+fair@ count as well.",
        widget=forms.TextInput(attrs=_TYPED),
    )
    kind = forms.ChoiceField(
        label="Whose it is",
        choices=[(TEAM, "A team’s mailbox"), (OWN, "Somebody’s own")],
    )

    def clean_word(self) -> str:
        word = one_form(self.cleaned_data["word"]).partition("@")[0].partition("+")[0].strip()
        if not word or any(map(str.isspace, word)):
            raise forms.ValidationError("Give one name, like biuro.")
        return word
