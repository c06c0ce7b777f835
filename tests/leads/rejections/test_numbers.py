"""Every number about verdicts opens exactly the rejections that it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from leads.models import Handoff, WrongCriterion
from leads.rejections import rejections
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r'<a class="[^"]*" href="(/rejections\?[^"]+)"[^>]*>(?:<b>)?(\d+)')


def counted(html):
    """Each number that is a link to rejections: (the address, the number)."""
    return [(unescape(url), int(number)) for url, number in NUMBER.findall(html)]


def opened(client, url):
    return client.get(url).content.decode().count("data-row=")


def follow_all(client, html, at_least):
    found = counted(html)
    assert len(found) >= at_least, found
    for url, number in found:
        assert opened(client, url) == number, url


@pytest.fixture
def record():
    """Rejections of three sources and three reasons, in and before the 30 days, some answered."""
    rep, now = factories.rep(), timezone.now()
    lines = [
        factories.REASONS[0] | {"rule": "demo"},
        factories.REASONS[1] | {"rule": "size"},
        factories.REASONS[2] | {"rule": "decides", "points": 0, "unknown": True},
    ]
    made = []
    for number, (why, source, days) in enumerate(
        [("Too small", "Ads", 1), ("Too small", "Ads", 3), ("Too small", "Fair", 9)]
        + [("A student", "Ads", 1.5), ("A student", "Form", 12), ("No budget", "Form", 50)]
    ):
        at = now - timedelta(days=days)
        lead = factories.lead(
            f"Person {number}",
            stage="rejected",
            fit=40,
            intent=40,
            created_at=at,
            source=factories.source(source),
        )
        made.append(
            factories.rejected(
                rep, lead, at=at, reason=factories.reason(why), reasons=lines[: 1 + number % 3]
            )
        )
    Handoff.objects.filter(pk=made[4].pk).update(source=None)
    for handoff, rule, flaw in ((made[0], "demo", "wrong"), (made[1], "size", "stale")):
        WrongCriterion.objects.create(handoff=handoff, rule=rule, label=rule, flaw=flaw)
    WrongCriterion.objects.create(handoff=made[3], rule="demo", label="demo", flaw="wrong")
    rejections.answer(made[0], factories.marketer(), kind="close")
    return made


@pytest.fixture
def ines(as_user, record):
    return as_user(factories.marketer())


@pytest.mark.parametrize("period", ["7", "30", "year"])
def test_numbers_of_quality_open_their_rejections(ines, period):
    html = ines.get(f"/quality?period={period}").content.decode()

    follow_all(ines, html, at_least=5)
    tile = re.search(r'Rejected</dt>\s*<dd class="v"><a class="link" href="([^"]+)">(\d+)', html)
    assert opened(ines, unescape(tile[1])) == int(tile[2])


def test_quality_says_what_is_to_answer_and_opens_it(ines, as_user):
    html = ines.get("/quality").content.decode()

    assert ("/rejections?state=open", 5) in counted(html)
    assert ("/rejections?state=open&late=1", 4) in counted(html)
    assert "Answer the oldest rejection" in html
    boss = as_user(factories.sales_manager()).get("/quality").content.decode()
    assert "Answer the oldest rejection" not in boss


def test_the_overview_opens_what_needs_its_reader(as_user, record):
    boss = factories.sales_manager()
    rejections.answer(
        record[1], factories.marketer(), kind="dispute", text="They asked", arbiter=boss
    )
    client = as_user(boss)

    html = client.get("/overview").content.decode()

    assert "1 dispute waits for your decision" in html
    assert opened(client, "/rejections?state=mine") == 1
    late = int(re.search(r"(\d+) rejections wait past the promise", html)[1])
    assert opened(client, "/rejections?state=open&late=1") == late == 3
    after = html.split("Rejections with a reason", 1)[1]
    url = unescape(re.search(r'href="([^"]+)"', after)[1])
    assert opened(client, url) == Handoff.objects.rejected().count() - 1


def test_the_overview_asks_nobody_for_what_is_not_theirs(as_user, record):
    rejections.answer(
        record[1],
        factories.marketer(),
        kind="dispute",
        text="They asked",
        arbiter=factories.sales_manager(),
    )

    html = as_user(factories.marketing_manager()).get("/overview").content.decode()

    assert "for your decision" not in html
    assert ">Answer<" in html


@pytest.mark.parametrize("period", ["30", "year"])
def test_numbers_of_the_evidence_open_their_rejections(ines, period):
    html = ines.get(f"/rejections/evidence?period={period}").content.decode()

    follow_all(ines, html, at_least=12)
