"""Forms of a verdict. They check what was typed; `leads.handoffs` saves and has the last word."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from funnel.models import Reason
from leadportal.db import clock
from leads.checks.amounts import AmountField
from leads.follow_ups.forms import PRINTABLE
from leads.handoffs import bant, verdicts
from leads.models import BantItem, Handoff, WrongCriterion
from leads.verdicts.words import few_attempts

DIGITS = 9
LINE = {"dir": "auto", "autocomplete": "off"}


class BantForm(forms.Form):
    """What somebody found out about one of the four."""

    item = forms.ChoiceField(choices=BantItem.Item)
    state = forms.ChoiceField(choices=BantItem.State)
    note = forms.CharField(required=False, max_length=300, validators=[PRINTABLE])


def _plain(value: Decimal | None) -> str:
    """As somebody would type it: no cents where there are none."""
    return "" if value is None else f"{value:f}".removesuffix(".00")


class AcceptForm(forms.Form):
    """What a lead may be worth and when; before it, what is missing of BANT."""

    value = AmountField(label="Estimated value", required=False)
    expected_on = forms.DateField(
        label="Expected",
        help_text="The day it may be won.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter the day as 2026-12-31."},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        rows: Mapping[BantItem.Item, BantItem | None],
        asked: int,
        value: Decimal | None,
        currency: str,
    ) -> None:
        super().__init__(data, initial={"value": _plain(value)})
        self.fields["value"].help_text = f"In {currency}."
        known = bant.known(rows)
        self.missing = [item for item in rows if item not in known] if len(known) < asked else []
        own = dict(self.fields)
        self.fields = {}
        for item in self.missing:
            self.fields |= _bant_fields(item, rows[item])
        self.fields |= own
        first = "value" if not self.missing else self.missing[0].value
        self.fields[first].widget.attrs["autofocus"] = True

    def clean_expected_on(self) -> date | None:
        day: date | None = self.cleaned_data["expected_on"]
        if day and day < timezone.localdate(clock.now()):
            raise forms.ValidationError("Choose a day from today on.")
        return day

    def found_out(self) -> list[tuple[str, str, str]]:
        """(item, state, line) of each row that was changed."""
        return [
            (item.value, self.cleaned_data[item.value], self.cleaned_data[f"{item.value}_note"])
            for item in self.missing
            if {item.value, f"{item.value}_note"} & set(self.changed_data)
        ]

    def bant_fields(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[item.value], self[f"{item.value}_note"]) for item in self.missing]

    def own_fields(self) -> list[BoundField]:
        return [self["value"], self["expected_on"]]


def _bant_fields(item: BantItem.Item, said: BantItem | None) -> dict[str, forms.Field]:
    label = str(item.label)
    state = forms.ChoiceField(
        label=label,
        choices=BantItem.State.choices,
        initial=said.state if said else BantItem.State.UNKNOWN,
        widget=forms.RadioSelect,
        error_messages={"required": f"Say whether {label.lower()} is known."},
    )
    note = forms.CharField(
        label=f"What you know of {label.lower()}",
        required=False,
        max_length=300,
        validators=[PRINTABLE],
        initial=said.note if said else "",
        widget=forms.TextInput(
            attrs=LINE
            | {"aria-label": f"What you know of {label.lower()}", "placeholder": "One line"}
        ),
    )
    return {item.value: state, f"{item.value}_note": note}


class _Reasons(forms.RadioSelect):
    """Each reason with its digit, and whether who is rejected for it may come back."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(attrs={"autofocus": True})
        self.returns = {str(reason.pk): reason.may_return for reason in reasons}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-returns"] = "yes" if self.returns[str(value)] else "no"
        return cast("dict[str, Any]", option)


