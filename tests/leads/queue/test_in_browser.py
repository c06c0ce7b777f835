"""The rep's day in a real Chromium: keys, the poll, a lost race, a phone, no script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from leads.handoffs import claims
from leads.models import Handoff, Lead, Touch
from tests import factories
from tests.browser import SHIFTS, open_whole

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]


@pytest.fixture
def rep(live_portal: object) -> User:
    return factories.rep()


def waits(name: str, minutes: int) -> Handoff:
    at = timezone.now() - timedelta(minutes=30)
    made = factories.lead(name, stage="sql", fit=49, intent=40, created_at=at)
    return factories.handoff(made, opened_at=at, minutes=30 + minutes)


def cursor(page: Page) -> object:
    return page.locator("[data-row][aria-current]")


def test_keys_move_through_the_queue_and_the_preview_follows(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    waits("Arjun Mehta", 10)
    page = sign_in(rep)
    page.goto("/queue")
    expect(page.locator("#peek h2")).to_have_text("Maya Lindqvist")

    page.keyboard.press("j")

    expect(cursor(page)).to_contain_text("Arjun Mehta")
    expect(page.locator("#peek h2")).to_have_text("Arjun Mehta")
    page.keyboard.press("k")
    expect(page.locator("#peek h2")).to_have_text("Maya Lindqvist")
    page.keyboard.press("o")
    page.wait_for_url("**/leads/*")
    expect(page.locator("h1")).to_have_text("Maya Lindqvist")


def test_an_empty_queue_is_not_called_so_beside_a_new_lead(sign_in: SignIn, rep: User) -> None:
    page = sign_in(rep)
    page.goto("/queue")
    empty = page.locator("h2", has_text="The queue is empty")
    expect(empty).to_be_visible()

    waits("Maya Lindqvist", 5)

    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    expect(empty).to_be_hidden()
    page.keyboard.press(".")
    expect(page.locator("#waiting [data-row]")).to_contain_text("Maya Lindqvist")
    expect(page.locator("#peek h2")).to_have_text("Maya Lindqvist")
    expect(page.get_by_role("button", name="Take next")).to_be_visible()


def test_c_t_1_enter_takes_a_lead_from_the_queue_to_its_first_touch(
    sign_in: SignIn, rep: User
) -> None:
    handoff = waits("Maya Lindqvist", 5)
    page = sign_in(rep)
    page.goto("/queue")

    page.keyboard.press("c")
    page.wait_for_url("**/leads/*")
    expect(page.locator(".toast")).to_contain_text("Claimed. First touch is due by")
    page.keyboard.press("t")
    expect(page.locator("#drawer h2").first).to_have_text("Log first touch")
    page.keyboard.press("1")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("First touch logged, 30 min after the handoff.")
    handoff.refresh_from_db()
    assert handoff.claimed_by == rep
    assert Touch.objects.get().result == Touch.Result.TALKED


def test_who_was_faster_stands_in_place_of_the_row_and_the_cursor_is_on_the_next(
    sign_in: SignIn, rep: User
) -> None:
    handoff = waits("Maya Lindqvist", 5)
    waits("Arjun Mehta", 10)
    page = sign_in(rep)
    page.goto("/queue")
    claims.claim(handoff, factories.rep("Marcus Bell"))

    page.keyboard.press("c")

    gone = page.locator(".q-row.gone")
    expect(gone).to_contain_text("Marcus Bell claimed Maya Lindqvist")
    expect(gone).to_contain_text("Nothing was changed.")
    expect(cursor(page)).to_contain_text("Arjun Mehta")
    expect(page.locator("#peek h2")).to_have_text("Arjun Mehta")
    page.keyboard.press("c")
    page.wait_for_url("**/leads/*")
    expect(page.locator("h1")).to_have_text("Arjun Mehta")


def test_new_work_is_announced_and_put_in_only_when_asked(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    waits("Arjun Mehta", 10)
    page = sign_in(rep)
    page.goto("/queue")
    page.keyboard.press("j")
    waits("Sofia Marchetti", 1)

    news = page.locator("#news button")
    expect(news).to_contain_text("1 new")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press(".")

    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.locator("[data-row]").first).to_contain_text("Sofia Marchetti")
    expect(cursor(page)).to_contain_text("Arjun Mehta")
    expect(page.locator("#news button")).to_have_count(0)


def test_typed_wrong_stays_in_the_drawer_with_what_was_typed(sign_in: SignIn, rep: User) -> None:
    handoff = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{handoff.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Note").fill("Four sites")

    page.get_by_role("button", name="Save touch").click()

    expect(page.locator("#drawer .err")).to_contain_text("Choose what came of it")
    expect(page.get_by_label("Note")).to_have_value("Four sites")


def test_on_a_phone_the_next_step_is_under_the_thumb(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    page = sign_in(rep, width=390)
    page.goto("/queue")
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    page.get_by_role("link", name="Maya Lindqvist").click()
    page.wait_for_url("**/leads/*")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    claim = page.locator(".bar-bottom").get_by_role("button", name="Claim")
    # One button takes the width that is there.
    assert claim.bounding_box()["x"] + claim.bounding_box()["width"] > 370
    claim.click()

    expect(page.locator(".bar-bottom").get_by_role("link", name="Log first touch")).to_be_visible()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_every_chip_stands_whole_in_the_page(
    sign_in: SignIn, rep: User, width: int
) -> None:
    waits("Maya Lindqvist", 5)
    page = sign_in(rep, width=width)

    for url in ("/queue", "/queue?q=maya&sort=score"):
        page.goto(url)
        boxes = [chip.bounding_box() for chip in page.locator(".tools .chip").all()]
        assert boxes and all(0 <= box["x"] <= box["x"] + box["width"] <= width for box in boxes)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_everything_works_without_a_script(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    lost = waits("Arjun Mehta", 10)
    page = sign_in(rep, javascript=False)
    page.goto("/queue")
    page.get_by_role("searchbox").fill("maya")
    page.keyboard.press("Enter")
    page.locator("#peek").get_by_role("button", name="Claim").click()
    expect(page.locator(".toast")).to_contain_text("Claimed. First touch is due by")
    page.locator(".next").get_by_role("link", name="Log first touch").click()
    page.get_by_label("Left a message").check()
    page.get_by_role("button", name="Save touch").click()
    expect(page.locator(".toast")).to_contain_text("First touch logged")

    page.goto(f"/leads/{lost.lead_id}")
    claims.claim(lost, factories.rep("Marcus Bell"))
    page.locator(".next").get_by_role("button", name="Claim").click()

    expect(page.locator(".err")).to_contain_text("Marcus Bell claimed Arjun Mehta")
    expect(page.locator("h1")).to_have_text("Queue")


def test_filters_open_beside_their_chip_and_read_as_sentences(
    sign_in: SignIn, live_portal: object
) -> None:
    factories.lead(stage="mql", fit=30, intent=20)
    factories.lead("Arjun Mehta", country="CL")
    page = sign_in(factories.marketer())
    page.goto("/leads")

    page.get_by_role("button", name="Add filter").click()
    page.get_by_label("Country is").fill("Chile")
    page.get_by_role("button", name="Show leads").click()

    expect(page.locator(".tools a.chip")).to_contain_text("Country is Chile")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator(".tools a.chip").click()
    expect(page.locator("tbody tr")).to_have_count(2)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_pages_are_accessible_and_do_not_shift(
    sign_in: SignIn, axe: Axe, rep: User, width: int, dark: bool
) -> None:
    waits("Maya Lindqvist", -3)
    open_one = waits("Arjun Mehta", 4)
    held = factories.claimed(rep)
    factories.consent(held.lead)
    factories.event(held.lead, properties={"message": "Who can show us this?"})
    page = sign_in(rep, width=width, dark=dark)
    page.add_init_script(SHIFTS)
    # A busy machine may paint before the very first font is there; from then on it is at hand.
    open_whole(page, "/leads")

    for url in (
        "/queue",
        "/queue?q=nobody",
        "/leads",
        "/leads?country=CL",
        f"/leads/{open_one.lead_id}",
        f"/leads/{held.lead_id}",
        f"/handoffs/{held.pk}/touch",
        f"/handoffs/{held.pk}/release",
    ):
        open_whole(page, url)
        assert page.evaluate("window.shifts()") == [], url
        axe(page)


def test_open_filters_and_drawers_are_accessible(sign_in: SignIn, axe: Axe, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    held = factories.claimed(rep)
    page = sign_in(rep)

    page.goto("/leads")
    page.get_by_role("button", name="Add filter").click()
    axe(page)
    page.goto("/queue")
    page.get_by_role("button", name="Sort").click()
    axe(page)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    expect(page.locator("#drawer[open]")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_name_without_a_break_keeps_the_page_within_its_width(
    sign_in: SignIn, rep: User, width: int
) -> None:
    handoff = factories.handoff()
    Lead.objects.update(first_name="Wolfe" * 20, job_title="Director" * 15)
    factories.event(handoff.lead, properties={"message": "x" * 900})
    page = sign_in(rep, width=width)

    for url in ("/queue", "/leads", f"/leads/{handoff.lead_id}"):
        page.goto(url)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
