"""What people typed runs in its own direction, and long words break, on every page."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from funnel.models import CriteriaVersion
from leads.by_hand import points
from leads.handoffs import claims, touches
from leads.models import Company, Handoff, Lead, Source
from tests import factories

ARABIC = "مها الزهراني"
LONG = ("Wolfeschlegelstein" * 5)[:80]
# Names what stands out at the right, for the message of a failure.
TOO_WIDE = """[...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "use"}
# The browser's own, and what is no part of the page's text.
APART = {"title", "option", "textarea", "script"}


def seed(name: str) -> tuple[User, Handoff, Handoff]:
    """A manager who sees all, a handoff that waits and one that is held, all named so."""
    rep = factories.rep(name)
    manager = factories.person("sales_manager", "marketing_manager", "admin", name=name)
    held = factories.claimed(rep)
    now = timezone.now()
    touches.log_touch(held, rep, channel="call", result="talked", note=f"{name}\n{name}")
    points.adjust(held.lead, manager, kind="fit", points=5, reason=name)
    factories.event(held.lead, properties={"message": f"{name}\n{name}"})
    waiting = factories.handoff(opened_at=now - timedelta(minutes=5))
    given = factories.claimed(rep)
    claims.release(given, rep, reason=name)
    Lead.objects.update(first_name=name, last_name=name, job_title=name, city=name)
    Company.objects.update(name=name, industry=name)
    Source.objects.update(name=name)
    CriteriaVersion.objects.update(note=name)
    return manager, waiting, held


def pages(waiting: Handoff, held: Handoff) -> list[str]:
    return [
        "/queue",
        "/leads",
        f"/leads/{waiting.lead_id}",
        f"/leads/{held.lead_id}",
        "/criteria",
        "/overview",
        "/quality",
        "/settings",
        "/settings/keys",
    ]


class Isolated(HTMLParser):
    """Collects text in Arabic letters alone that no element sets apart from what is around it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.loose: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            apart = tag == "bdi" or tag in APART or ("dir", "auto") in attrs
            self.open.append((tag, apart))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        letters = [letter for letter in data if letter.isalpha()]
        arabic = bool(letters) and all("\u0600" <= letter <= "\u06ff" for letter in letters)
        if len(letters) > 4 and arabic and not any(apart for _, apart in self.open):
            self.loose.append(f"{self.get_starttag_text()} {data.strip()}")


@pytest.mark.django_db
def test_what_people_typed_is_set_apart_by_its_direction():
    manager, waiting, held = seed(ARABIC)
    client = Client()
    client.force_login(manager)

    for url in pages(waiting, held):
        html = client.get(url).content.decode()
        parser = Isolated()
        parser.feed(html)

        assert parser.loose == [], url


@pytest.mark.django_db
def test_fields_for_words_run_in_the_direction_of_the_words(client: Client):
    rep = factories.rep()
    client.force_login(rep)

    html = client.get(f"/handoffs/{factories.claimed(rep).pk}/touch").content.decode()

    assert 'dir="auto"' in html.split("<textarea")[1].split(">")[0]


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_long_word_and_a_narrow_screen_leave_the_page_its_width(
    sign_in: Callable[..., Page], live_portal: object, width: int
) -> None:
    manager, waiting, held = seed(LONG)
    page = sign_in(manager, width=width)

    for url in pages(waiting, held):
        page.goto(url)

        too_wide = page.evaluate(TOO_WIDE)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, too_wide)


@pytest.mark.parametrize("url", ["/queue", "/leads"])
def test_an_arabic_name_stands_where_the_others_stand(
    sign_in: Callable[..., Page], live_portal: object, url: str
) -> None:
    rep = factories.rep()
    factories.handoff(factories.lead("Maya Lindqvist", stage="sql", fit=40, intent=40))
    factories.handoff(factories.lead(ARABIC, stage="sql", fit=40, intent=40))
    page = sign_in(rep)
    page.goto(url)

    left = [
        page.get_by_role("link", name=name).first.evaluate(
            """(link) => {
                const range = document.createRange();
                range.selectNodeContents(link);
                return range.getBoundingClientRect().left;
            }"""
        )
        for name in ("Maya Lindqvist", ARABIC)
    ]

    assert abs(left[0] - left[1]) < 1


def test_lines_of_a_note_and_a_message_stay_lines(
    sign_in: Callable[..., Page], live_portal: object
) -> None:
    manager, _, held = seed("Maya")
    page = sign_in(manager)
    page.goto(f"/leads/{held.lead_id}")

    notes = page.locator("#timeline .note")

    expect(notes.first).to_be_visible()
    in_two_lines = [text for text in notes.all_inner_texts() if len(text.splitlines()) == 2]
    assert len(in_two_lines) == 2  # the note of a touch, and the message of an event
