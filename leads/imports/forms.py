"""The file, and what its columns are."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from accounts.models import Integration, Portal
from funnel.vocabulary.events import EVENT_TYPES
from leadportal.db import clock
from leads.by_hand.terms import MOST_DAYS
from leads.handoffs.forms import PRINTABLE
from leads.imports import recognising
from leads.imports.dates import is_short_date
from leads.imports.imports import Terms
from leads.imports.reading import MOST_BYTES, MOST_LINES
from leads.imports.targets import DETAIL, LEFT_OUT, missing, targets
from leads.models import Campaign, CustomField, Import, Lists, Source

OFFERED = 200
LATER, NOW = "later", "now"
NOBODY, ALL = "nobody", "all"
_DAY = {"type": "date"}
_HELD = {"handing", "hold_until"}
# What is asked of the whole file, by what its lines are.
_ASKED = {
    Lists.PEOPLE: {
        *("day_first", "system", "source", "campaign", "consent", "consent_text", "consent_on"),
        *_HELD,
    },
    Lists.ACTIVITIES: {"day_first", "system", "activity", *_HELD},
    Lists.OUTCOMES: {"day_first", "system"},
}


class FileForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text=f"CSV, TSV or a spreadsheet, up to {MOST_BYTES // 1024**2} MB and "
        f"{MOST_LINES:,} lines, with the names of the columns above them.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods"}
        ),
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty.",
            "invalid": "Choose a file.",
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            detail = f"At most {MOST_BYTES // 1024**2} MB fit here. Split the file in parts."
            raise forms.ValidationError(detail)
        return file


class ColumnRow(NamedTuple):
    """A column of the file: its head, its first values, and what it is to be."""

    head: str
    values: Sequence[str]
    field: BoundField


class ColumnsForm(forms.Form):
    """What each column is, and what is said of the whole file."""

    day_first = forms.TypedChoiceField(
        label="Days are written",
        choices=[("no", "month first: 4/30/2026"), ("yes", "day first: 30/4/2026")],
        coerce=lambda word: word == "yes",
    )
    system = forms.CharField(
        label="From which system",
        help_text="Its ids find the same leads again, also when that system calls our API.",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "systems", "autocomplete": "off"}),
    )
    source = forms.CharField(
        label="Source, where a line names none",
        max_length=80,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    campaign = forms.CharField(
        label="Campaign, where a line names none",
        max_length=120,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "campaigns", "autocomplete": "off"}),
    )
    activity = forms.CharField(
        label="What happened, where a line does not say",
        help_text="A word or two, like “Webinar attended”. Criteria ask for it.",
        max_length=60,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"list": "activities", "autocomplete": "off"}),
    )
    consent = forms.ChoiceField(
        label="Consent to marketing",
        choices=[
            (NOBODY, "The file says nothing of it, or has a column for it"),
            (ALL, "All of them agreed, and can be shown to have"),
        ],
        widget=forms.RadioSelect,
        initial=NOBODY,
    )
    consent_text = forms.CharField(
        label="What they agreed to",
        help_text="In the words they read. It is kept with each of them.",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    consent_on = forms.DateField(
        label="When they agreed",
        help_text="Who withdrew since then stays withdrawn.",
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )
    handing = forms.ChoiceField(
        label="Handing over",
        choices=[
            (LATER, "Score them, and hand nothing over before a day"),
            (NOW, "Let the criteria decide at once"),
        ],
        widget=forms.RadioSelect,
    )
    hold_until = forms.DateField(
        label="Not before",
        required=False,
        error_messages={"required": "Choose a day."},
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        one: Import,
        samples: Sequence[Sequence[str]],
        defined: Mapping[str, CustomField],
    ) -> None:
        super().__init__(data, initial=_initial(one))
        self.one, self.samples = one, samples
        for name in self.base_fields.keys() - _ASKED[Lists(one.lists)]:
            del self.fields[name]
        if "hold_until" in self.fields:
            handing = data.get("handing") if data else self.initial["handing"]
            self.fields["hold_until"].required = handing == LATER
        if not any(is_short_date(value) for values in samples for value in values):
            del self.fields["day_first"]
        offered: list[Any] = [(LEFT_OUT, "Leave out")]
        if one.lists != Lists.OUTCOMES:
            offered.append((DETAIL, "Keep as a detail"))
        offered += [
            (group, [(target.name, target.label) for target in some])
            for group, some in targets(defined, one.lists)
        ]
        for place, head in enumerate(one.header):
            self.fields[_name(place)] = forms.ChoiceField(
                label=head, choices=offered, required=False
            )

    @property
    def columns(self) -> list[ColumnRow]:
        return [
            ColumnRow(head, values, self[_name(place)])
            for place, (head, values) in enumerate(zip(self.one.header, self.samples, strict=True))
        ]

    @property
    def about(self) -> list[BoundField]:
        """The fields that are about the whole file."""
        return [self[name] for name in self.base_fields if name in self.fields]

    @property
    def offered(self) -> dict[str, list[str]]:
        """Names to choose from while typing."""
        names = {"systems": Integration, "sources": Source, "campaigns": Campaign}
        known = {
            key: list(model.objects.values_list("name", flat=True)[:OFFERED])  # type: ignore[attr-defined]
            for key, model in names.items()
        }
        return known | {"activities": [one.label for one in EVENT_TYPES.values()]}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if detail := missing(self.one.lists, self.chosen, activity=typed.get("activity", "")):
            self.add_error(None, detail)
        if typed.get("consent") == ALL:
            for name, detail in (
                ("consent_text", "Say what they agreed to."),
                ("consent_on", "Say when they agreed."),
            ):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, detail)
            if (day := typed.get("consent_on")) and day > timezone.localdate(clock.now()):
                self.add_error("consent_on", "Nobody has agreed in the future.")
        if typed.get("handing") == LATER and "hold_until" not in self.errors:
            first = timezone.localdate(clock.now())
            last = first + timedelta(days=MOST_DAYS)
            day = typed.get("hold_until")
            if day is None or not first < day <= last:
                self.add_error("hold_until", f"Choose a day after today, up to {last:%Y-%m-%d}.")
        return typed

    @property
    def chosen(self) -> list[str]:
        return [self.cleaned_data.get(_name(n), LEFT_OUT) for n in range(len(self.one.header))]

    @property
    def terms(self) -> Terms:
        typed = self.cleaned_data
        agreed = typed.get("consent") == ALL
        is_later = typed.get("handing") == LATER
        return Terms(
            day_first=typed.get("day_first", False),
            system=typed["system"].strip(),
            source=typed.get("source", "").strip(),
            campaign=typed.get("campaign", "").strip(),
            activity=typed.get("activity", "").strip(),
            consent_text=typed["consent_text"].strip() if agreed else "",
            consent_at=_begin(typed["consent_on"]) if agreed else None,
            hold_until=_begin(typed["hold_until"]) if is_later else None,
        )


def _name(place: int) -> str:
    """The field of a column, called so that a page without a script can say which one it is."""
    return f"column_{place + 1}"


def _begin(day: date) -> datetime:
    """The first moment of that day, where its reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _initial(one: Import) -> dict[str, Any]:
    """As it was chosen before, or guessed."""
    before = one.integration or getattr(recognising.recipe(one.header), "integration", None)
    day = one.hold_until or clock.now() + timedelta(days=Portal.load().override_days)
    return {
        **{_name(place): name for place, name in enumerate(one.columns)},
        "day_first": "yes" if one.day_first else "no",
        "system": before.name if before else recognising.system(one.header),
        "source": one.source,
        "campaign": one.campaign,
        "activity": one.activity,
        "consent": ALL if one.consent_text else NOBODY,
        "consent_text": one.consent_text,
        "consent_on": one.consent_at and timezone.localdate(one.consent_at),
        "handing": LATER if one.hold_until else NOW,
        "hold_until": timezone.localdate(day),
    }
