"""Forms of the pages of the record. They check what was typed; the domain functions save."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from leadportal.db import clock
from leads.follow_ups.forms import PRINTABLE, OfferedTime
from leads.follow_ups.words import times
from leads.handoffs.touches import NOBODY_TO_TRY, TOUCH_MAY_BE_PAST
from leads.models import Lead, Touch

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
    next_try = OfferedTime(label="Next try", required=False)
    at = forms.DateTimeField(
        label="When",
        required=False,
        help_text="Now, unless you give a time in the last 24 hours.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter the time as 2026-11-20 14:30."},
    )

    def __init__(
        self, *args: Any, earliest: datetime, plans_for: Lead | None = None, **kwargs: Any
    ) -> None:
        """`plans_for`: the lead, where the next try is its person's to plan."""
        super().__init__(*args, **kwargs)
        if plans_for is None:
            del self.fields["next_try"]
        else:
            choices = [("", "None"), *times(plans_for, clock.now())]
            self.fields["next_try"].choices = choices  # type: ignore[attr-defined]
        now = timezone.localtime(clock.now())
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

    def clean(self) -> dict[str, Any]:
        """What was chosen before the outcome made no sense of it, and is hidden since, is left."""
        typed = super().clean() or {}
        if typed.get("result") in NOBODY_TO_TRY:
            typed["next_try"] = None
        return typed


class ReleaseForm(forms.Form):
    """Why a rep gives a lead back to its queue."""

    reason = forms.CharField(
        label="Why you give it back",
        help_text="The next rep reads it. The clock keeps running.",
        max_length=300,
        validators=[PRINTABLE],
        error_messages={"required": "Say why, like “On leave from tomorrow”."},
    )
