"""A rep's own numbers: each leads to exactly the leads it counts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from leads.models import Handoff
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
NOW = timezone.now()
HOUR = timedelta(hours=1)


def claimed(rep: User, *, days: int = 1, touch: float | None = None, **fields: object) -> Handoff:
    """Claimed so many days ago, touched after so many hours of the two that are promised."""
    at = NOW - timedelta(days=days)
    held = factories.claimed(rep, at=at)
    if touch is not None:
        fields["first_touch_at"] = at + touch * HOUR
    if "outcome" in fields:
        fields |= {"state": "closed", "closed_at": NOW}
    if fields.get("outcome") == "rejected":
        fields["answer_due_at"] = NOW
    Handoff.objects.filter(pk=held.pk).update(**fields)
    return held


def a_month(rep: User) -> None:
    profile, timing = factories.reason("Wrong profile"), factories.reason("No budget")
    claimed(rep, touch=1, outcome="accepted")
    claimed(rep, touch=2, outcome="accepted")
    claimed(rep, touch=5, outcome="rejected", reason=profile)
    claimed(rep, touch=1, outcome="rejected", reason=profile)
    claimed(rep, touch=1, outcome="rejected", reason=timing)
    claimed(rep)
    claimed(rep, days=200, touch=1)
    claimed(factories.rep("Piet Vos"), touch=1, outcome="accepted")


def test_before_five_claims_there_are_no_numbers(as_user: As, rep: User) -> None:
    for _ in range(4):
        claimed(rep, touch=1)
    client = as_user(rep)

    few = client.get("/me/results").content.decode()
    claimed(rep)
    enough = client.get("/me/results").content.decode()

    assert "Numbers appear after 5 claims." in few
    assert "4 in these 30 days." in few
    assert "First touch, median" not in few
    assert "First touch, median" in enough


def test_each_number_leads_to_exactly_the_leads_it_counts(as_user: As, rep: User) -> None:
    a_month(rep)
    client = as_user(rep)

    page = client.get("/me/results")

    told = {one.label: one.figure[0].text for one in page.context["tiles"]}
    assert told == {
        "Claimed": "6",
        "First touch, median": "1 h",
        "In time": "4",
        "First touch late": "2",
        "Accepted": "2",
        "Sent back": "3",
    }
    for one in page.context["tiles"]:
        (figure,) = one.figure
        behind = client.get(figure.url)
        if figure.text.isdecimal():
            assert len(behind.context["page"].rows) == int(figure.text), one.label
            assert behind.context["total"].split()[0] == figure.text
    touched = next(one.figure[0] for one in page.context["tiles"] if "median" in one.label)
    assert len(client.get(touched.url).context["page"].rows) == 5
    assert all(row.claimed_by == rep for row in client.get(touched.url).context["page"].rows)


def test_reasons_lead_to_the_leads_that_were_sent_back_for_them(as_user: As, rep: User) -> None:
    a_month(rep)
    client = as_user(rep)

    reasons = client.get("/me/results").context["reasons"]

    assert [(one["label"], one["count"]) for one in reasons] == [
        ("Wrong profile", 2),
        ("No budget", 1),
    ]
    for one in reasons:
        behind = client.get(one["url"])
        assert {row.reason.label for row in behind.context["page"].rows} == {one["label"]}
        assert len(behind.context["page"].rows) == one["count"]
        assert behind.context["title"] == f"Sent back: {one['label']}"


def test_another_period_has_other_numbers_and_its_links_keep_it(as_user: As, rep: User) -> None:
    a_month(rep)
    client = as_user(rep)

    year = client.get("/me/results?period=year").context["tiles"][0].figure

    assert year[0].text == "7"
    assert len(client.get(year[0].url).context["page"].rows) == 7


def test_there_is_nobody_else_on_the_page(as_user: As, rep: User) -> None:
    a_month(rep)

    html = as_user(rep).get("/me/results").content.decode()

    assert "Piet Vos" not in html


@pytest.mark.parametrize("query", ["what=everything", "what=claimed&reason=x", "period=never"])
def test_an_address_that_is_none_is_no_error(as_user: As, rep: User, query: str) -> None:
    answer = as_user(rep).get(f"/me/results/leads?{query}")

    assert answer.status_code == (404 if "everything" in query else 200)


def test_the_pages_cost_the_same_whatever_was_claimed(as_user: As, rep: User) -> None:
    client = as_user(rep)

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    a_month(rep)
    client.get("/me/results")
    few = [queries("/me/results"), queries("/me/results/leads")]
    a_month(rep)

    assert [queries("/me/results"), queries("/me/results/leads")] == few
    assert max(few) <= 12
