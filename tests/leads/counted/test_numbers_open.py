"""Every number of Quality, Overview and My results opens exactly what it counts."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from leads.handoffs import claims, touches, verdicts
from leads.models import Handoff, Lead
from tests import factories

pytestmark = pytest.mark.django_db
# Where the pages show numbers; the rest is dates, shares of a step before, and drawings.
NUMBERS = ("td.r", "dd.v", "span.ct", ".t", "p.back", ".chip warn")
VOID = {"meta", "link", "input", "img", "br", "hr", "path", "circle", "use", "rect", "line"}


class Reader(HTMLParser):
    """The links of a page with their words, and the numbers that stand outside of any."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.loose: list[str] = []
        self.feed(html.split("<main", 1)[1].split("</main>", 1)[0])

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "a":
            self.links.append((told.get("href", ""), ""))
        if tag not in VOID:
            self.open.append((tag, told.get("class") or ""))

    def handle_endtag(self, tag):
        if any(one == tag for one, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if "a" in tags:
            url, text = self.links[-1]
            self.links[-1] = (url, text + data)
        elif re.search("[1-9]", data) and any(self._counts(*one) for one in self.open):
            self.loose.append(data.strip())

    def _counts(self, tag, classes):
        return any(
            (not name or name == tag) and wanted in f" {classes} "
            for name, wanted in ((n.split(".")[0], f" {n.split('.')[1]} ") for n in NUMBERS)
        )


def counted_by(text: str) -> int | None:
    """How many a link says that it opens; of a share the whole. None of a percentage."""
    text = " ".join(text.split())
    if found := re.fullmatch(r"([\d,]+) of ([\d,]+)", text):
        return int(found[2])
    found = re.match(r"([\d,]+)(?: (?:leads?|late|missed|handed over|accepted)|: .*)?$", text)
    return int(found[1].replace(",", "")) if found else None


def listed(client, url: str) -> int:
    """How many rows a list has, all its pages together."""
    count, page = 0, client.get(url)
    while True:
        assert page.status_code == 200, url
        html = page.content.decode()
        count += len(re.findall(r'<(?:tr|li)[^>]* data-row="', html))
        older = re.search(r'href="([^"]*)" rel="next"', html)
        if older is None:
            return count
        page = client.get(url.split("?")[0] + unescape(older[1]))


def walk(client, url: str, at_least: int) -> None:
    found = Reader(client.get(url).content.decode())

    assert found.loose == [], "numbers that open nothing"
    said = [
        (href, number) for href, text in found.links if (number := counted_by(text)) is not None
    ]
    assert len(said) >= at_least, said
    for href, number in said:
        assert listed(client, href) == number, href


@pytest.fixture
def record() -> list[Handoff]:
    """Leads of two sources, of a campaign and of none, in every state that a number tells of."""
    rep, marcus, now = factories.rep(), factories.rep("Marcus Bell"), timezone.now()
    fair, ads = factories.source("Fair & co"), factories.source("Ads")
    spring = factories.campaign("Spring", source=ads)
    made = []
    for number in range(26):
        at = now - timedelta(days=number % 9, hours=2 + number % 7)
        origin = [{"source": fair}, {"source": ads, "campaign": spring}, {}][number % 3]
        lead = factories.lead(
            f"Person {number}", stage="sql", fit=40, intent=40, created_at=at, **origin
        )
        made.append(factories.handoff(lead, opened_at=at, minutes=60 + 300 * (number % 2)))
        Lead.objects.filter(pk=lead.pk).update(created_at=at)
    for number, handoff in enumerate(made[:23]):
        by, at = (rep, marcus)[number % 2], handoff.opened_at + timedelta(minutes=90)
        held = claims.claim(handoff, by, at=at)
        if number < 20:
            later = at + timedelta(minutes=20)
            told = {"channel": "call", "result": "talked", "touched_at": later, "at": later}
            touches.log_touch(held, by, **told)
    for number, handoff in enumerate(made[:20]):
        handoff.refresh_from_db()
        decide(handoff, number)
    for days in (3, 5):
        factories.lead(created_at=now - timedelta(days=days), source=fair)
    return made


def decide(handoff: Handoff, number: int) -> None:
    by, at = handoff.claimed_by, handoff.first_touch_at + timedelta(minutes=5)
    if number % 3:
        factories.bant(handoff.lead, by)
        verdicts.accept(handoff, by, at=at)
    else:
        reason = factories.reason(("Too small", "A student")[number % 2])
        verdicts.reject(handoff, by, reason=reason, note="Nine people", at=at)


@pytest.mark.parametrize("period", ["7", "30"])
def test_of_quality(as_user, record, period):
    walk(as_user(factories.marketer()), f"/quality?period={period}", at_least=25)


@pytest.mark.parametrize("period", ["7", "30"])
def test_of_the_overview(as_user, record, period):
    walk(as_user(factories.sales_manager()), f"/overview?period={period}", at_least=12)


def test_of_ones_own_results(as_user, record):
    walk(as_user(record[0].claimed_by), "/me/results?period=30", at_least=5)


def test_a_list_says_what_is_counted_and_of_what(as_user, record):
    client = as_user(factories.marketer())
    fair = record[0].lead.source_id

    html = client.get(f"/quality/leads?what=accepted&period=7&source={fair}").content.decode()
    none = client.get("/quality/leads?what=decided&source=none").content.decode()

    assert "Accepted by Sales: Fair &amp; co" in html
    assert 'href="/quality?period=7"' in html
    assert "Of the handoffs opened in the period and decided by now" in html
    assert "Decided: no source" in none


@pytest.mark.parametrize(
    "query",
    [
        "",
        "what=x",
        "what=accepted&source=x",
        "what=accepted&rep=0",
        "what=given_back",
        "what=handed&giver=1",
        "what=handed&version=" + "9" * 30,
    ],
)
def test_what_is_no_number_is_not_found(as_user, query):
    assert as_user(factories.marketer()).get(f"/quality/leads?{query}").status_code == 404


def test_the_list_costs_the_same_whatever_its_length(
    as_user, record, django_assert_max_num_queries
):
    client = as_user(factories.marketer())

    client.get("/quality/leads?what=waiting")
    with django_assert_max_num_queries(9) as few:
        assert "3 leads now" in client.get("/quality/leads?what=waiting").content.decode()
    with django_assert_max_num_queries(9) as many:
        client.get("/quality/leads?what=handed&period=30")

    assert len(few) == len(many)
