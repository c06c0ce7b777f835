"""The metrics over REST are the numbers that the pages show."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Scope
from leads.metrics import catalogue
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def decided():
    """Of the last weeks: waiting, claimed, rejected; and of the weeks before."""
    dana = factories.rep()
    for days in (1, 2, 3, 40):
        opened = NOW - timedelta(days=days)
        factories.handoff(opened_at=opened)
    for _ in range(2):
        factories.claimed(dana)
    factories.rejected(dana)
    return dana


def measured(api, query=""):
    answer = api.get(f"/metrics{query}")
    assert answer.status_code == 200, answer.content
    return {row["name"]: row for row in answer.json()["results"]}


def text_of(page) -> str:
    assert page.status_code == 200
    return " ".join(re.sub("<[^>]*>", " ", page.content.decode()).split())


def test_every_metric_of_the_catalogue_has_its_formula(api, decided):
    found = measured(api)
    shown = {(row["label"], row["formula"]) for row in found.values()}
    funnel = ("Funnel", catalogue.FUNNEL_FORMULA)

    assert set(catalogue.formulas()) - {funnel} <= shown
    assert found["funnel_leads"]["formula"] == catalogue.FUNNEL_FORMULA
    assert found["accepted"]["share_of"] == "decided"


@pytest.mark.parametrize("period", ["7", "30", "quarter"])
@pytest.mark.parametrize("path", ["/quality", "/overview"])
def test_the_pages_show_the_same_numbers(api, client, decided, path, period):
    found = measured(api, f"?period={period}")
    client.force_login(factories.sales_manager())
    figures = client.get(f"{path}?period={period}").context["now"]

    for name in (metric.name for metric in (*catalogue.COUNTS, *catalogue.MEDIANS)):
        assert found[name]["value"] == pytest.approx(getattr(figures, name)), name


def test_the_tiles_and_the_funnel_of_quality_say_what_the_metrics_say(api, client, decided):
    found = measured(api)
    client.force_login(factories.marketer())
    page = client.get("/quality")
    tiles = {tile.label: tile for tile in page.context["tiles"]}

    assert tiles["Handed to Sales"].figure[0].text == f"{found['handed']['value']}"
    waiting = tiles["Waiting to be claimed"]
    assert waiting.figure[0].text == f"{found['waiting']['value']}"
    assert f"{found['late']['value']} late" in text_of(page)
    reached = [found[name]["value"] for name in found if name.startswith("funnel_")]
    assert reached == page.context["cohort"].reached


def test_a_period_is_told_with_its_days_and_what_was_before(api, decided):
    answer = api.get("/metrics?period=30").json()
    (handed,) = (row for row in answer["results"] if row["name"] == "handed")

    assert answer["period"]["key"] == "30"
    assert (handed["value"], handed["before"]) == (6, 1)


def test_where_there_is_no_case_a_median_is_null(api):
    found = measured(api)

    assert (found["to_claim"]["value"], found["oldest"]["value"]) == (None, None)
    assert (found["handed"]["value"], found["waiting"]["value"]) == (0, 0)


def test_an_unknown_period_is_a_400_and_not_another_period(api, as_problem):
    problem = as_problem(api.get("/metrics?period=decade"), 400)

    assert problem["errors"][0]["parameter"] == "period"


def test_who_may_not_open_quality_reads_no_metrics(client, as_problem):
    client.force_login(factories.rep())
    as_problem(client.get("/api/v1/metrics"), 403)
    client.force_login(factories.marketer())

    assert client.get("/api/v1/metrics").status_code == 200


def test_the_metrics_have_a_scope_of_their_own(as_problem):
    as_problem(Api(Scope.LEADS_READ).get("/metrics"), 403)

    assert Api(Scope.METRICS_READ).get("/metrics").status_code == 200
