"""The forms of a choice. They check what was typed; the verbs have the last word."""

from collections.abc import Sequence
from typing import Any

from django import forms

from leadportal.web.shared_forms import Shared
from leads.models import CustomField
from leads.own_fields.forms import CHOICE, ONE_A_LINE, Lines, line_field

MOST_SPELLINGS = 50


class NewChoiceForm(forms.Form):
    choice = line_field("Choice", CHOICE, attrs={"autofocus": True})
    also = Lines(
        most=MOST_SPELLINGS,
        limit=CHOICE,
        label="Also spelled",
        help_text=f"{ONE_A_LINE} What systems send and it means.",
    )


class ChoiceForm(Shared):
    label = line_field("Label", CHOICE, help_text="What people read.", attrs={"autofocus": True})
    also = Lines(
        most=MOST_SPELLINGS,
        limit=CHOICE,
        label="Also spelled",
        help_text=f"{ONE_A_LINE} What systems send and it means.",
    )
    retired = forms.BooleanField(label="Retired: offered no more, still read", required=False)


class PickChoiceForm(forms.Form):
    """One of the choices that are offered."""

    def __init__(
        self, one: CustomField, data: Any = None, *, label: str, without: Sequence[str] = ()
    ) -> None:
        super().__init__(data)
        choices = [(choice, one.label_of(choice)) for choice in one.offered]
        self.fields["into"] = forms.ChoiceField(
            label=label,
            choices=[("", "Choose"), *(pair for pair in choices if pair[0] not in without)],
        )
