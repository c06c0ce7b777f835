"""What somebody of ours notes of what a person said to them."""

from typing import Any

from django import forms

from leads import words as phrases
from leads.consent import MARKETING, SALES, SCORING
from leads.follow_ups.forms import PRINTABLE
from leads.models import ConsentPurpose, Lead

YES, NO = "yes", "no"
# Offered beside those of the lead.
OFFERED = 100


class SaidForm(forms.Form):
    """One word on one purpose, as it was said just now."""

    purpose = forms.ChoiceField(label="About")
    given = forms.ChoiceField(
        label="They said",
        choices=[(NO, "No: do it no more"), (YES, "Yes: they agree")],
    )
    channel = forms.CharField(
        label="How they said it",
        max_length=80,
        validators=[PRINTABLE],
        help_text="Like “by phone”. It is kept as proof, with your name.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": "Say how, like by phone."},
    )
    text = forms.CharField(
        label="In their words",
        required=False,
        max_length=2000,
        validators=[PRINTABLE],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        super().__init__(data)
        names = ConsentPurpose.objects.values_list("name", flat=True)[:OFFERED]
        own = {MARKETING, SALES, *names, *lead.consent} - {SCORING}
        offered = [(name, phrases.purpose(name).capitalize()) for name in sorted(own)]
        self.fields["purpose"].choices = [*offered, (SCORING, "Being scored")]  # type: ignore[attr-defined]
        self.initial = {"purpose": MARKETING, "given": NO}

    @property
    def payload(self) -> dict[str, Any]:
        """As the API would be sent it."""
        word = {
            "given": self.cleaned_data["given"] == YES,
            "channel": self.cleaned_data["channel"],
            "text": self.cleaned_data["text"],
        }
        return {"consent": {self.cleaned_data["purpose"]: word}}
