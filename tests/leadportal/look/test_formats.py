from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from leadportal.look import formats

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1204, "1,204"),
        (-3, "−3"),
        (61.25, "61.2"),
        (65.0, "65"),
        (1_000_000, "1,000,000"),
    ],
)
def test_numbers_have_commas_and_a_real_minus(value, text):
    assert formats.number(value) == text


@pytest.mark.parametrize(("points", "text"), [(25, "+25"), (-5, "−5"), (0, "0")])
def test_points_show_their_sign(points, text):
    assert formats.signed(points) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (850, "EUR", "€850"),
        (9_999, "EUR", "€9,999"),
        (9_999.6, "EUR", "€10k"),
        (48_000, "EUR", "€48k"),
        (999_499, "USD", "$999k"),
        (999_500, "USD", "$1.00 m"),
        (1_240_000, "EUR", "€1.24 m"),
        (48_000, "SEK", "SEK 48k"),
        (-58, "EUR", "−€58"),
    ],
)
def test_money_fits_a_table_cell(amount, currency, text):
    assert formats.money(amount, currency) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=31, seconds=59), "31 min"),
        (timedelta(hours=1, minutes=21), "1 h 21"),
        (timedelta(hours=2, minutes=3), "2 h 03"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=1, hours=5), "1 day"),
        (timedelta(days=34), "34 days"),
        (186, "3 min"),
    ],
)
def test_a_span_has_two_units_at_most(span, text):
    assert formats.duration(span) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(252, "4:12"), (0, "0:00"), (-0.4, "0:00"), (-186, "3:06 late"), (5_880, "1h 38m")],
)
def test_a_clock_counts_down_and_then_up(seconds, text):
    assert formats.countdown(seconds) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "today 14:00"),
        (NOW - timedelta(days=1), "yesterday 14:00"),
        (NOW + timedelta(days=1), "tomorrow 14:00"),
        (NOW - timedelta(days=10), "12 Nov"),
        (NOW - timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment, text):
    assert formats.when(moment, NOW) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(37400, "EUR", "€37,400"), (Decimal("1250.50"), "USD", "$1,250.50"), (-5, "SEK", "−SEK 5")],
)
def test_an_amount_is_written_in_full(value, currency, text):
    assert formats.amount(value, currency) == text


def test_the_day_is_the_readers_day():
    late_in_london = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    with timezone.override("Europe/Berlin"):
        text = formats.when(late_in_london, NOW)
        in_full = formats.exact(late_in_london)

    assert text == "tomorrow 00:30"
    assert in_full == "Monday 23 November 2026, 00:30 CET"


@pytest.mark.parametrize(
    ("name", "text"), [("Dana Okafor", "DO"), ("Jean van der Berg", "JB"), ("Cher", "C"), ("", "?")]
)
def test_initials_are_the_first_and_the_last_word(name, text):
    assert formats.initials(name) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 leads"), (1, "1 lead"), (1204, "1,204 leads")])
def test_things_are_counted_in_words(count, text):
    assert formats.some(count, "lead") == text
