"""The forms of fields. They check what was typed; the verbs have the last word."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.portal.forms import PRINTABLE
from leadportal.web.shared_forms import Shared
from leads.checks import spellings
from leads.models import CustomField, FieldType
from leads.own_fields.forecast import Forecast
from leads.own_fields.words import forecast_said

LABEL, HELP, UNIT, NAME, CHOICE = 80, 200, 20, 60, 120
MOST_CHOICES = 200
ONE_A_LINE = "One a line."


def line_field(label: str, limit: int, **more: Any) -> forms.CharField:
    attrs = {"dir": "auto", "autocomplete": "off"} | more.pop("attrs", {})
    return forms.CharField(
        label=label,
        max_length=limit,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=attrs),
        **more,
    )


class _Area(forms.Textarea):
    """Several values are as many lines, as `Shared.against` posts what somebody else saved."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return "\n".join(data.getlist(name)) if name in data else None


class Lines(forms.CharField):
    """Several short texts, one a line, as a list; none twice."""

    def __init__(self, *, most: int, limit: int, **more: Any) -> None:
        area = _Area(attrs={"rows": 5, "dir": "auto"})
        super().__init__(required=False, widget=area, **more)
        self.most, self.limit = most, limit

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return list(dict.fromkeys(text for line in lines if (text := " ".join(line.split()))))

    def validate(self, value: Any) -> None:
        if len(value) > self.most:
            raise forms.ValidationError(f"At most {self.most} fit here.")
        if any(len(line) > self.limit for line in value):
            raise forms.ValidationError(f"Each has at most {self.limit} characters.")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class _Named(Shared):
    label = line_field("Label", LABEL, help_text="What people read.", attrs={"autofocus": True})
    name = line_field(
        "Name in the API",
        NAME,
        required=False,
        help_text="Letters, digits and _. Where none is given, it is made of the label.",
        attrs={"dir": "ltr", "spellcheck": "false"},
    )

    def clean(self) -> None:
        typed = self.cleaned_data
        if not typed.get("name") and typed.get("label"):
            typed["name"] = spellings.name(typed["label"]).lower()
            if not typed["name"]:
                self.add_error("name", "Give a name in letters, like team_size.")


class FieldForm(_Named):
    """What is said of a field beside its type."""

    help = line_field("Help", HELP, required=False, help_text="Shown to who fills it in.")
    unit = line_field("Unit", UNIT, required=False, help_text="Of numbers, like people or months.")
    field_order = ["label", "name", "help", "unit"]


class _Typed(forms.Form):
    """Which type; each with what it would read of what is there."""

    choices = Lines(
        most=MOST_CHOICES,
        limit=CHOICE,
        label="Choices",
        help_text=f"{ONE_A_LINE} For the two types of choices.",
    )

    def __init__(self, *args: Any, forecasts: Iterable[Forecast] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"] = forms.ChoiceField(
            label="Type",
            choices=[(one.type, _said(one)) for one in forecasts] or FieldType.choices,
            widget=forms.RadioSelect,
        )

    def clean(self) -> None:
        super().clean()
        of_choices = self.cleaned_data.get("type") in (FieldType.CHOICE, FieldType.CHOICES)
        if of_choices and not self.cleaned_data.get("choices") and "choices" not in self.errors:
            self.add_error("choices", "Name the choices, one a line.")


def _said(one: Forecast) -> str:
    reads = forecast_said(one)
    return f"{one.type.label}: {reads}" if reads else str(one.type.label)


class NewFieldForm(_Typed, FieldForm):
    field_order = ["label", "name", "type", "choices", "help", "unit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class TypeForm(_Typed, Shared):
    field_order = ["type", "choices"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def said(self, name: str, value: Any) -> str:
        return FieldType(value).label if name == "type" else super().said(name, value)


class SameForm(forms.Form):
    """Which field an attribute is."""

    def __init__(self, standing: Iterable[CustomField], data: Any = None) -> None:
        super().__init__(data)
        choices = [(str(one.pk), one.label) for one in standing]
        self.fields["field"] = forms.ChoiceField(
            label="It is the same as", choices=[("", "Choose"), *choices]
        )
