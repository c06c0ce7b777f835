"""Forms of people's accounts. They check what was typed; the domain saves."""

from typing import Any

from django import forms

from accounts.models import Team, User
from accounts.people.groups import GROUPS
from accounts.people.people import in_order
from accounts.portal.forms import PRINTABLE, Ticks
from accounts.roles import Role
from leadportal.web.shared_forms import Shared


class PersonForm(Shared):
    """What an admin says of a person who is there."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        validators=[PRINTABLE],
        help_text="As colleagues read it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the name, like Maya Lindqvist."},
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=Role.choices,
        widget=Ticks,
        help_text="With two roles a person sees the union of both.",
        error_messages={"required": "Tick at least one role."},
    )
    team = forms.CharField(
        label="Team",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        help_text="Of one department; made when it is new.",
        widget=forms.TextInput(attrs={"list": "teams", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in GROUPS:
            choices = kind.choices()
            self.fields[kind.name] = forms.TypedMultipleChoiceField(
                label=kind.label,
                help_text=kind.help_text,
                choices=choices,
                coerce=int,
                required=False,
                widget=Ticks if choices else forms.MultipleHiddenInput,
            )

    def teams(self) -> list[str]:
        return list(Team.objects.order_by("name").values_list("name", flat=True).distinct())

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_roles(self) -> list[str]:
        return in_order(self.cleaned_data["roles"])


class NewPersonForm(PersonForm):
    """Somebody who has no account yet."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        help_text="They sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the address, like maya@brightwater.example."},
    )
    field_order = ["name", "email"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody has this address already.")
        return email
