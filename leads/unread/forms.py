"""What a value means, as somebody says it. The form asks; the verb decides."""

from typing import Any

from django import forms

from leads.handoffs.forms import PRINTABLE
from leads.unread.choices import Asked

LENGTH = 300


class MeaningForm(forms.Form):
    """One of the field's choices, or a text; or that it says nothing, by a button of its own."""

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
            )
        elif asked.choices:
            self.fields["means"] = forms.ChoiceField(
                label="It means", required=False, choices=[("", "Choose"), *asked.choices]
            )
        else:
            self.fields["means"] = forms.CharField(
                label="It means",
                required=False,
                max_length=LENGTH,
                validators=[PRINTABLE],
                widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            )

    def clean(self) -> None:
        is_blank = self.cleaned_data.get("means") in ("", [])
        if is_blank and not self._says_nothing:
            self.add_error("means", "Say what it means, or that it says nothing.")

    @property
    def _says_nothing(self) -> bool:
        return bool(self.data.get("nothing"))

    @property
    def value(self) -> Any:
        """None: it says nothing."""
        return None if self._says_nothing else self.cleaned_data.get("means")
