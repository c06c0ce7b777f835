"""Phrases that several pages say of a lead."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import words
from leads.models import Company, Lead


@pytest.mark.parametrize(
    ("ago", "said"), [(timedelta(), "at "), (timedelta(1), "yesterday "), (timedelta(40), "on ")]
)
def test_a_moment_reads_well_in_a_sentence(ago: timedelta, said: str):
    noon = timezone.localtime().replace(hour=12, minute=5)

    assert words.at(noon - ago).startswith(said)


@pytest.mark.parametrize(
    ("people", "said"), [(None, "Malmö"), (1, "Malmö · 1 person"), (1_200, "Malmö · 1,200 people")]
)
def test_one_is_a_person(people: int | None, said: str):
    assert words.place(Lead(city="Malmö", company=Company(employees=people))) == said
