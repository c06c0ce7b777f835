"""Forms of the answers to a rejection. They check what was typed; the domain functions save."""

from typing import Any, cast

from django import forms
from django.utils import timezone

from accounts.models import User
from leadportal.db import clock
from leads.handoffs.forms import PRINTABLE
from leads.models import Answer, Handoff
from leads.nurture.forms import TermsForm

LONGEST = 300


def said(label: str, *, required: str = "", help_text: str = "") -> forms.CharField:
    """A sentence of a person; `required` is what is said where there is none."""
    return forms.CharField(
        label=label,
        required=bool(required),
        help_text=help_text,
        max_length=LONGEST,
        validators=[PRINTABLE],
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": required},
    )


class NurtureForm(TermsForm):
    """Until when a rejected lead waits, as marketing last chose for its reason."""

    text = said("Note", help_text="It stays on the timeline.")

    def __init__(self, *args: Any, handoff: Handoff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if handoff.reason:
            today = timezone.localdate(clock.now())
            self.preset(today, handoff.reason.return_days, handoff.reason.return_event)


class CloseForm(forms.Form):
    """Why a lead is not wanted, if the reason of sales does not say it all."""

    text = said("Why", help_text="It stays on the timeline, with your name.")


class DisputeForm(forms.Form):
    """Why sales should take it, and who decides."""

    text = said("Why sales should take it", required="Say in a sentence why sales should take it.")
    arbiter = forms.ChoiceField(
        label="Who decides",
        error_messages={
            "required": "Name somebody who may decide.",
            "invalid_choice": "Choose one of the managers offered.",
        },
    )

    def __init__(self, *args: Any, arbiters: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arbiters = {str(person.pk): person for person in arbiters}
        choices = [(pk, str(person)) for pk, person in self.arbiters.items()]
        cast(forms.ChoiceField, self.fields["arbiter"]).choices = choices

    def clean_arbiter(self) -> User:
        return self.arbiters[self.cleaned_data["arbiter"]]


class DecideForm(forms.Form):
    """What an arbiter decides, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[
            (Answer.Decision.UPHELD, "Upheld: sales was right, marketing answers"),
            (Answer.Decision.OVERTURNED, "Overturned: back to sales, with a fresh clock"),
            (Answer.Decision.UNCLEAR, "Definition unclear: the case goes into the draft"),
        ],
        widget=forms.RadioSelect(attrs={"autofocus": True}),
        error_messages={"required": "Choose a decision.", "invalid_choice": "Choose a decision."},
    )
    because = said("Because", required="Say in a sentence why you decide so.")
    is_example = forms.BooleanField(
        label="Keep as an example for the criteria",
        required=False,
        help_text="Leads like this one are, or are not, to be handed over.",
    )
