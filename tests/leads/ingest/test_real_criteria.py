"""Criteria in YAML over real behaviour columns, against a plain computation of the same rules."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.roles import Role
from funnel.models import CriteriaVersion
from funnel.versions import current
from leads import fields
from leads.impact import counting
from leads.impact.reading import from_json
from leads.invariants import invariants
from leads.judging import due
from leads.models import ImpactCount, Lead
from leads.switch_on import confirmation
from tests import factories
from tests.leads.ingest.test_real_input import HERE, OWN, name_of, post_all, read, type_of, typed

pytestmark = pytest.mark.django_db
CHOICES = {
    "Lead Origin",
    "What is your current occupation",
    "Lead Quality",
    "Last Activity",
    "Specialization",
}
LEFT_OUT = {"Prospect ID", "Country", "City"}

CRITERIA = """
definitions:
  lead:
    condition: {fact: attributes.lead_origin, op: is_known}
  mql:
    condition: {not: {fact: attributes.lead_quality, op: is, value: Worst}}
    line: {mql_line}
  sql:
    condition:
      all:
      - {fact: attributes.do_not_email, op: is, value: false}
      - {fact: intent, op: at_least, value: 10}
    line: {sql_line}
disqualifiers:
- id: spam
  label: Marked as spam
  condition: {fact: attributes.last_activity, op: is, value: Email Marked Spam}
rules:
- {id: works, label: Works, kind: fit, points: 20,
   when: {fact: attributes.what_is_your_current_occupation, op: is, value: Working Professional}}
- {id: studies, label: Studies, kind: fit, points: -8,
   when: {fact: attributes.what_is_your_current_occupation, op: is_any_of,
          value: [Student, Other]}}
- {id: origin, label: Origin, kind: fit,
   table: {fact: attributes.lead_origin,
           choices: {Lead Add Form: 25, Landing Page Submission: 6, API: 2, Landing Page: 6}}}
- {id: money, label: Finance or banking, kind: fit, points: {finance},
   when: {fact: attributes.specialization, op: is_any_of,
          value: [Finance Management, "Banking, Investment And Insurance"]}}
- {id: field, label: Field unknown, kind: fit, points: -3,
   when: {fact: attributes.specialization, op: is_unknown}}
- {id: search, label: Came by search, kind: fit, points: 4,
   when: {fact: source, op: is_any_of, value: [google, Organic Search]}}
- {id: visits, label: Visits, kind: intent,
   table: {fact: attributes.totalvisits,
           bands: [{from: 1, to: 2, points: 2}, {from: 3, to: 5, points: 6}, {from: 6, points: 9}]}}
- {id: time, label: Time on the site, kind: intent,
   table: {fact: attributes.total_time_spent_on_website,
           bands: [{to: 0, points: -4}, {from: 300, to: 999, points: 12},
                   {from: 1000, points: 26}]}}
- {id: pages, label: Pages per visit, kind: intent, points: 5,
   when: {fact: attributes.page_views_per_visit, op: between, value: [2, 4.5]}}
- {id: opened, label: Read or answered, kind: intent, points: 8,
   when: {fact: attributes.last_activity, op: is_any_of,
          value: [Email Opened, SMS Sent, Email Link Clicked]}}
- {id: mute, label: Wants no mail, kind: intent, points: -10,
   when: {fact: attributes.do_not_email, op: is, value: true}}
- {id: quality, label: Might be, kind: intent, points: 11,
   when: {any: [{fact: attributes.lead_quality, op: is, value: High in Relevance},
                {all: [{fact: attributes.lead_quality, op: is, value: Might be},
                       {fact: attributes.totalvisits, op: more_than, value: 2}]}]}}
