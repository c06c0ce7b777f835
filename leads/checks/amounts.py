"""A field of a form for money, as people write it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leads.checks import spellings

WRONG = "Enter the amount as a number, like 45000."
_MISTAKES = (
    *("required", "invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
)


class AmountField(forms.DecimalField):
    """ "45000", "45,000.50", "€ 45.000,50": what the API takes for an amount, this does."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            min_value=0,
            max_digits=12,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages=dict.fromkeys(_MISTAKES, WRONG),
            **more,
        )

    def to_python(self, value: Any) -> Any:
        """A Decimal; None where it is blank."""
        if isinstance(value, str):
            value = spellings.amount(value) if value.strip() else ""
            if value is None:
                raise ValidationError(WRONG, code="invalid")
        return super().to_python(value)
