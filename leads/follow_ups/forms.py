"""When to try next: one of the times that are offered, or a time of one's own."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from leadportal.db import clock
from leadportal.db.paging import read_moment
from leads.follow_ups import words
from leads.models import FollowUp, Lead

PRINTABLE = RegexValidator(
    r"\A[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z", "Leave out control characters."
)


class OfferedTime(forms.TypedChoiceField):
    """A choice of times by their labels; one that was offered a while ago is still good."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            coerce=read_moment,
            empty_value=None,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Choose one of the times."},
            **kwargs,
        )

    def valid_value(self, value: object) -> bool:
        try:
            read_moment(str(value))
        except (ValueError, OverflowError):
            return False
        return True


class SnoozeForm(forms.Form):
    """Until when something is put off."""

    until = OfferedTime(label="Until")

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].choices = words.times(lead, clock.now())  # type: ignore[attr-defined]
        self.fields["until"].widget.attrs["autofocus"] = True


class FollowUpForm(forms.Form):
    """What to do next for a lead, and when."""

    offered = OfferedTime(label="When", required=False)
    due_at = forms.DateTimeField(
        label="Another time",
        required=False,
        help_text="On your clock.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter the time as 2026-11-20 14:30."},
    )
    note = forms.CharField(label="What for", required=False, max_length=300, validators=[PRINTABLE])

    def __init__(self, *args: Any, lead: Lead, planned: FollowUp | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = clock.now()
        offered = self.fields["offered"]
        offered.choices = words.times(lead, now)  # type: ignore[attr-defined]
        offered.widget.attrs["autofocus"] = True
        self.fields["due_at"].widget.attrs["min"] = f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"
        if planned:
            self.initial.update(due_at=timezone.localtime(planned.due_at), note=planned.note)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors and not self.due():
            self.add_error("offered", "Choose a time, or give another.")
        return typed

    def due(self) -> datetime | None:
        """The time that was chosen, else the one that was typed."""
        return self.cleaned_data.get("offered") or self.cleaned_data.get("due_at")
