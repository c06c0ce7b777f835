"""Rows of real exports through the batch endpoint: behaviour columns become custom fields."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from leads import fields
from leads.judging import due
from leads.models import Judgement, Lead, SeenAttribute, Source, StageChange
from tests import factories

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parents[2] / "data" / "course_leads.csv"
# What forms write where nothing was chosen.
PLACEHOLDERS = {"", "Select"}
# Columns that are fields of a lead; all others are custom fields.
OWN = {"Lead Number": "external_id", "Lead Source": "source", "Country": "country", "City": "city"}


def name_of(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:60]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {column: "" if value in PLACEHOLDERS else value for column, value in row.items()}
            for row in csv.DictReader(file)
        ]


def type_of(values: set[str]) -> str:
    values = values - {""}
    if values and values <= {"Yes", "No"}:
        return "yes_no"
    if values and all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values):
        return "number"
    return "text"


def typed(value: str, kind: str) -> Any:
    return {"yes_no": lambda: value == "Yes", "number": lambda: float(value)}.get(
        kind, lambda: value
    )()


def payloads(rows: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Leads of the API's shape, after defining each behaviour column as a custom field."""
    kinds = {
        column: type_of({row[column] for row in rows}) for column in rows[0] if column not in OWN
    }
    for column, kind in kinds.items():
        fields.define(name_of(column), column, kind)
    for row in rows:
        lead = {name: row[column] for column, name in OWN.items()}
        lead["attributes"] = {
            name_of(column): typed(row[column], kind)
            for column, kind in kinds.items()
            if row[column]
        }
        yield lead


def post_all(api, leads: list[dict[str, Any]]) -> Counter[str]:
    summary: Counter[str] = Counter()
    for first in range(0, len(leads), 1000):
        answer = api.post("/leads/batch", {"leads": leads[first : first + 1000]})
        assert answer.status_code == 200, [r for r in answer.json()["results"] if r["errors"]][:3]
        summary.update(answer.json()["summary"])
    return summary


def check(api, rows: list[dict[str, str]]) -> None:
    leads = list(payloads(rows))

    first = post_all(api, leads)
    factories.counted()
    again = post_all(api, leads)

    count = len(rows)
    assert (first["created"], first["refused"]) == (count, 0)
    assert (again["created"], again["matched"]) == (0, count)
    assert Lead.objects.count() == count
    assert not SeenAttribute.objects.exists()
    # "google" and "Google" are one source.
    named = {row["Lead Source"].lower() for row in rows} - {""}
    assert Source.objects.count() == len(named)

    while due.drain():
        pass

    assert not Judgement.objects.filter(total=None).exists()
    assert factories.all_judged()
    assert not Judgement.objects.exclude(total=F("fit") + F("intent")).exists()
    last = dict(StageChange.objects.order_by("at", "id").values_list("lead", "target"))
    assert last == dict(Lead.objects.values_list("pk", "stage"))


def test_a_file_of_our_own_goes_in_whole_and_only_once(api):
    check(api, read(HERE))

    lead = Lead.objects.get(external_ids__value="700003")
    assert lead.attributes["do_not_email"] is True
    assert lead.attributes["totalvisits"] == 2
    assert "specialization" not in Lead.objects.get(external_ids__value="700002").attributes


def test_9240_real_leads_go_in_whole_and_only_once(api, samples):
    rows = read(samples / "x-education" / "Leads.csv")

    assert len(rows) == 9240
    check(api, rows)
