"""Forms of the settings and of API keys. They check what was typed; they save nothing."""

from django import forms

from accounts.keys import keys
from accounts.models import Integration, Scope
from accounts.portal.forms import PRINTABLE, Ticks


class KeyForm(forms.Form):
    """A new API key: for which system, to do what, until when."""

    integration = forms.CharField(
        label="System",
        max_length=80,
        validators=[PRINTABLE],
        help_text="What will use the key. Systems keep their own numbers of leads apart.",
        widget=forms.TextInput(attrs={"list": "integrations", "autocomplete": "off"}),
        error_messages={"required": "Enter the system that will use the key, like Website forms."},
    )
    name = forms.CharField(
        label="What for",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        help_text="Helps to tell keys of one system apart, like “contact page”.",
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=[Scope.LEADS_WRITE, Scope.EVENTS_WRITE],
        widget=Ticks,
        error_messages={"required": "Tick at least one thing the key may do."},
    )
    source = forms.CharField(
        label="Source",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        help_text="Of leads that do not name one themselves.",
    )
    strict = forms.BooleanField(
        label="Refuse a lead over one value that is not understood",
        required=False,
        help_text="Else the lead is taken, and the value is kept for people to see.",
    )
    days = forms.TypedChoiceField(
        label="Works for",
        choices=[(30, "30 days"), (90, "90 days"), (365, "1 year"), (730, "2 years")],
        initial=365,
        coerce=int,
    )

    def integrations(self) -> list[str]:
        return list(Integration.objects.values_list("name", flat=True))

    def clean_scopes(self) -> list[str]:
        return keys.known_scopes(self.cleaned_data["scopes"])
