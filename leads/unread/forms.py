"""What a value means, as somebody says it. The form asks; the verb decides."""

from typing import Any

from django import forms

from leads.handoffs.forms import PRINTABLE
from leads.unread.choices import Asked

LENGTH = 300


class MeaningForm(forms.Form):
    """One of the field's choices, or a text; blank says nothing."""

    def __init__(self, asked: Asked, data: Any = None, *, now: Any = None) -> None:
        super().__init__(data, initial={"means": now})
        if not asked.means:
            return
        if asked.several:
            self.fields["means"] = forms.MultipleChoiceField(
                label="It means",
                required=False,
                choices=asked.choices,
                widget=forms.CheckboxSelectMultiple,
                help_text="None ticked: it says nothing.",
            )
        elif asked.choices:
            self.fields["means"] = forms.ChoiceField(
                label="It means", required=False, choices=[("", "Nothing"), *asked.choices]
            )
        else:
            self.fields["means"] = forms.CharField(
                label="It means",
                required=False,
                max_length=LENGTH,
                validators=[PRINTABLE],
                help_text="Blank: it says nothing.",
                widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            )

    @property
    def value(self) -> Any:
        return self.cleaned_data.get("means")
