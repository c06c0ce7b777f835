"""The form of a reason. It checks what was typed; the domain saves."""

from django import forms

from accounts.portal.forms import PRINTABLE
from funnel.models import Reason
from leadportal.web.shared_forms import Shared


class ReasonForm(Shared):
    """What a rep reads, and what marketing is offered first as its answer."""

    label = forms.CharField(
        label="Reason",
        max_length=80,
        validators=[PRINTABLE],
        help_text="As a rep reads it, like “Too small for us”.",
        widget=forms.TextInput(attrs={"autofocus": True, "dir": "auto", "autocomplete": "off"}),
        error_messages={"required": "Enter the reason, like “Too small for us”."},
    )
    family = forms.ChoiceField(
        label="Family",
        choices=Reason.Family.choices,
        help_text="“Other” asks the rep for a note.",
        error_messages={"invalid_choice": "Choose one of the families offered."},
    )
    destination = forms.ChoiceField(
        label="Marketing usually answers with",
        choices=Reason.Destination.choices,
        initial=Reason.Destination.NURTURE,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose nurture or close.",
            "invalid_choice": "Choose nurture or close.",
        },
    )
    may_return = forms.BooleanField(
        label="“May come back later” is ticked when it is chosen", required=False, initial=True
    )