class RejectForm(forms.Form):
    """Why a lead goes back, what of the criteria was wrong, and whether it may come back."""

    reason = forms.ChoiceField(
        label="Reason",
        error_messages=dict.fromkeys(["required", "invalid_choice"], "Choose a reason."),
    )
    note = forms.CharField(
        label="In a sentence",
        required=False,
        max_length=300,
        validators=[PRINTABLE],
        help_text="Marketing reads it.",
        widget=forms.TextInput(attrs=LINE),
    )
    may_return = forms.ChoiceField(
        label="May come back later",
        required=False,
        choices=[("yes", "Yes"), ("no", "No")],
        help_text="Unless you choose, as is usual for the reason.",
        widget=forms.RadioSelect,
    )
    fewer = forms.BooleanField(label="", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        handoff: Handoff,
        reasons: Sequence[Reason],
        attempts: int,
    ) -> None:
        super().__init__(data)
        self.reasons = {str(reason.pk): reason for reason in reasons}
        self.attempts = attempts
        field = cast(forms.ChoiceField, self.fields["reason"])
        field.widget = _Reasons(reasons)
        field.choices = [
            (str(reason.pk), self._label(reason, digit))
            for digit, reason in enumerate(reasons, start=1)
        ]
        others = [one.label for one in reasons if one.family == Reason.Family.OTHER]
        if others:
            self.fields["note"].help_text = f"Marketing reads it. Needed for “{others[0]}”."
        self.rules = {line["rule"]: line["label"] for line in handoff.reasons if line["rule"]}
        for place, label in enumerate(self.rules.values()):
            self.fields[f"flaw_{place}"] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", "Fine"), *WrongCriterion.Flaw.choices],
                widget=forms.Select(attrs={"dir": "auto"}),
            )
        self.fields[
            "fewer"
        ].label = f"Send it back after {attempts} attempt{'' if attempts == 1 else 's'}"
        if not self._asks_for_more(data.get("reason", "") if data else ""):
            del self.fields["fewer"]

    def _label(self, reason: Reason, digit: int) -> SafeString:
        key = format_html('<kbd aria-hidden="true">{}</kbd> ', digit) if digit <= DIGITS else ""
        tried = ""
        if reason.family == Reason.Family.UNREACHABLE:
            tried = f"{self.attempts} of {verdicts.ATTEMPTS} attempts logged"
            tried = format_html(' <span class="mut xs">{}</span>', tried)
        return format_html('{}<span dir="auto">{}</span>{}', key, reason.label, tried)

    def _asks_for_more(self, chosen: str) -> bool:
        reason = self.reasons.get(chosen)
        is_unreachable = reason is not None and reason.family == Reason.Family.UNREACHABLE
        return is_unreachable and self.attempts < verdicts.ATTEMPTS

    def clean_reason(self) -> Reason:
        return self.reasons[self.cleaned_data["reason"]]

    def clean_may_return(self) -> bool | None:
        """None: as is usual for the reason."""
        return {"yes": True, "no": False}.get(self.cleaned_data["may_return"])

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        reason = typed.get("reason")
        if reason and reason.family == Reason.Family.OTHER and not typed.get("note"):
            self.add_error("note", "Say in a sentence what was wrong.")
        if "fewer" in self.fields and not typed.get("fewer"):
            self.add_error("fewer", few_attempts(self.attempts, verdicts.ATTEMPTS))
        return typed

    def wrong(self) -> dict[str, str]:
        """{rule: flaw} of the criteria that were not fine."""
        flaws = {rule: self.cleaned_data[f"flaw_{i}"] for i, rule in enumerate(self.rules)}
        return {rule: flaw for rule, flaw in flaws.items() if flaw}

    def flaws(self) -> list[BoundField]:
        return [self[f"flaw_{place}"] for place in range(len(self.rules))]

    def own_fields(self) -> list[BoundField]:
        """Those beside the reason and the criteria, in their order."""
        return [self[name] for name in ("fewer", "note", "may_return") if name in self.fields]


class WonForm(forms.Form):
    """What a deal was worth, and how it was won."""

    amount = AmountField(label="Amount", required=True)
    bought_because = forms.CharField(
        label="Why they bought",
        required=False,
        max_length=1000,
        validators=[PRINTABLE],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    competitor = forms.CharField(
        label="Against whom",
        required=False,
        max_length=120,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=LINE),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, currency: str) -> None:
        super().__init__(data)
        self.fields["amount"].help_text = f"In {currency}."
        self.fields["amount"].widget.attrs["autofocus"] = True


class LostForm(forms.Form):
    """Why a deal came to nothing."""

    reason = forms.CharField(
        label="Why it was lost",
        max_length=300,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=LINE | {"autofocus": True}),
        error_messages={"required": "Say why, like “They stay with what they have”."},
    )
    competitor = forms.CharField(
        label="To whom",
        required=False,
        max_length=120,
        validators=[PRINTABLE],
        widget=forms.TextInput(attrs=LINE),
    )
