"""What is typed about a form, and the form itself. They check; the domain saves."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from accounts.portal.forms import PRINTABLE, Ticks
from leadportal.web.shared_forms import Shared
from leadportal.world.countries import COUNTRIES
from leads import tags
from leads.checks import spellings
from leads.checks.reading import Wrong
from leads.checks.values import web_address
from leads.inbound.languages import ENGLISH, LANGUAGES, Words
from leads.inbound.systems.ours import CONSENT
from leads.models import ConsentText, FieldType
from leads.models.web_form import SLUG_MAX
from leads.web_forms import asking
from leads.web_forms.asking import Asked, Fields

SLUG = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", "Use small letters, digits and dashes, like demo-request."
)
ORIGINS_MAX = 20
_ADDRESS = web_address(300)


def _line(label: str, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, validators=[PRINTABLE], **more)


def _lines(label: str, most: int, rows: int = 2, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget, **more)


class NewFormForm(forms.Form):
    name = _line("Name", 80, help_text="As you tell it from others, like “Demo request”.")
    slug = forms.CharField(
        label="Address",
        max_length=SLUG_MAX,
        validators=[SLUG],
        help_text="Its page is /f/ and this, like demo-request.",
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label="Its language", choices=LANGUAGES, initial=ENGLISH)


class WordsForm(Shared):
    """How a form reads, where it may stand, and what is said of all that comes by it."""

    name = _line("Name, for you", 80)
    title = _line("Heading", 120)
    intro = _lines("Text below it", 1000)
    button = _line("Button", 40, required=False, help_text="Blank: “Send” in its language.")
    thanks = _lines("Thank-you", 1000, help_text="What they read once it is sent.")
    redirect_url = forms.CharField(
        label="Or lead them to a page",
        max_length=300,
        required=False,
        help_text="Like https://www.example.com/thank-you.",
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )
    language = forms.ChoiceField(
        label="Its language",
        choices=LANGUAGES,
        help_text="What it says by itself, as of what is missing. The words above are yours.",
    )
    slug = NewFormForm.base_fields["slug"]
    framed_by = _lines(
        "Sites that may show it in a frame",
        2000,
        help_text="One a line, like https://www.example.com. None: no site may.",
    )
    is_pasted = forms.BooleanField(
        label="It may stand as HTML on other pages",
        required=False,
        help_text="Nothing then shows that a person opened the page, so programs get in easier.",
    )
    source = _line("Source of its leads", 80, required=False)
    campaign = _line("Campaign of its leads", 120, required=False)
    event_type = _line("Sending it is the event", 60, required=False)

    def clean_redirect_url(self) -> str:
        try:
            return str(_ADDRESS.check(self.cleaned_data["redirect_url"]) or "")
        except Wrong as wrong:
            raise forms.ValidationError(wrong.detail) from None

    def clean_event_type(self) -> str:
        return spellings.event_type(self.cleaned_data["event_type"])

    def clean_framed_by(self) -> list[str]:
        sites = list(dict.fromkeys(self.cleaned_data["framed_by"].split()))
        if len(sites) > ORIGINS_MAX:
            raise forms.ValidationError(f"At most {ORIGINS_MAX} sites fit here.")
        return [_origin(site) for site in sites]

    def said(self, name: str, value: Any) -> str:
        return super().said(name, value.split() if name == "framed_by" else value)


def _origin(site: str) -> str:
    """A site as a policy names it: "https://www.example.com"."""
    try:
        address = _ADDRESS.check(site) or ""
        parts = urlsplit(address)
    except (Wrong, ValueError):
        parts = urlsplit("")
    if not parts.netloc or not parts.netloc.isascii():
        raise forms.ValidationError(f"“{site}” is no site. Write it like https://www.example.com.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


class FieldForm(Shared):
    """One question."""

    target = forms.ChoiceField(
        label="Asks for",
        error_messages={"invalid_choice": "The form asks for it already. Edit the question there."},
    )
    label = _line("Question", 120, required=False, help_text="Blank: as it is called here.")
    help = _line("Help", 200, required=False)
    required = forms.BooleanField(label="Has to be answered", required=False)
    is_long = forms.BooleanField(label="Room for several lines", required=False)

    def __init__(
        self, data: Any = None, *, defined: Fields, taken: Sequence[str], now: Mapping[str, Any]
    ) -> None:
        nothing = {"label": "", "help": "", "required": False, "is_long": False}
        super().__init__(data, initial=nothing | dict(now))
        self.labels = asking.labels(defined)
        # Also what somebody else asked meanwhile, once it was said.
        own = now.get("target") or self.read().get("target")
        groups = [
            (group, [one for one in some if one[0] == own or (not own and one[0] not in taken)])
            for group, some in asking.offered(defined)
        ]
        self.fields["target"].choices = [(name, some) for name, some in groups if some]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        typed["label"] = typed.get("label") or self.labels.get(typed.get("target", ""), "")
        return typed


class ConsentForm(Shared):
    """What is asked for one purpose."""

    purpose = forms.CharField(
        label="For what",
        max_length=40,
        help_text="One word, like marketing; the criteria ask for it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label="What they agree to",
        max_length=2000,
        help_text="The whole sentence, as they read it. It is kept with each of them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_required = forms.BooleanField(label="The form is not sent without it", required=False)

    def clean_purpose(self) -> str:
        purpose = spellings.purpose(self.cleaned_data["purpose"])
        if not purpose:
            raise forms.ValidationError("Enter a word, like marketing.")
        return purpose


# --- the form itself ---------------------------------------------------------------------------


class ConsentBox(NamedTuple):
    """A box to tick, never ticked before somebody does."""

    text: ConsentText
    id: str
    ticked: bool
    problem: str


class HostedForm(forms.Form):
    """What a form asks, as a stranger fills it in."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        asked: Sequence[Asked],
        texts: Sequence[ConsentText],
        earlier: Mapping[str, str],
        words: Words,
    ) -> None:
        super().__init__(data)
        self.asked, self.texts = {one.target: one for one in asked}, texts
        self.words = words
        # By number, the purposes of texts that were asked before and may still stand in a browser.
        self.earlier = earlier
        for one in asked:
            self.fields[one.target] = _control(one, words)

    @property
    def agreed(self) -> list[str]:
        return self.data.getlist(CONSENT) if isinstance(self.data, QueryDict) else []

    @property
    def boxes(self) -> list[ConsentBox]:
        agreed = {self.earlier.get(number) for number in self.agreed}
        return [
            ConsentBox(
                text,
                f"id_consent_{text.pk}",
                text.purpose in agreed,
                self.words.tick
                if self.is_bound and text.is_required and text.purpose not in agreed
                else "",
            )
            for text in self.texts
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for target, one in self.asked.items():
            answer = typed.get(target)
            if answer and (wrong := asking.problem(one, answer)):
                self.add_error(target, self.words.wrong(wrong, is_number=one.is_number))
        reaching = [target for target in asking.REACHES if target in self.fields]
        if not any(self.data.get(target, "").strip() for target in reaching):
            first = next(target for target in self.fields if target in asking.REACHES)
            if first not in self.errors:
                self.add_error(first, self.words.missing.format(self.fields[first].label))
        for box in self.boxes:
            if box.problem:
                self.add_error(None, forms.ValidationError(box.problem, code="consent"))
        return typed


def marks_of(said: QueryDict) -> list[tuple[str, str]]:
    """Where somebody came from, as the address of the page says, to be sent along."""
    return [(name, str(value)[:500]) for name, value in said.items() if name in tags.NAMES]


def _control(one: Asked, words: Words) -> forms.Field:
    common: dict[str, Any] = {
        "label": one.label,
        "help_text": one.help,
        "required": one.required,
        "error_messages": {
            "required": words.missing.format(one.label),
            "max_length": words.too_long,
            **dict.fromkeys(["invalid_choice", "invalid_list"], words.choice),
        },
    }
    kind = one.kind
    known = asking.choices(one)
    if kind == FieldType.CHOICES:
        pairs = [(choice, choice) for choice in known]
        return forms.MultipleChoiceField(choices=pairs, widget=Ticks, **common)
    if known:
        offered = [("", "—"), *((choice, choice) for choice in known)]
        return forms.ChoiceField(choices=offered, **common)
    if one.target == "country":
        countries = sorted(COUNTRIES.items(), key=lambda country: country[1])
        widget = forms.Select(attrs={"data-countries": ""})
        return forms.ChoiceField(choices=[("", "—"), *countries], widget=widget, **common)
    if kind == FieldType.YES_NO:
        return forms.BooleanField(widget=forms.CheckboxInput(attrs={"value": "yes"}), **common)
    return forms.CharField(max_length=10_000, widget=_widget(one, kind), **common)


def _widget(one: Asked, kind: str) -> forms.Widget:
    attrs: dict[str, Any] = {}
    if one.autocomplete:
        attrs["autocomplete"] = one.autocomplete
    if one.is_long:
        return forms.Textarea(attrs=attrs | {"rows": 4})
    if one.target == "email":
        return forms.EmailInput(attrs=attrs | {"dir": "ltr"})
    if one.target == "phone":
        return forms.TextInput(attrs=attrs | {"type": "tel", "dir": "ltr"})
    if kind in (FieldType.NUMBER, FieldType.MONEY):
        attrs["inputmode"] = "decimal"
    if kind == FieldType.DATE:
        attrs["type"] = "date"
    return forms.TextInput(attrs)
