"""Who waits in nurture, for what, and what became of those who came back."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Lead, Nurture
from leads.nurture import nurture
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db


def rows(page):
    return re.findall(r'class="name" dir="auto" href="[^"]+">([^<]+)<', page.content.decode())


def links(page):
    """Every number of the panels: (count, the address behind it)."""
    found = re.findall(r'class="link t" href="([^"]+)"[^>]*>(\d+)<', page.content.decode())
    return [(int(count), url.replace("&amp;", "&")) for url, count in found]


def waits(name, *, why="Too small", campaign=None, **fields):
    made = factories.lead(
        name,
        stage="rejected",
        fit=49,
        intent=40,
        campaign=campaign and factories.campaign(campaign),
    )
    wait = factories.nurtured(made=made, **fields)
    wait.handoff.reason = factories.reason(why)
    wait.handoff.save()
    return wait


def back(name, *stages, days=34, cause="Chat", ago=5, **fields):
    at = timezone.now() - timedelta(days=ago)
    wait = waits(name, since=at - timedelta(days=days), **fields)
    factories.moved(wait.lead, "inquiry", *stages)
    wait.ended_at, wait.ended_by = at, cause
    wait.save()
    return wait


@pytest.fixture
def ines(as_user):
    return as_user(factories.marketer())


def test_who_waits_stands_with_until_when_and_why(ines):
    day = timezone.localdate() + timedelta(days=90)
    waits("Maya Lindqvist", campaign="Nordic food Q4", return_event="chat")
    waits("Arjun Mehta", by_hand_only=True, why="No budget")

    page = ines.get("/nurture")

    assert sorted(rows(page)) == ["Arjun Mehta", "Maya Lindqvist"]
    text = page.content.decode()
    assert f"until {day:%-d\u00a0%b\u00a0%Y} or for “Chat”" in text
    assert "by hand only; noted until" in text
    assert "Nordic food Q4" in text and "No budget" in text


def test_every_number_opens_exactly_the_leads_it_counts(ines):
    waits("Maya Lindqvist", campaign="Spring")
    waits("Arjun Mehta", why="No budget")
    waits("Sofia Marchetti", why="No budget", campaign="Spring", by_hand_only=True)
    reengaged = factories.lead("Kwame Boateng", stage="lost")
    nurture.reengage(
        reengaged, factories.marketer(), return_event=nurture.ANYTHING, reason="New owner"
    )
    back("Hannah Weiss", "lead", cause="its day has come")
    back("Diego Fuentes", "lead", "mql", "sql", campaign="Spring")
    back("Aoife Byrne", ago=91)

    for address in ("/nurture", "/nurture?show=back", "/nurture?campaign=none"):
        found = links(ines.get(address))
        assert len(found) >= 2
        for count, url in found:
            assert len(rows(ines.get(f"/nurture{url}"))) == count, url
    text = ines.get("/nurture").content.decode()
    assert re.search(r'Waits <span class="n">4<', text)
    assert re.search(r'Came back in 90 days <span class="n">2<', text)
    assert rows(ines.get("/nurture?by_hand=1")) == ["Sofia Marchetti"]
    assert "By hand only <b>1</b>" in text
    assert rows(ines.get("/nurture?reason=none")) == ["Kwame Boateng"]


def test_who_came_back_says_what_brought_them_and_what_became_of_them(ines):
    back("Maya Lindqvist", "lead", "mql", "sql", days=34)

    text = ines.get("/nurture?show=back").content.decode()

    assert "34 days" in text and ">Chat<" in text
    assert 'class="stage over">SQL<' in text


def test_who_moved_on_otherwise_did_not_come_back(ines):
    back("Maya Lindqvist", cause="moved on otherwise")

    assert "Nobody came back" in ines.get("/nurture?show=back").content.decode()


def test_empty_lists_say_what_is_true(ines):
    assert "Nobody waits" in ines.get("/nurture").content.decode()
    assert "Nobody matches" in ines.get("/nurture?reason=999").content.decode()
    assert "Nobody matches" in ines.get("/nurture?show=back&stage=won").content.decode()


@pytest.mark.parametrize("query", ["reason=x", "campaign=%00", "show=%00", "stage=x"])
def test_what_cannot_be_understood_narrows_nothing(ines, query):
    waits("Maya Lindqvist")

    assert rows(ines.get(f"/nurture?{query}")) == ["Maya Lindqvist"]


def test_the_list_costs_the_same_however_long(ines):
    waits("Maya Lindqvist", campaign="Spring")
    ines.get("/nurture")
    with CaptureQueriesContext(connection) as few:
        ines.get("/nurture")
    for number in range(12):
        waits(f"Person {number}", why=f"Reason {number}", campaign=f"Campaign {number}")
    with CaptureQueriesContext(connection) as many:
        ines.get("/nurture")

    assert len(many) == len(few) <= 12


def test_marketing_edits_when_a_lead_comes_back(ines):
    wait = waits("Maya Lindqvist")
    day = timezone.localdate() + timedelta(days=10)

    text = ines.get(f"/nurture/{wait.pk}/terms", headers=HTMX).content.decode()
    assert f'value="{wait.return_on}"' in text
    answer = ines.post(f"/nurture/{wait.pk}/terms", {"return_on": day, "return_event": "chat"})

    assert answer["Location"] == "/nurture"
    wait.refresh_from_db()
    assert (wait.return_on, wait.return_event) == (day, "chat")
    page = ines.get("/nurture").content.decode()
    assert f"Maya Lindqvist waits until {day:%-d %B %Y} or for “Chat”." in page


def test_terms_that_bring_nobody_back_are_refused(ines):
    wait = waits("Maya Lindqvist")

    answer = ines.post(f"/nurture/{wait.pk}/terms", {"return_on": "", "return_event": ""})

    assert answer.status_code == 422
    assert "Say when it comes back" in answer.content.decode()


def test_a_person_brings_a_lead_back_with_a_reason(ines):
    wait = waits("Maya Lindqvist", by_hand_only=True)

    refused = ines.post(f"/nurture/{wait.pk}/back", {"reason": " "})
    assert (refused.status_code, wait.lead.cycle) == (422, 1)
    ines.post(f"/nurture/{wait.pk}/back", {"reason": "They called"})

    lead = Lead.objects.get(pk=wait.lead_id)
    assert (lead.stage, lead.cycle) == ("inquiry", 2)
    assert Nurture.objects.get().ended_by == "a person"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("act", ["terms", "back"])
def test_who_comes_too_late_is_told_so(ines, act, headers):
    wait = waits("Maya Lindqvist")
    nurture.bring_back(wait.lead, factories.marketer(), reason="They called")

    answer = ines.post(f"/nurture/{wait.pk}/{act}", {"reason": "x"}, headers=headers)

    assert answer.status_code == 409
    assert "waits no longer (a person)" in answer.content.decode()


def test_who_may_only_read_is_offered_nothing(as_user):
    wait = waits("Maya Lindqvist")

    text = as_user(factories.sales_manager()).get("/nurture").content.decode()

    assert "Maya Lindqvist" in text and f"/nurture/{wait.pk}" not in text
