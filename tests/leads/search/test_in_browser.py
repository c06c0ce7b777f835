"""The palette in a real Chromium: keys, the mouse, what is slow, what fails."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from leads.models import Handoff
from tests import factories

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]


@pytest.fixture
def rep(live_portal: object) -> User:
    return factories.rep()


def waits(name: str) -> Handoff:
    return factories.handoff(factories.lead(name, stage="sql", fit=49, intent=40))


def at(page: Page, url: str) -> Page:
    page.goto(url)
    return page


def field(page: Page) -> Locator:
    """That of the palette; a page may have selects of its own behind it."""
    return page.get_by_role("combobox", name="Find a lead or a command")


def asked(page: Page) -> Page:
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    return answered(page)


def answered(page: Page) -> Page:
    """Until then the list is that of what was typed before, which may name the same lead."""
    expect(page.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    return page


def chosen(page: Page) -> object:
    return page.locator('[role=option][aria-selected="true"]')


def test_a_lead_is_opened_by_its_name_without_the_mouse(
    sign_in: SignIn, rep: User, axe: Axe
) -> None:
    waits("Søren Kjærgaard")
    waits("Arjun Mehta")
    page = asked(at(sign_in(rep), "/queue"))

    page.keyboard.type("soren")
    answered(page)

    expect(chosen(page)).to_contain_text("Søren Kjærgaard")
    assert field(page).get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Søren Kjærgaard")


def test_arrows_go_round_and_escape_closes(sign_in: SignIn, rep: User) -> None:
    page = asked(at(sign_in(rep), "/queue"))
    first = chosen(page).inner_text()

    page.keyboard.press("ArrowUp")
    assert chosen(page).inner_text() != first
    page.keyboard.press("ArrowDown")
    assert chosen(page).inner_text() == first
    page.keyboard.press("Escape")

    expect(field(page)).to_be_hidden()


def test_whom_one_looked_at_stands_there_on_open(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    asked(at(page, "/queue"))

    expect(chosen(page)).to_contain_text("Maya Lindqvist")


def test_enter_in_a_hurry_waits_for_what_was_typed(sign_in: SignIn, rep: User) -> None:
    for name in ("Maya Lindqvist", "Arjun Mehta"):
        waits(name)
    page = asked(at(sign_in(rep), "/queue"))
    page.keyboard.type("maya")
    expect(chosen(page)).to_contain_text("Maya")

    field(page).fill("arjun")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Arjun Mehta")


def test_what_failed_says_so_and_enter_tries_again(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist")
    page = sign_in(rep)
    broken = re.compile("/search")

    def fail(route: Route) -> None:
        route.abort()

    page.route(broken, fail)
    at(page, "/queue")
    asked(page)
    expect(page.get_by_role("listbox")).to_contain_text("This did not load.")

    page.unroute(broken)
    page.keyboard.press("Enter")

    expect(page.get_by_role("option").first).to_be_visible()


def test_the_next_lead_is_taken_by_its_command(sign_in: SignIn, rep: User) -> None:
    handoff = waits("Maya Lindqvist")
    page = asked(at(sign_in(rep), "/followups"))

    page.keyboard.type("take next")
    expect(chosen(page)).to_contain_text("Take the next lead")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Maya Lindqvist")
    handoff.refresh_from_db()
    assert handoff.claimed_by == rep


def test_what_the_page_can_do_is_among_the_commands(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = asked(at(sign_in(rep), f"/leads/{held.lead_id}"))

    page.keyboard.type("first touch")
    expect(chosen(page)).to_contain_text("Log first touch")
    page.keyboard.press("Enter")

    expect(page.locator("#drawer h2").first).to_have_text("Log first touch")


def test_the_page_s_commands_stand_in_its_order(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = at(sign_in(rep), f"/leads/{held.lead_id}")
    shown = page.locator("main [data-key]:visible").all_inner_texts()

    asked(page)

    found = page.get_by_role("option").all_inner_texts()
    first = [" ".join(one.split()) for one in shown]
    assert len(first) > 2
    assert [one for one in (" ".join(one.split()) for one in found) if one in first] == first


def test_theme_and_keys_are_switched_by_name(sign_in: SignIn, rep: User) -> None:
    page = asked(at(sign_in(rep), "/queue"))
    page.keyboard.type("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    asked(page)
    field(page).fill("shortcuts")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("html")).to_have_attribute("data-keys", "off")


def test_a_foreign_lead_is_masked_and_is_no_way_in(sign_in: SignIn, rep: User) -> None:
    factories.lead("Maya Lindqvist", email="maya@bright.example")
    page = asked(at(sign_in(rep), "/queue"))

    field(page).fill("maya@bright.example")
    expect(chosen(page)).to_contain_text("M… L…")
    page.keyboard.press("Enter")

    expect(field(page)).to_be_visible()
    assert page.url.endswith("/queue")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_button_opens_it_and_it_fits(
    sign_in: SignIn, rep: User, axe: Axe, dark: bool
) -> None:
    waits("Wolfeschlegelsteinhausenbergerdorff" * 2)
    page = at(sign_in(rep, width=320, dark=dark), "/queue")

    page.get_by_role("link", name="Find a lead or a command").last.click()
    field(page).fill("wolfe")
    answered(page)

    expect(chosen(page)).to_contain_text("Wolfe")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    chosen(page).click()
    expect(page.locator("h1")).to_contain_text("Wolfe")


def test_without_a_script_the_search_is_a_page(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist")
    page = at(sign_in(rep, javascript=False), "/queue")

    page.get_by_role("link", name="Find a lead or a command").first.click()
    page.get_by_role("searchbox").fill("maya")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Maya Lindqvist").click()

    expect(page.locator("h1")).to_have_text("Maya Lindqvist")
