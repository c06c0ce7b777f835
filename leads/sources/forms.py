"""The forms of sources and campaigns. They check what was typed; the verbs have the last word."""

from typing import Any, cast

from django import forms

from accounts.portal.forms import PRINTABLE
from leadportal.web.shared_forms import Shared
from leads.checks.amounts import AmountField
from leads.models import Campaign, Source
from leads.sources.kinds import CAMPAIGNS, Kind


def _name(label: str, length: int, **more: Any) -> forms.CharField:
    attrs = {"autofocus": True, "dir": "auto", "autocomplete": "off"} | more.pop("attrs", {})
    return forms.CharField(
        label=label,
        max_length=length,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=attrs),
        **more,
    )


def _length(model: Any) -> int:
    return int(model._meta.get_field("name").max_length)


_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SourceForm(Shared):
    name = _name("Name", _length(Source), help_text="As it is sent, or as people call it.")
    channel = forms.ChoiceField(
        label="Channel", choices=Source.Channel.choices, initial=Source.Channel.OTHER
    )


class CampaignForm(Shared):
    name = _name("Name", _length(Campaign), help_text="As it is sent, or as people call it.")
    starts_on = forms.DateField(
        label="Starts",
        required=False,
        widget=_DAY,
    )
    ends_on = forms.DateField(
        label="Ends",
        required=False,
        widget=_DAY,
    )
    spend = AmountField(label="Spent", required=False)

    def read(self) -> dict[str, Any]:
        """With days and money as they are, not as JSON has them."""
        return {
            name: value if name == "name" else self.fields[name].to_python(value)
            for name, value in super().read().items()
        }

    def clean(self) -> None:
        starts, ends = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "It ends before it starts.")


def of(kind: Kind) -> type[Shared]:
    return CampaignForm if kind is CAMPAIGNS else SourceForm


class MergeForm(forms.Form):
    """Which one it is: by any of its names, offered while one types."""

    def __init__(self, kind: Kind, data: Any = None) -> None:
        super().__init__(data)
        self.kind, self.heir = kind, cast(Any, None)
        self.fields["into"] = _name(
            f"It is the same {kind.name} as",
            _length(kind.model),
            help_text="The name that stays.",
            attrs={"list": "offered-names"},
        )

    def clean_into(self) -> str:
        name: str = self.cleaned_data["into"]
        self.heir = self.kind.called(name)
        if self.heir is None:
            raise forms.ValidationError(f"No {self.kind.name} is called so.")
        return name
