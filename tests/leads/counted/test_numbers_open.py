"""Every number of Quality, Overview and My results opens exactly what it counts."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from leads.handoffs import claims, touches, verdicts
from leads.models import Handoff, Lead
from tests import factories

pytestmark = pytest.mark.django_db
# Digits that count nobody: days, moments and spans of time, promises in minutes, versions.
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
NO_COUNT = re.compile(
    rf"\d+ (?:{MONTH}|[A-Z][a-z][a-z])\b(?: 20\d\d)?|\d\d:\d\d|\bv\d+|week \d+"
    r"|\d+ (?:h \d+|days?|weeks|months|min|h|s)\b"
)
# A time says itself, an axis is no number, a name is somebody's words, a formula is a text.
SILENT = ("time", "bdi", ".axis", ".formulas", ".vh")
VOID = {"meta", "link", "input", "img", "br", "hr", "path", "circle", "use", "rect", "line"}
OF_MANY = re.compile("Opens those it is the (median|oldest) of")


@dataclass
class Link:
    """Where it leads, what it says, and what is said of it on hover or instead."""

    url: str
    says: str
    text: str = ""

    @property
    def has_number(self) -> bool:
        return bool(re.search("[1-9]", NO_COUNT.sub("", self.text)))

    @property
    def count(self) -> int | None:
        """How many it says that it opens: of a rate those that it is the share of."""
        told = self.says or self.text
        for form in (
            r"None: opens all ([\d,]+)",
            r"Opens (?:the )?([\d,]+)",
            r".*%, (?!0 of)([\d,]+) of [\d,]+",
            r".*%, 0 of ([\d,]+)",
            r"[^\d%]*([\d,]+)(?![\d,]*%)",
        ):
            if found := re.match(form, " ".join(told.split())):
                return int(found[1].replace(",", ""))
        return None


class Reader(HTMLParser):
    """The links of a page, and the numbers that stand outside of any."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.links: list[Link] = []
        self.loose: list[str] = []
        self.feed("<main" + html.split("<main", 1)[1].split("</main>", 1)[0])

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "a":
            says = told.get("aria-label") or told.get("title") or ""
            self.links.append(Link(told.get("href", ""), says))
        if tag not in VOID:
            self.open.append((tag, told.get("class") or ""))

    def handle_endtag(self, tag):
        if any(one == tag for one, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if any(tag == "a" for tag, _ in self.open):
            self.links[-1].text += data
        elif re.search("[1-9]", NO_COUNT.sub("", data)) and not self._is_silent():
            self.loose.append(data.strip())

    def _is_silent(self):
        tags = {tag for tag, _ in self.open}
        looks = {f".{look}" for _, looks in self.open for look in looks.split()}
        return bool((tags | looks) & set(SILENT))


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


def walk(client, url: str, at_least: int) -> list[Link]:
    """Follow every number of a page; how many do not matter twice."""
    found = Reader(client.get(url).content.decode())

    assert found.loose == [], "numbers that open nothing"
    numbers = [link for link in found.links if link.has_number or OF_MANY.match(link.says)]
    assert not [link for link in numbers if link.count is None and not OF_MANY.match(link.says)]
    assert len(numbers) >= at_least, numbers
    # Several numbers open the same list: it is counted once.
    rows = {url: listed(client, url) for url in {link.url for link in numbers}}
    for link in numbers:
        if OF_MANY.match(link.says):
            assert rows[link.url] > 0, link
        else:
            assert rows[link.url] == link.count, link
    return numbers


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


@pytest.fixture
def sixty_days(db) -> None:
    """Enough of them for percentages, now and before, and for a chart."""
    rep, now, reason = factories.rep(), timezone.now(), factories.reason("Too small")
    for number in range(90):
        # More and more of them: no two periods have as many, whatever time of the day it is.
        at = now - timedelta(hours=1 + 8 * number + number * number / 10)
        outcome = "accepted" if number % 3 else "rejected"
        sent_back = {"reason": reason, "answer_due_at": at + timedelta(days=2)}
        factories.handoff(
            factories.lead(stage=outcome, fit=40, intent=40, created_at=at),
            opened_at=at,
            state="closed",
            outcome=outcome,
            claimed_by=rep,
            claimed_at=at + timedelta(minutes=9 + 40 * (number % 4 == 0)),
            touch_due_at=at + timedelta(minutes=129),
            first_touch_at=at + timedelta(minutes=30 + 200 * (number % 5 == 0)),
            closed_at=at + timedelta(hours=2),
            **(sent_back if outcome == "rejected" else {}),
        )


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


@pytest.mark.parametrize("url", ["/quality", "/overview", "/overview?period=7"])
def test_of_percentages_and_changes(as_user, sixty_days, url):
    numbers = walk(as_user(factories.marketing_manager()), url, at_least=20)

    assert any("%" in link.text for link in numbers)
    assert any("earlier=1" in link.url for link in numbers)


def test_of_the_chart(as_user, sixty_days):
    client = as_user(factories.sales_manager())
    links = Reader(client.get("/overview").content.decode()).links

    points = [link for link in links if "first=" in link.url]
    # Twice, for wide and for narrow places.
    assert len(points) >= 2 * 2 * 6
    assert {link.says.split(":")[0] for link in points} == {"Accepted by Sales", "Claimed in time"}
    rows = {url: listed(client, url) for url in {link.url for link in points}}
    for link in points:
        assert rows[link.url] == link.count, link


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
        "what=handed&first=2026-01-01",
        "what=handed&first=2026-01-01&last=9999-12-31",
        "what=handed&first=0001-01-01&last=2026-12-31",
        "what=handed&first=yesterday&last=today",
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
