"""Forms of the pages of the record. They check what was typed; the domain functions save."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from accounts.models import User
from funnel.stages import LADDER, Stage
from leads.handoffs import TOUCH_MAY_BE_PAST
from leads.models import Adjustment, Lead, Touch
from leads.overrides import MOST_DAYS, MOST_POINTS, targets

PRINTABLE = RegexValidator(
    r"\A[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z", "Leave out control characters."
)
NOTE_LENGTH = 2000


class TouchForm(forms.Form):
    """What somebody did to reach a person, and what came of it."""

    channel = forms.ChoiceField(
        label="How",
        choices=Touch.Channel.choices,
        initial=Touch.Channel.CALL,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
        error_messages={"required": "Choose how: call, e-mail or meeting."},
    )
    result = forms.ChoiceField(
        label="What came of it",
        choices=Touch.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it, like “Left a message”."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=NOTE_LENGTH,
        validators=[PRINTABLE],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    at = forms.DateTimeField(
        label="When",
        required=False,
        help_text="Now, unless you give a time in the last 24 hours.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter the time as 2026-11-20 14:30."},
    )

    def __init__(self, *args: Any, earliest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        first = max(timezone.localtime(earliest), now - TOUCH_MAY_BE_PAST)
        # The browser offers these times only; log_touch has the last word.
        limits = {"min": f"{first:%Y-%m-%dT%H:%M}", "max": f"{now:%Y-%m-%dT%H:%M}"}
        self.fields["at"].widget.attrs |= limits
        self.earliest = earliest

    def clean_at(self) -> datetime | None:
        """A clock without seconds may say the very minute of the handoff."""
        at = self.cleaned_data["at"]
        if at and at < self.earliest < at + timedelta(minutes=1):
            return self.earliest
        return at


class ReleaseForm(forms.Form):
    """Why a rep gives a lead back to its queue."""

    reason = forms.CharField(
        label="Why you give it back",
        help_text="The next rep reads it. The clock keeps running.",
        max_length=300,
        validators=[PRINTABLE],
        error_messages={"required": "Say why, like “On leave from tomorrow”."},
    )


class ReasonForm(forms.Form):
    """Why a person says something of a lead that the criteria do not."""

    reason = forms.CharField(
        label="Why",
        help_text="It stays on the timeline, with your name.",
        max_length=300,
        validators=[PRINTABLE],
        error_messages={"required": "Say why, like “Met at the fair”."},
    )


class UntilForm(ReasonForm):
    """Why, and for how long."""

    until = forms.DateField(
        label="Until",
        help_text="That day included.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter the day as 2026-12-31."},
    )

    def __init__(self, *args: Any, days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = timezone.localdate()
        self.last = self.first + timedelta(days=MOST_DAYS)
        self.initial["until"] = self.first + timedelta(days=days)
        limits = {"min": self.first.isoformat(), "max": self.last.isoformat()}
        self.fields["until"].widget.attrs |= limits

    def clean_until(self) -> datetime | None:
        """The last moment of that day, where its reader is."""
        until: date | None = self.cleaned_data["until"]
        if until is None:
            return None
        if not self.first <= until <= self.last:
            raise forms.ValidationError(f"Choose a day from today to {self.last:%Y-%m-%d}.")
        return timezone.make_aware(datetime.combine(until, time.max))


class OverrideForm(UntilForm):
    """The stage a person puts a lead in."""

    field_order = ("to", "reason", "until")
    to = forms.ChoiceField(
        label="Stage",
        widget=forms.RadioSelect(attrs={"autofocus": True}),
        error_messages={
            "required": "Choose a stage.",
            "invalid_choice": "Choose one of the stages offered.",
        },
    )

    def __init__(self, *args: Any, lead: Lead, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where there is nothing to choose, the domain says why.
        stages = targets(lead, person) or LADDER
        self.fields["to"].choices = [
            (stage, f"{stage.label}, where it is" if stage == lead.stage else stage.label)
            for stage in stages
        ]
        self.initial["to"] = lead.stage

    def clean_to(self) -> Stage:
        return Stage(self.cleaned_data["to"])


class AdjustmentForm(UntilForm):
    """Points a person gives or takes."""

    field_order = ("kind", "points", "reason", "until")
    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            (Adjustment.Kind.FIT, "Fit, who they are"),
            (Adjustment.Kind.INTENT, "Intent, what they did"),
        ],
        widget=forms.RadioSelect(attrs={"autofocus": True}),
        error_messages={
            "required": "Choose fit or intent.",
            "invalid_choice": "Choose fit or intent.",
        },
    )
    points = forms.IntegerField(
        label="Points",
        help_text=f"1 to {MOST_POINTS}, or with a minus to take as many away.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter whole points, like 10 or -10.",
            "invalid": "Enter whole points, like 10 or -10.",
        },
    )

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        if points == 0 or abs(points) > MOST_POINTS:
            raise forms.ValidationError(
                f"Give 1 to {MOST_POINTS} points, or take as many away, like 10 or -10."
            )
        return points


class SwitchOnForm(forms.Form):
    """The number of new SQLs a manager confirms, the count that said it, and when."""

    # The page writes these two beside the button that says the number.
    count = forms.IntegerField()
    new_sqls = forms.IntegerField(min_value=0)
    at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter the time as 2026-11-20 08:00."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["at"].help_text = f"Now, unless you give a time to come. Times are in {zone}."
        self.fields["at"].widget.attrs["min"] = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