caps: {fit: 50, intent: 50}
bands: {fit: [75, 50, 25], intent: [75, 50, 25]}
"""


@dataclass(frozen=True)
class Lines:
    mql: int
    sql: int
    finance: int

    @property
    def text(self) -> str:
        text = CRITERIA.replace("{mql_line}", str(self.mql)).replace("{sql_line}", str(self.sql))
        return text.replace("{finance}", str(self.finance))


def number(row: dict[str, str], column: str) -> float | None:
    return float(row[column]) if row.get(column) else None


def judge(row: dict[str, str], lines: Lines) -> tuple[int, str, str]:
    """Total, grade and stage of a row, computed the plain way. No SQL, nothing of the product."""
    work, origin = row["What is your current occupation"], row["Lead Origin"]
    special, quality = row["Specialization"], row["Lead Quality"]
    visits, time = number(row, "TotalVisits"), number(row, "Total Time Spent on Website")
    pages, activity = number(row, "Page Views Per Visit"), row["Last Activity"]
    fit = [
        20 if work == "Working Professional" else 0 if work else None,
        -8 if work in ("Student", "Other") else 0 if work else None,
        {"Lead Add Form": 25, "Landing Page Submission": 6, "API": 2, "Landing Page": 6}.get(
            origin, 0
        )
        if origin
        else None,
        (lines.finance if special in MONEY else 0) if special else None,
        0 if special else -3,
        (4 if row["Lead Source"].lower() in ("google", "organic search") else 0)
        if row["Lead Source"]
        else None,
    ]
    intent = [
        None if visits is None else 9 if visits >= 6 else 6 if 3 <= visits <= 5 else
        2 if 1 <= visits <= 2 else 0,
        None if time is None else -4 if time <= 0 else 26 if time >= 1000 else
        12 if 300 <= time <= 999 else 0,
        5 if pages is not None and 2 <= pages <= 4.5 else 0,
        8 if activity in ("Email Opened", "SMS Sent", "Email Link Clicked") else 0,
        -10 if row["Do Not Email"] == "Yes" else 0,
        11 if quality == "High in Relevance"
        or (quality == "Might be" and visits is not None and visits > 2) else 0,
    ]  # fmt: skip
    points = [min(50, max(0, sum(p or 0 for p in kind))) for kind in (fit, intent)]
    total = sum(points)
    known = sum(p is not None for p in fit)
    grade = band(points[0], "ABCD") + band(points[1], "1234") if known * 2 >= len(fit) else "?"
    if activity == "Email Marked Spam":
        return total, grade, "disqualified"
    if not origin:
        return total, grade, "inquiry"
    if quality == "Worst" or total < lines.mql:
        return total, grade, "lead"
    if row["Do Not Email"] != "No" or points[1] < 10 or total < lines.sql:
        return total, grade, "mql"
    return total, grade, "sql"


MONEY = ("Finance Management", "Banking, Investment And Insurance")


def band(points: int, names: str) -> str:
    return next(
        (n for cut, n in zip((75, 50, 25), names, strict=False) if points * 2 >= cut), names[3]
    )


def load(api: Callable, rows: list[dict[str, str]]) -> None:
    kinds = {
        column: type_of({row[column] for row in rows})
        for column in rows[0]
        if column not in OWN and column not in LEFT_OUT
    }
    for column, kind in kinds.items():
        if column in CHOICES:
            values = sorted({row[column] for row in rows} - {""} | extra(column))
            kinds[column] = "choice"
            fields.define(name_of(column), column, "choice", choices=values)
        else:
            fields.define(name_of(column), column, kind)
    post_all(
        api,
        [
            {
                "external_id": row["Lead Number"],
                "source": row["Lead Source"],
                "attributes": {
                    name_of(column): typed(row[column], kind)
                    for column, kind in kinds.items()
                    if row[column]
                },
            }
            for row in rows
        ],
    )


def extra(column: str) -> set[str]:
    """Choices the criteria name, which a short file may not have."""
    return {
        "Lead Origin": {"Lead Add Form", "Landing Page Submission", "API", "Landing Page"},
        "What is your current occupation": {"Working Professional", "Student", "Other"},
        "Lead Quality": {"Worst", "High in Relevance", "Might be"},
        "Last Activity": {"Email Marked Spam", "Email Opened", "SMS Sent", "Email Link Clicked"},
        "Specialization": set(MONEY),
    }[column]


def switch_on(text: str, folder: Path) -> ImpactCount:
    file = folder / "criteria.yaml"
    file.write_text(text)
    people = [factories.person(Role.MARKETING_MANAGER), factories.person(Role.SALES_MANAGER)]
    emails = [person.email for person in people]
    call_command("import_criteria", str(file), sign_as=emails, stdout=StringIO())
    version = CriteriaVersion.objects.get(state="proposed")
    said = counting.finish(counting.start_count(version))
    confirmation.switch_on_confirmed(version, said, confirmed_sqls=said.new_sqls)
    while due.drain():
        pass
    assert current.live() == version
    return said


def found() -> dict[str, tuple[int, str, str]]:
    factories.counted()
    rows = Lead.objects.values_list(
        "external_ids__value", "judgement__total", "judgement__grade", "stage"
    )
    return {number: (total, grade, stage) for number, total, grade, stage in rows}


def check(api: Callable, rows: list[dict[str, str]], folder: Path) -> None:
    load(api, rows)
    first, second = Lines(mql=20, sql=40, finance=7), Lines(mql=25, sql=36, finance=12)

    switch_on(first.text, folder)
    judged = found()
    assert judged == {row["Lead Number"]: judge(row, first) for row in rows}

    said = switch_on(second.text, folder)
    again = found()
    expected = {row["Lead Number"]: judge(row, second) for row in rows}
    assert again == expected
    moved = Counter(
        (judged[number][2], again[number][2])
        for number in judged
        if judged[number][2] != again[number][2]
    )
    assert from_json(said.moves) == moved
    assert not [answer for answer in invariants.violations() if answer.offences]


def test_a_file_of_our_own_is_judged_as_by_hand(api, tmp_path: Path) -> None:
    check(api, read(HERE), tmp_path)


def test_9240_real_leads_are_judged_as_by_hand(api, samples: Path, tmp_path: Path) -> None:
    rows = read(samples / "x-education" / "Leads.csv")

    assert len(rows) == 9240
    check(api, rows, tmp_path)
