"""What time it is where a lead is; nothing where nobody knows."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from leadportal.world.countries import COUNTRIES
from leadportal.world.tables import read_rows
from leadportal.world.zones import zone_of_place
from leads import local_time
from leads.follow_ups import follow_ups, words
from leads.models import Lead

# A Friday.
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "city", "zone"),
    [
        ("SE", "", "Europe/Stockholm"),
        ("se", "Malmö", "Europe/Stockholm"),
        ("DE", "Nowhere", "Europe/Berlin"),
        ("US", "San Francisco", "America/Los_Angeles"),
        ("US", "new york", "America/New_York"),
        ("CA", "Montreal", "America/Toronto"),
        ("BR", "Sao Paulo", "America/Sao_Paulo"),
        ("US", "", None),
        ("US", "Springfield", None),
        ("", "Berlin", None),
        ("XX", "", None),
    ],
)
def test_the_zone_of_a_place_is_known_or_none(country, city, zone):
    found = zone_of_place(country, city)

    assert (found and found.key) == zone


def test_every_zone_of_the_table_is_one_and_every_country_is_known():
    for country, _, cities in read_rows("zones.tsv"):
        assert country in COUNTRIES
        assert cities == "*" or zone_of_place(country, cities.split("; ")[0])
        assert cities != "*" or zone_of_place(country)


@pytest.mark.parametrize(
    ("reader", "country", "city", "says"),
    [
        ("Europe/Berlin", "SE", "", "13:00, as where you are"),
        ("Europe/Berlin", "IN", "", "17:30, 4 h 30 ahead of you"),
        ("Europe/Berlin", "US", "Chicago", "06:00, 7 h behind you"),
        ("Europe/Berlin", "US", "", ""),
    ],
)
def test_their_time_is_told_against_the_readers(reader, country, city, says):
    with timezone.override(reader):
        assert local_time.told(Lead(country=country, city=city), NOON) == says


def test_tomorrow_is_nine_on_their_clock():
    lead = Lead(country="US", city="Chicago")

    with timezone.override("Europe/Berlin"):
        found = follow_ups.choices(lead, NOON)
        told = [label for _, label in words.times(lead, NOON)]

    assert found["tomorrow"] == datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
    assert found["week"] == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    assert told == [
        "Later today, 09:00 their time (16:00 yours)",
        "Tomorrow, 09:00 their time (16:00 yours)",
        "Next week, Monday 09:00 their time (16:00 yours)",
    ]


def test_where_nobody_knows_it_is_nine_on_the_readers_clock():
    with timezone.override("Europe/Berlin"):
        found = follow_ups.choices(Lead(), NOON)

    assert found["tomorrow"] == datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "city", "hour", "offered"),
    [("SE", "", 17, False), ("SE", "", 15, True), ("US", "Chicago", 8, False), ("", "", 17, False)],
)
def test_later_today_is_no_night_where_they_are(country, city, hour, offered):
    with timezone.override("UTC"):
        at = datetime(2026, 11, 27, hour, 10, tzinfo=UTC)
        found = follow_ups.choices(Lead(country=country, city=city), at)

    assert ("later" in found) == offered


def test_on_a_sunday_next_week_is_not_tomorrow():
    with timezone.override("UTC"):
        found = follow_ups.choices(Lead(), datetime(2026, 11, 29, 12, 0, tzinfo=UTC))

    assert found["tomorrow"] == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert found["week"] == datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


def test_late_in_the_day_there_is_no_later():
    with timezone.override("Europe/Berlin"):
        found = follow_ups.choices(Lead(), datetime(2026, 11, 27, 21, 30, tzinfo=UTC))

    assert set(found) == {"tomorrow", "week"}
