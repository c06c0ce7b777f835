"""Every row of the table of columns comes in, is kept, answered, asked about and shown."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from funnel.conditions.describing import describe
from funnel.conditions.parsing import parse
from funnel.versions import current
from funnel.vocabulary.facts import Use
from funnel.vocabulary.operators import FactType
from leadportal.look import formats
from leads.checks.reading import forgiving
from leads.columns import COLUMNS, COMPANY_COLUMNS, LEAD_COLUMNS, Column, Merge
from leads.models import Company, Lead
from tests import factories
from tests.api import Api
from tests.described import description
from tests.leads.scoring.reference import Moment
from tests.leads.scoring.rows import sql_holds

pytestmark = pytest.mark.django_db

# Two values of each kind, and of the columns that take special ones.
OF_KIND: dict[FactType, tuple[Any, Any]] = {
    FactType.TEXT: ("Cold Chain", "Warm Chain"),
    FactType.NUMBER: (1200, 1300),
    FactType.MONEY: ("1200.50", "1300.00"),
}
SPECIAL: dict[str, tuple[Any, Any]] = {
    "email": ("maya@brightwater.example", "lindqvist@brightwater.example"),
    "phone": ("+46401234567", "+46401234568"),
    "website": ("https://maya.example/about", "https://maya.example/work"),
    "linkedin": ("https://linkedin.com/in/maya", "https://linkedin.com/in/lindqvist"),
    "country": ("SE", "DE"),
    "company_domain": ("brightwater.example", "fernhill.example"),
    "company_country": ("SE", "DE"),
    "company_phone": ("+46401234567", "+46401234568"),
}
each = pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.fact.name)
each_of_lead = pytest.mark.parametrize("column", LEAD_COLUMNS, ids=lambda column: column.name)


@pytest.fixture
def api(db: None) -> Api:
    return Api()


def values(column: Column) -> tuple[Any, Any]:
    return SPECIAL.get(column.fact.name) or OF_KIND[column.kind]


def post(api: Api, column: Column, value: Any) -> Lead:
    """The lead after somebody said this of it, or of the company it works for."""
    said: dict[str, Any] = {column.name: value}
    if column.of is Company:
        said = {"company": {"name": "Brightwater"} | said}
    answer = api.post("/leads", {"external_id": "crm-1"} | said)
    assert answer.status_code in {200, 201}, answer.content
    return Lead.objects.select_related("company").get()


def page(lead: Lead) -> str:
    """What a marketer reads on the page of a lead, without markup."""
    client = Client()
    client.force_login(factories.marketer())
    body = client.get(lead.get_absolute_url()).content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def shown(column: Column, value: Any) -> str:
    """A value as the timeline has it."""
    if column.kind is FactType.MONEY:
        return formats.amount(float(value))
    return column.fact.shown(value)


@each
def test_it_is_kept_and_answered_as_it_was_sent(api: Api, column: Column) -> None:
    value, _ = values(column)

    lead = post(api, column, value)

    row = lead.company if column.of is Company else lead
    kept = getattr(row, column.name)
    assert str(getattr(kept, "name", kept)) == str(value)
    if column.twin and column.of is Lead:
        twin = getattr(lead, column.twin)
        assert (twin[column.name] if isinstance(twin, dict) else twin) == " cold chain "
    answered = api.get(f"/leads/{lead.pk}").json()
    assert (answered["company"] if column.of is Company else answered)[column.name] == value


@each
def test_it_is_described_both_ways(column: Column) -> None:
    paths = description()["paths"]
    sent = paths["/api/v1/leads"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    answers = paths["/api/v1/leads/{id}"]["get"]["responses"]
    answered = answers["200"]["content"]["application/json"]["schema"]

    if column.of is Company:
        sent, answered = (
            schema["properties"]["company"]["oneOf"][0] for schema in (sent, answered)
        )

    assert sent["properties"][column.name] == forgiving(column.check.schema)
    assert column.name in answered["properties"]
    assert column.name in answered["required"]


@each
def test_criteria_may_ask_for_it(api: Api, column: Column) -> None:
    value, other = values(column)
    asked, unlike = (float(v) if column.kind is FactType.MONEY else v for v in (value, other))
    words = current.vocabulary()

    lead = post(api, column, value)

    assert words[column.fact.name] == column.fact
    moment = Moment(at=datetime.now(UTC))
    for op, wanted, holds in (
        ("is", {"value": asked}, True),
        ("is", {"value": unlike}, False),
        ("is_known", {}, True),
    ):
        test = {"id": "c1", "fact": column.fact.name, "op": op} | wanted
        tree = parse(test, words, use=Use.DEFINITION)
        assert sql_holds(tree, [lead.pk], moment) == [holds]


@pytest.mark.parametrize(
    "column",
    [column for column in COLUMNS if column.section],
    ids=lambda column: column.fact.name,
)
def test_the_page_of_the_lead_shows_it_under_its_label(api: Api, column: Column) -> None:
    value, _ = values(column)

    lead = post(api, column, value)

    assert f" {column.label} {re.sub('<[^>]+>', '', str(column.on_page(value)))} " in page(lead)


@each_of_lead
def test_the_timeline_tells_its_change(api: Api, column: Column) -> None:
    old, new = values(column)
    post(api, column, old)

    lead = post(api, column, new)

    label, told = column.fact.label, page(lead)
    if column.merge is Merge.POINTS:
        # Where it came from at first stands.
        again = rf"Came again, says Website forms \d\d:\d\d {label}: {shown(column, new)}"
        assert re.search(again, told)
    else:
        assert f"{label}: {shown(column, old)} → {shown(column, new)}" in told


def test_processes_of_the_release_before_write_on(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_company (name, name_key, match_key, domain, industry, industry_key, "
            "country, created_at) VALUES ('Acme', ' acme ', 'acme', '', '', '', '', now())"
        )

    company = Company.objects.get()
    assert (company.phone, company.founded) == ("", None)


def test_a_year_is_no_count_of_thousands(api: Api) -> None:
    (column,) = (column for column in COMPANY_COLUMNS if column.name == "founded")
    asked = {"id": "c1", "fact": "company_founded", "op": "at_least", "value": 1998}

    lead = post(api, column, 1998)

    assert " Founded 1998 " in page(lead)
    tree = parse(asked, current.vocabulary(), use=Use.DEFINITION)
    assert "1998" in describe(tree)


def test_a_page_on_the_web_is_a_link(api: Api) -> None:
    (column,) = (column for column in LEAD_COLUMNS if column.name == "website")

    lead = post(api, column, 'maya.example/?a="b"&c=<d>')

    assert lead.website == 'https://maya.example/?a="b"&c=<d>'
    client = Client()
    client.force_login(factories.marketer())
    html = client.get(lead.get_absolute_url()).content.decode()
    assert 'href="https://maya.example/?a=&quot;b&quot;&amp;c=&lt;d&gt;"' in html


@pytest.mark.parametrize(
    "column",
    [column for column in COMPANY_COLUMNS if column.merge is Merge.OVERWRITES],
    ids=lambda column: column.name,
)
def test_what_is_said_of_a_company_last_counts(api: Api, column: Column) -> None:
    old, new = values(column)
    post(api, column, old)

    lead = post(api, column, new)

    assert getattr(lead.company, column.name) == new
