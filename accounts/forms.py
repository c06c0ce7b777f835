"""Forms of the settings and of API keys. They check what was typed; they save nothing."""

from dataclasses import dataclass
from typing import Any
from unicodedata import combining, normalize
from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator

from accounts import keys, policy
from accounts.countries import COUNTRIES, country_name
from accounts.currencies import CURRENCIES
from accounts.models import Integration, Portal, Scope, User
from accounts.policy import Action
from accounts.portal import PROMISES

PRINTABLE = RegexValidator(
    r"\A[^\x00-\x1f\x7f]*\Z", "Leave out line breaks and control characters."
)


# Places, and not the many older names of the same zones.
REGIONS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
}
ZONES = {"UTC"} | {zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS}


@dataclass(frozen=True)
class Section:
    """Settings that are shown together, and what a person must be allowed to change them."""

    title: str
    about: str
    fields: tuple[str, ...]
    action: Action


SECTIONS = (
    Section(
        "Company",
        "How pages name you, and show money and time",
        ("company_name", "currency", "zone"),
        Action.EDIT_SETTINGS,
    ),
    Section(
        "Countries we sell to",
        "The criteria ask for them; none chosen means everywhere",
        ("sells_to",),
        Action.EDIT_SETTINGS,
    ),
    Section(
        "Criteria",
        "How patient the machine is, and who may sign",
        ("grace_days", "override_days", "both_hats"),
        Action.EDIT_SETTINGS,
    ),
    Section(
        "Promises of sales",
        "Counted from the handoff; open clocks keep theirs",
        PROMISES,
        Action.EDIT_PROMISES,
    ),
)


def plain_letters(name: str) -> str:
    """For sorting: Åland stands among the A, not after Zimbabwe."""
    return "".join(letter for letter in normalize("NFKD", name) if not combining(letter))


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


class SettingsForm(forms.ModelForm):
    """The settings row. Fields that this person may not change are not in the form at all."""

    company_name = forms.CharField(
        label="Company name",
        max_length=120,
        validators=[PRINTABLE],
        error_messages={"required": "Enter the name of the company, like Brightwater."},
    )
    currency = forms.ChoiceField(
        label="Currency",
        choices=[(code, f"{code}, {name}") for code, name in CURRENCIES.items()],
        help_text="Of every amount; changing it converts nothing.",
    )
    zone = forms.ChoiceField(
        label="Time zone",
        help_text="Of every time on a page, unless a person has another.",
    )
    sells_to = forms.MultipleChoiceField(
        label="Countries we sell to",
        required=False,
        choices=sorted(COUNTRIES.items(), key=lambda pair: plain_letters(pair[1])),
        widget=Ticks,
    )
    grace_days = whole_number(
        "Days of grace when only score or time fell", "the days of grace", 0, 90, 3
    )
    override_days = whole_number(
        "Days a person’s override holds", "the days of an override", 1, 365, 30
    )
    both_hats = forms.BooleanField(
        label="One person may sign for both departments",
        required=False,
        help_text="The version then says so.",
    )
    claim_minutes = whole_number("Minutes to claim", "the minutes to claim", 1, 10_080, 30)
    touch_minutes = whole_number(
        "Minutes to first touch", "the minutes to first touch", 1, 20_160, 120
    )
    held_limit = whole_number(
        "Leads a rep may hold without first touch", "the leads a rep may hold", 1, 500, 10
    )

    class Meta:
        model = Portal
        fields = [name for section in SECTIONS for name in section.fields]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # With the present one, whatever it is called, so that saving something else keeps it.
        self.fields["zone"].choices = [
            (zone, zone.replace("_", " ")) for zone in sorted({*ZONES, self.instance.zone})
        ]
        for section in SECTIONS:
            if not policy.can(user, section.action):
                for name in section.fields:
                    del self.fields[name]

    def clean_sells_to(self) -> list[str]:
        return sorted(self.cleaned_data["sells_to"])

    def changed(self) -> frozenset[str]:
        return frozenset(self.changed_data)

    def countries(self) -> str:
        """The ticked ones by name, above the long list of all."""
        return named_countries(self["sells_to"].value() or [])

    def sections(self) -> list[dict[str, Any]]:
        """Each section with its fields to change, or its facts to read."""
        return [
            {
                "section": section,
                "boxes": [self[name] for name in section.fields if name in self.fields],
                "facts": [
                    (type(self).base_fields[name].label, shown(self.instance, name))
                    for name in section.fields
                    if name not in self.fields
                ],
            }
            for section in SECTIONS
        ]


def shown(portal: Portal, name: str) -> str:
    """A setting as a person reads it."""
    value = getattr(portal, name)
    match name:
        case "sells_to":
            return named_countries(value)
        case "currency":
            return f"{value}, {CURRENCIES[value]}" if value in CURRENCIES else value
        case "both_hats":
            return "Yes" if value else "No"
        case "zone":
            return value.replace("_", " ")
    return f"{value}"


def named_countries(codes: list[str]) -> str:
    names = [country_name(code) for code in codes]
    return ", ".join(sorted(names, key=plain_letters)) or "Everywhere"


class KeyForm(forms.Form):
    """A new API key: for which system, to do what, until when."""

    integration = forms.CharField(
        label="System",
        max_length=80,
        validators=[PRINTABLE],
        help_text="What will use the key. Systems keep their own numbers of leads apart.",
        widget=forms.TextInput(attrs={"list": "integrations", "autocomplete": "off"}),
        error_messages={"required": "Enter the system that will use the key, like Website forms."},
    )
    name = forms.CharField(
        label="What for",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        help_text="Helps to tell keys of one system apart, like “contact page”.",
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=[Scope.LEADS_WRITE, Scope.EVENTS_WRITE],
        widget=Ticks,
        error_messages={"required": "Tick at least one thing the key may do."},
    )
    source = forms.CharField(
        label="Source",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        help_text="Of leads that do not name one themselves.",
    )
    days = forms.TypedChoiceField(
        label="Works for",
        choices=[(30, "30 days"), (90, "90 days"), (365, "1 year"), (730, "2 years")],
        initial=365,
        coerce=int,
    )

    def integrations(self) -> list[str]:
        return list(Integration.objects.values_list("name", flat=True))

    def clean_scopes(self) -> list[str]:
        return keys.known_scopes(self.cleaned_data["scopes"])
