"""Forms of an inlet. They check what was typed; the domain saves."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.text import capfirst

from accounts.models import Integration
from accounts.portal.forms import PRINTABLE
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.web.shared_forms import Shared
from leads import tags
from leads.checks import spellings
from leads.imports.targets import DETAIL, LEFT_OUT, targets
from leads.inbound.mapping import Fields, Seen
from leads.inbound.systems.catalogue import ROADS, road
from leads.models import Campaign, Source, System

OFFERED = 200
SECRET_MAX, TOKEN_MAX = 500, 2_000
# What is typed and never shown.
SECRETS = ("secret", "access_token")
_EVENT = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}")
GUESS = "guess"
PATH_MAX = 300


class NewInletForm(forms.Form):
    """Which system, and how pages call it."""

    system = forms.ChoiceField(
        label="What sends leads here",
        choices=[(one.value, one.label) for one in ROADS if one != System.FORM],
        error_messages={"required": "Choose what sends leads here."},
    )
    name = forms.CharField(
        label="Name",
        max_length=80,
        validators=[PRINTABLE],
        help_text="As you tell it from others, like “Contact page” or “Google Ads, Nordics”.",
        error_messages={"required": "Enter a name, like “Contact page”."},
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class InletForm(Shared):
    """What is said of all that comes by an inlet, and the secret it is signed with."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        validators=[PRINTABLE],
        error_messages={"required": "Enter a name, like “Contact page”."},
    )
    source = forms.CharField(
        label="Source, where a lead names none",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    campaign = forms.CharField(
        label="Campaign, where a lead names none",
        max_length=120,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "campaigns", "autocomplete": "off"}),
    )
    event_type = forms.CharField(
        label="Each one is an event",
        max_length=60,
        required=False,
        help_text="What the person did, like form_sent or demo_request; the criteria ask for it. "
        "Blank where it is nothing a person did.",
    )
    integration = forms.CharField(
        label="From which system",
        max_length=80,
        validators=[PRINTABLE],
        help_text="Its ids find the same leads again, also when that system calls our API.",
        widget=forms.TextInput(attrs={"list": "systems", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label="Secret",
        max_length=SECRET_MAX,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    no_secret = forms.BooleanField(label="Take posts without a signature", required=False)
    access_token = forms.CharField(
        label="Access token",
        max_length=TOKEN_MAX,
        required=False,
        strip=True,
        validators=[RegexValidator(r"\A[!-~]*\Z", "Copy it whole: it has no spaces or accents.")],
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    no_access_token = forms.BooleanField(label="Fetch no leads any more", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        system: str,
        has_secret: bool,
        has_token: bool,
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        found = road(system)
        without = "As long as none is saved, whoever knows the address may post."
        self._keep("secret", found.signs_with, has_secret, without)
        name = found.api.name if found.api else ""
        without = f"{name} posts ids of leads only; with it they are fetched there."
        self._keep("access_token", name and f"Access token of {name}", has_token, without)

    def _keep(self, name: str, label: str, is_saved: bool, without: str) -> None:
        """Ask for something secret, if it is one of this system; `label` is blank else."""
        if not label:
            del self.fields[name]
        else:
            saved = "One is saved; nobody can read it here. Leave it blank to keep it."
            self.fields[name].label = label
            self.fields[name].help_text = saved if is_saved else without
        if not label or not is_saved:
            del self.fields[f"no_{name}"]

    @property
    def offered(self) -> dict[str, list[str]]:
        """Names to choose from while typing."""
        names = {"systems": Integration, "sources": Source, "campaigns": Campaign}
        return {
            key: list(model.objects.values_list("name", flat=True)[:OFFERED])  # type: ignore[attr-defined]
            for key, model in names.items()
        }

    def clean_event_type(self) -> str:
        kind = spellings.event_type(self.cleaned_data["event_type"])
        if kind and not _EVENT.fullmatch(kind):
            raise forms.ValidationError("Enter one word, like form_sent.")
        return kind

    def read(self) -> dict[str, Any]:
        return {n: v for n, v in super().read().items() if n.removeprefix("no_") not in SECRETS}

    @property
    def wanted(self) -> dict[str, Any]:
        """What `inlets.change` is to set."""
        typed = dict(self.cleaned_data)
        for name in SECRETS:
            new, none = typed.pop(name, ""), typed.pop(f"no_{name}", False)
            typed[name] = "" if none else (new or None)
        return typed


class ValueRow(NamedTuple):
    """A value that was seen, and what it is to be."""

    seen: Seen
    field: BoundField


class ValuesForm(Shared):
    """What each value is that was seen: of those of the page, whatever came since it was opened."""

    def __init__(
        self, data: QueryDict | None = None, *, seen: Sequence[Seen], defined: Fields
    ) -> None:
        self.seen = [*seen, *_not_seen_now(data, seen)]
        told = {_name_of(one.path): _told(one.target) for one in self.seen}
        super().__init__(data, initial=told)
        groups = targets(defined)
        self.labels = {one.name: one.label for _, group in groups for one in group}
        self.dragged = list(self.labels.items())
        self.labels |= {LEFT_OUT: "left out", DETAIL: "kept as a detail"}
        choices: list[Any] = [(LEFT_OUT, "Leave out"), (DETAIL, "Keep as a detail")]
        choices += [(label, [(one.name, one.label) for one in group]) for label, group in groups]
        for one in self.seen:
            self.fields[_name_of(one.path)] = forms.ChoiceField(
                label=one.label,
                choices=[(GUESS, f"{capfirst(self._guessed(one))} (as guessed)"), *choices],
                required=False,
            )

    def _guessed(self, one: Seen) -> str:
        tag = tags.LABELS.get(one.label) if one.guess == DETAIL else None
        return tag or self.labels.get(one.guess, one.guess)

    @property
    def rows(self) -> list[ValueRow]:
        return [ValueRow(one, self[_name_of(one.path)]) for one in self.seen]

    @property
    def chosen(self) -> dict[str, str | None]:
        """What `inlets.say_what_is` is to keep: of what stood on the page, and no more."""
        shown = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        return self._by_path(shown)

    @property
    def chosen_before(self) -> dict[str, str | None]:
        """What the person saw chosen."""
        return self._by_path(self.read())

    def _by_path(self, told: Mapping[str, Any]) -> dict[str, str | None]:
        named = {_name_of(one.path): one.path for one in self.seen}
        return {named[name]: None if value == GUESS else str(value) for name, value in told.items()}

    def said(self, name: str, value: Any) -> str:
        return "as guessed" if value == GUESS else self.labels.get(value, str(value))

    def against_chosen(self, meanwhile: ChangedMeanwhile, **made: Any) -> Any:
        """As `against`: the domain tells of values by their paths, and of a guess by None."""
        now = {_name_of(path): _told(target) for path, target in meanwhile.now.items()}
        again = ChangedMeanwhile(map(_name_of, meanwhile.names), now)
        return self.against(again, by="Somebody", **made)


def _name_of(path: str) -> str:
    """A field is named by what it is about: its place changes with each post that comes in."""
    return f"v{sha256(path.encode()).hexdigest()[:16]}"


def _told(target: str | None) -> str:
    return GUESS if target is None else target


def _not_seen_now(data: QueryDict | None, seen: Sequence[Seen]) -> list[Seen]:
    """What stood on the page and came so long ago by now that it is listed no more."""
    known = {one.path for one in seen}
    paths = dict.fromkeys(data.getlist("path") if data else ())
    return [
        Seen(path, path, "", None, DETAIL)
        for path in paths
        if path not in known and len(path) <= PATH_MAX
    ]
