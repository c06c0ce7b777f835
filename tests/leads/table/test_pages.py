"""The table of leads: found, narrowed, ordered, paged, and seen by whom it may be."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from funnel.models import Queue
from leadportal.db import paging
from leads.models import Lead
from tests import factories

As = Callable[[User], Client]


@pytest.fixture
def marketing(as_user: As) -> Client:
    return as_user(factories.marketer())


def rows(response: object) -> list[str]:
    return re.findall(r'class="name" dir="auto" href="[^"]+">([^<]+)<', response.content.decode())


def text(response: object) -> str:
    body = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def chips(response: object) -> list[str]:
    return [f"{chip['label']} {chip['value']}" for chip in response.context["chips"]]


def test_the_newest_stand_first(marketing: Client) -> None:
    now = timezone.now()
    factories.lead("Maya Lindqvist", created_at=now - timedelta(days=2))
    factories.lead("Arjun Mehta", created_at=now - timedelta(days=1))

    assert rows(marketing.get("/leads")) == ["Arjun Mehta", "Maya Lindqvist"]


def test_a_rep_sees_only_theirs(as_user: As) -> None:
    rep = factories.rep()
    factories.lead("Maya Lindqvist", owner=rep)
    factories.lead("Sofia Marchetti")
    factories.handoff(factories.lead("Arjun Mehta", stage="sql", fit=49, intent=40))
    factories.handoff(
        factories.lead("Kwame Boateng", stage="sql", fit=49, intent=40),
        queue=Queue.objects.create(name="Nordics"),
    )

    assert set(rows(as_user(rep).get("/leads"))) == {"Maya Lindqvist", "Arjun Mehta"}
    assert len(rows(as_user(factories.marketer()).get("/leads"))) == 4
    assert rows(as_user(factories.outsider()).get("/leads")) == []


@pytest.mark.parametrize(
    "words",
    [
        "lindqvist",
        "MAYA",
        "maya lindq",
        "brightw",
        "maya@brightwater",
        "måya",
        "zoe maya",
        "ma",
        "li z",
    ],
)
def test_words_find_name_mail_and_company(marketing: Client, words: str) -> None:
    factories.lead("Zoë Maya Lindqvist", email="maya@brightwater.example")
    factories.lead("Arjun Mehta", company=factories.company("Northline"), email="a@north.example")

    assert rows(marketing.get("/leads", {"search": words})) == ["Zoë Maya Lindqvist"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"stage": ["mql", "sql"]}, "Stage is MQL or SQL"),
        ({"source": "Webinar"}, "Source is Webinar"),
        ({"campaign": "Nordic food Q4"}, "Campaign is Nordic food Q4"),
        # By any spelling, as names are one that differ by that.
        ({"last_source": "trade-fair"}, "Last source is trade-fair"),
        ({"last_campaign": "Hannover"}, "Last campaign is Hannover"),
        ({"country": "Chile"}, "Country is Chile"),
        ({"country": "cl"}, "Country is Chile"),
        ({"min_total": "45"}, "Score is at least 45"),
        ({"owner": "dana@example.com"}, "Owner is Dana Okafor"),
        ({"created_since": "2026-01-01"}, "Created since 1 January 2026"),
    ],
)
def test_each_filter_narrows_and_reads_as_a_sentence(
    marketing: Client, query: dict[str, object], sentence: str
) -> None:
    dana = factories.person(email="dana@example.com", name="Dana Okafor")
    factories.lead(
        "Maya Lindqvist",
        stage="mql",
        fit=40,
        intent=10,
        source=factories.source("Webinar"),
        campaign=factories.campaign(),
        last_source=factories.source("Trade Fair"),
        last_campaign=factories.campaign("Hannover"),
        last_came_at=timezone.now(),
        country="CL",
        owner=dana,
    )
    old = timezone.now().replace(year=2020, day=1)
    factories.lead("Arjun Mehta", stage="lead", fit=4, intent=1, created_at=old)

    page = marketing.get("/leads", query)

    assert rows(page) == ["Maya Lindqvist"]
    assert chips(page) == [sentence]
    assert rows(marketing.get(f"/leads{page.context['chips'][0]['remove']}")) == [
        "Maya Lindqvist",
        "Arjun Mehta",
    ]


def test_what_cannot_be_understood_narrows_nothing(marketing: Client) -> None:
    factories.lead()

    page = marketing.get("/leads?stage=nonsense&min_total=many&created_since=soon&sort=name")

    assert rows(page) == ["Maya Lindqvist"]
    assert chips(page) == []


def test_an_empty_page_says_what_to_do_without(marketing: Client) -> None:
    for _ in range(3):
        factories.lead(stage="mql", fit=30, intent=20)

    page = text(marketing.get("/leads?stage=mql&country=CL"))

    assert "No lead matches" in page
    assert "Remove “Country is Chile” to see 3" in page


def test_an_empty_portal_says_so(marketing: Client) -> None:
    page = text(marketing.get("/leads"))

    assert "No leads yet" in page
    assert "Import your first file" in page.split("No leads yet")[1]


def test_a_rep_without_leads_is_not_told_that_there_are_none(as_user: As) -> None:
    factories.lead()

    page = text(as_user(factories.rep()).get("/leads"))

    assert "No leads of yours yet" in page


@pytest.mark.parametrize("sort", ["-created", "created", "-score", "score", "-moved", "moved"])
def test_every_order_pages_through_each_lead_once(
    marketing: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    now = timezone.now()
    for number in range(60):
        # Many equal values: the id settles their order.
        at = now - timedelta(hours=number % 4)
        factories.lead(f"Lead {number}", stage="lead", fit=number % 5, created_at=at)
    url, seen = "/leads", []

    page = marketing.get(f"{url}?sort={sort}")
    seen += rows(page)
    while page.context["page"].older:
        page = marketing.get(url + page.context["page"].older)
        seen += rows(page)

    assert len(seen) == len(set(seen)) == 60
    found = sorted_by(sort, seen)
    assert found == seen


def sorted_by(sort: str, names: list[str]) -> list[str]:
    """The names in the order the database itself gives."""
    column = {"created": "created_at", "score": "judgement__total", "moved": "stage_since"}
    sign = "-" if sort.startswith("-") else ""
    order = [f"{sign}{column[sort.removeprefix('-')]}", f"{sign}pk"]
    return [lead.name for lead in Lead.objects.order_by(*order)]


def test_the_heads_sort_and_say_how(marketing: Client) -> None:
    factories.lead(stage="lead", fit=4)

    page = marketing.get("/leads?sort=-score&country=SE").content.decode()

    assert re.search(r'aria-sort="descending"><a href="\?[^"]*sort=score', page)
    assert "country=SE" in page


def test_the_order_by_score_leaves_out_who_has_none_and_says_so(marketing: Client) -> None:
    factories.lead("Maya Lindqvist")
    factories.lead("Arjun Mehta", stage="lead", fit=4)

    page = marketing.get("/leads?sort=-score")

    assert rows(page) == ["Arjun Mehta"]
    assert "Leads not scored yet are left out" in text(page)


def test_large_counts_are_not_counted_out(
    marketing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 2)
    for _ in range(4):
        factories.lead()

    assert "4 of 2+" in text(marketing.get("/leads"))


def test_the_number_of_queries_does_not_grow_with_the_rows(marketing: Client) -> None:
    factories.lead()
    marketing.get("/leads")
    with CaptureQueriesContext(connection) as few:
        marketing.get("/leads?stage=inquiry&search=maya")
    for number in range(20):
        factories.lead(f"Maya {number}", owner=factories.person())

    with CaptureQueriesContext(connection) as many:
        marketing.get("/leads?stage=inquiry&search=maya")
    with CaptureQueriesContext(connection) as none:
        marketing.get("/leads?stage=won&country=CL&min_total=99&source=No&search=nobody")

    assert len(many) == len(few) <= 12
    assert len(none) <= 12


def test_what_people_typed_is_text_and_nothing_else(marketing: Client) -> None:
    nasty = '"><script>alert(1)</script>'
    factories.lead(nasty, job_title=nasty)

    page = marketing.get("/leads", {"search": nasty, "country": nasty, "owner": nasty})
    table = marketing.get("/leads")

    assert "<script>alert" not in page.content.decode() + table.content.decode()


def test_a_rep_with_many_leads_sees_the_same_rows(
    as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep = factories.rep()
    factories.lead("Maya Lindqvist", owner=rep)
    factories.lead("Sofia Marchetti")
    for name in ("Arjun Mehta", "Kwame Boateng"):
        factories.handoff(factories.lead(name, stage="sql", fit=49, intent=40))

    few = rows(as_user(rep).get("/leads"))
    monkeypatch.setattr("leads.models.lead.FEW", 1)
    many = rows(as_user(rep).get("/leads"))

    assert few == many
    assert set(few) == {"Maya Lindqvist", "Arjun Mehta", "Kwame Boateng"}


def test_filters_offer_a_rep_only_what_their_leads_tell(as_user: As, marketing: Client) -> None:
    dana = factories.rep("Dana Okafor")
    factories.rep("Marcus Bell")  # holds nothing
    factories.claimed(dana, factories.lead(owner=dana, source=factories.source("Trade fair")))
    factories.lead(source=factories.source("Bought list"))

    own, everything = as_user(dana).get("/leads").context, marketing.get("/leads").context

    assert list(own["sources"]) == ["Trade fair"]
    assert [name for _, name in own["owners"]] == ["Dana Okafor"]
    assert {"Trade fair", "Bought list"} <= set(everything["sources"])
    assert {"Dana Okafor", "Marcus Bell"} <= {name for _, name in everything["owners"]}


def test_changing_the_filters_keeps_those_that_the_form_does_not_ask_for(marketing: Client) -> None:
    query = {"imported": "7", "search": "ana", "source": "trade fair", "stage": "mql"}

    page = marketing.get("/leads", query)

    form = page.content.decode().split('id="filters"', 1)[1].split("</form>", 1)[0]
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert kept == {"imported": "7", "search": "ana"}
    # Written otherwise than in the list, or beyond its end.
    assert '<option value="trade fair" selected>trade fair</option>' in form
