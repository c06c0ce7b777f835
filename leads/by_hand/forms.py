"""Forms of the pages of the record. They check what was typed; the domain functions save."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone

from accounts.models import User
from funnel.stages import LADDER, Stage
from leadportal.db import clock
from leads.by_hand.points import MOST_POINTS
from leads.by_hand.stages import targets
from leads.by_hand.terms import MOST_DAYS
from leads.handoffs.forms import PRINTABLE
from leads.models import Adjustment, Lead


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
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=dict.fromkeys(
            ["required", "invalid"], "Enter the day it ends, as 2026-12-31."
        ),
    )

    def __init__(self, *args: Any, days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = timezone.localdate(clock.now())
        self.last = self.first + timedelta(days=MOST_DAYS)
        self.initial["until"] = self.first + timedelta(days=days)
        limits = {"min": self.first.isoformat(), "max": self.last.isoformat()}
        self.fields["until"].widget.attrs |= limits

    def clean_until(self) -> datetime:
        """The last moment of that day, where its reader is."""
        until: date = self.cleaned_data["until"]
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
        cast(forms.ChoiceField, self.fields["to"]).choices = [
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
