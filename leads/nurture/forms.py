"""Forms of nurture: when a lead comes back. They check what was typed; the domain saves."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from funnel.vocabulary.events import EVENT_TYPES
from leadportal.db import clock
from leads.follow_ups.forms import PRINTABLE
from leads.nurture.nurture import ANYTHING, MOST_DAYS, SAYS_NOTHING

EVENTS = [
    ("", "Only on that day"),
    (ANYTHING, "Anything new, an event or a changed detail"),
    *((name, kind.label) for name, kind in EVENT_TYPES.items() if name not in SAYS_NOTHING),
]


class TermsForm(forms.Form):
    """The day a lead comes back, and what brings it back earlier."""

    return_on = forms.DateField(
        label="Comes back on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autofocus": True}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter the day as 2027-03-31."},
    )
    return_event = forms.ChoiceField(
        label="Or earlier, when this happens",
        required=False,
        choices=EVENTS,
        error_messages={"invalid_choice": "Choose one of the events offered."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate(clock.now())
        first, self.last = today + timedelta(days=1), today + timedelta(days=MOST_DAYS)
        limits = {"min": first.isoformat(), "max": self.last.isoformat()}
        self.fields["return_on"].widget.attrs |= limits

    def preset(self, today: date, days: int, event: str) -> None:
        """Offer a day so many days ahead, and an event."""
        self.initial["return_on"] = today + timedelta(days=days)
        self.initial["return_event"] = event


class BackForm(forms.Form):
    """Why a lead comes back before its time."""

    reason = forms.CharField(
        label="Why it comes back now",
        help_text="It stays on the timeline, with your name.",
        max_length=300,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs={"autofocus": True, "dir": "auto"}),
        error_messages={"required": "Say why, like “Their new budget starts in May”."},
    )
