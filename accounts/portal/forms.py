"""Forms of the settings and of API keys. They check what was typed; they save nothing."""

from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.portal.portal import PROMISES, action_for
from accounts.portal.words import LABELS, label, plain_letters, shown
from leadportal.web.shared_forms import Shared
from leadportal.world.countries import COUNTRIES
from leadportal.world.currencies import CURRENCIES

PRINTABLE = RegexValidator(
    r"\A[^\x00-\x1f\x7f]*\Z", "Leave out line breaks and control characters."
)


# Places, and not the many older names of the same zones.
REGIONS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
}


BY_NAME = sorted(COUNTRIES.items(), key=lambda country: plain_letters(country[1]))


ZONES = {"UTC"} | {zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS}


@dataclass(frozen=True)
class SettingsSection:
    """Settings that are shown together, and that the same people may change."""

    title: str
    about: str
    fields: tuple[str, ...]

    @property
    def action(self) -> Action:
        return action_for(self.fields[0])


SECTIONS = (
    SettingsSection(
        "Company",
        "How pages name you, and show money and time",
        ("company_name", "currency", "zone"),
    ),
    SettingsSection(
        "Countries we sell to",
        "The criteria ask for them; none chosen means everywhere",
        ("sells_to",),
    ),
    SettingsSection(
        "Criteria",
        "How patient the machine is, and who may sign",
        ("grace_days", "override_days", "both_hats"),
    ),
    SettingsSection(
        "Promises of sales",
        "Counted from the handoff; open clocks keep theirs",
        PROMISES,
    ),
)


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes that look like ours. Labels hold them, so they need no ids: 249 are many bytes."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["attrs"].pop("id", None)
        option["attrs"]["class"] = "box"
        return option


def whole_number(label: str, what: str, least: int, most: int, example: int) -> forms.IntegerField:
    wrong = f"Enter {what} as a whole number from {least:,} to {most:,}, like {example}."
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        # Not type=number, which would throw away what was typed.
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], wrong),
    )


class SettingsForm(Shared, forms.ModelForm):
    """The settings row. Fields that this person may not change are not in the form at all."""

    company_name = forms.CharField(
        label=LABELS["company_name"],
        max_length=120,
        validators=[PRINTABLE],
        error_messages={"required": "Enter the name of the company, like Brightwater."},
    )
    currency = forms.ChoiceField(
        label=LABELS["currency"],
        choices=[(code, f"{code}, {name}") for code, name in CURRENCIES.items()],
        help_text="Of every amount; changing it converts nothing.",
    )
    zone = forms.ChoiceField(
        label=LABELS["zone"],
        help_text="Of every time on a page, unless a person has another.",
    )
    sells_to = forms.MultipleChoiceField(
        label=LABELS["sells_to"],
        required=False,
        choices=BY_NAME,
        widget=Ticks,
    )
    grace_days = whole_number(LABELS["grace_days"], "the days of grace", 0, 90, 3)
    override_days = whole_number(LABELS["override_days"], "the days of an override", 1, 365, 30)
    both_hats = forms.BooleanField(
        label=LABELS["both_hats"],
        required=False,
        help_text="The version then says so.",
    )
    claim_minutes = whole_number(LABELS["claim_minutes"], "the minutes to claim", 1, 10_080, 30)
    touch_minutes = whole_number(
        LABELS["touch_minutes"], "the minutes to first touch", 1, 20_160, 120
    )
    held_limit = whole_number(LABELS["held_limit"], "the leads a rep may hold", 1, 500, 10)

    class Meta:
        model = Portal
        fields = [name for section in SECTIONS for name in section.fields]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # With the present one, whatever it is called, so that saving something else keeps it.
        cast(forms.ChoiceField, self.fields["zone"]).choices = [
            (zone, zone.replace("_", " ")) for zone in sorted({*ZONES, self.instance.zone})
        ]
        for section in SECTIONS:
            if not policy.can(user, section.action):
                for name in section.fields:
                    del self.fields[name]

    def clean_sells_to(self) -> list[str]:
        return sorted(self.cleaned_data["sells_to"])

    def said(self, name: str, value: Any) -> str:
        return shown(name, value)

    def countries(self) -> str:
        """The ticked ones by name, above the long list of all."""
        return shown("sells_to", self["sells_to"].value() or [])

    def sections(self) -> list[dict[str, Any]]:
        """Each section with its fields to change, or its facts to read."""
        return [
            {
                "section": section,
                "boxes": [self[name] for name in section.fields if name in self.fields],
                "facts": [
                    (label(name), shown(name, getattr(self.instance, name)))
                    for name in section.fields
                    if name not in self.fields
                ],
            }
            for section in SECTIONS
        ]
