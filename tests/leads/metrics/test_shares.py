import pytest

from leads.metrics.shares import Share


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "–"),
        (13, 19, "13 of 19"),
        (13, 20, "65%"),
        (0, 40, "0%"),
        (1, 400, "1%"),
        (399, 400, "99%"),
        (400, 400, "100%"),
    ],
)
def test_a_percentage_needs_twenty_cases_and_is_all_or_none_only_when_it_is(part, whole, text):
    assert str(Share(part, whole)) == text


def test_shares_are_compared_only_where_both_may_be():
    assert Share(15, 20).points_over(Share(10, 20)) == 25
    assert Share(15, 20).points_over(Share(10, 19)) is None
