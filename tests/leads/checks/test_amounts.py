"""An amount in a form is read as people write it."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from leads.checks.amounts import WRONG, AmountField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("45000", "45000"),
        ("45,000", "45000"),
        ("€ 45.000,50", "45000.50"),
        ("12 500.5 kr", None),
        ("$45,000.50", "45000.50"),
        ("0", "0"),
    ],
)
def test_it_is_read(typed, amount):
    if amount is None:
        with pytest.raises(ValidationError, match=WRONG):
            AmountField().clean(typed)
    else:
        assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["", "much", "-5", "1.005,001", "9" * 11, "NaN", "1e3000"])
def test_what_is_none_says_one_thing(typed):
    with pytest.raises(ValidationError) as error:
        AmountField().clean(typed)

    assert error.value.messages == [WRONG]


def test_blank_is_none_where_it_may_be():
    assert AmountField(required=False).clean(" ") is None
