from typing import Any

from django import forms

from leads.erasure.erasing import Why


class EraseForm(forms.Form):
    """Why somebody is erased, and what shows that it is they who are meant."""

    why = forms.ChoiceField(
        label="Why",
        choices=Why.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose why.",
            "invalid_choice": "Choose one of the reasons offered.",
        },
    )
    typed = forms.CharField(
        max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, asked_for: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked_for = asked_for
        field = self.fields["typed"]
        field.label = f"Type {asked_for}"
        field.help_text = "So that it is this person and nobody else."
        field.error_messages["required"] = f"Type {asked_for}, as it stands here."

    def clean_why(self) -> Why:
        return Why(self.cleaned_data["why"])

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if " ".join(typed.split()).casefold() != " ".join(self.asked_for.split()).casefold():
            raise forms.ValidationError(
                f"That is somebody else. To erase this person, type {self.asked_for}."
            )
        return typed
