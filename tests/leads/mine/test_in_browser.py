"""A rep's own pages in a real Chromium: keys, a phone, no script."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from leadportal.look import formats
from leads.models import FollowUp, Handoff, Note, Touch
from tests import factories

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]


@pytest.fixture
def rep(live_portal: object) -> User:
    return factories.rep()


def holds(rep: User, name: str, ago: int) -> Handoff:
    lead = factories.lead(name, stage="claimed", fit=49, intent=40, owner=rep)
    return factories.claimed(rep, lead, at=timezone.now() - timedelta(minutes=ago))


def test_j_and_t_log_a_touch_of_the_row_one_is_on_and_plan_the_next(
    sign_in: SignIn, rep: User
) -> None:
    holds(rep, "Maya Lindqvist", 30)
    held = holds(rep, "Arjun Mehta", 10)
    page = sign_in(rep)
    page.goto("/leads/mine")

    page.keyboard.press("j")
    page.keyboard.press("t")
    drawer = page.locator("#drawer")
    expect(drawer.locator("h2").first).to_have_text("Log first touch")
    page.keyboard.press("3")
    drawer.get_by_label("Tomorrow").check()
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/leads/{held.lead_id}?from=mine")
    assert Touch.objects.get().handoff == held
    planned = FollowUp.objects.get()
    assert planned.lead_id == held.lead_id
    # Nine in Sweden, whose tomorrow begins before that of a company that has not said where it is.
    assert planned.due_at.astimezone(ZoneInfo("Europe/Stockholm")).hour == 9
    expect(page.locator("main")).to_contain_text(formats.when(planned.due_at))

    page.go_back()
    expect(page.locator("[data-row][aria-current]")).to_contain_text("Arjun Mehta")


def test_a_follow_up_is_put_off_and_done_by_keys(sign_in: SignIn, rep: User) -> None:
    first = factories.follow_up(rep, ahead=-timedelta(days=2))
    second = factories.follow_up(rep, ahead=-timedelta(days=1))
    page = sign_in(rep)
    page.goto("/followups")

    page.keyboard.press("s")
    expect(page.locator("#drawer h2").first).to_have_text("Put off")
    page.locator("#drawer").get_by_label("Next week").check()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Next try with Maya Lindqvist")
    first.refresh_from_db()
    assert first.due_at > timezone.now()

    page.keyboard.press("d")
    expect(page.locator(".toast")).to_contain_text("Done: Maya Lindqvist.")
    second.refresh_from_db()
    assert second.done_at


def test_a_note_is_written_from_the_lead_with_its_lines(sign_in: SignIn, rep: User) -> None:
    held = holds(rep, "Maya Lindqvist", 10)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("n")
    page.locator("#drawer textarea").fill("Asks for SAP.\nCall after four.")
    page.get_by_role("button", name="Save note").click()

    expect(page.locator(".tl .note")).to_contain_text("Asks for SAP.")
    assert Note.objects.get().text == "Asks for SAP.\nCall after four."
    assert page.locator(".tl .note").inner_text().count("\n") == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_every_page_is_accessible_and_fits(
    sign_in: SignIn, rep: User, axe: Axe, width: int, dark: bool
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff" * 2
    for minutes in (200, 10):
        factories.follow_up(rep, holds(rep, name, minutes).lead, note=name)
    for _ in range(4):
        held = factories.rejected(rep, factories.lead("محمد الفارسي", stage="rejected"))
    page = sign_in(rep, width=width, dark=dark)

    for url in (
        *("/leads/mine", "/followups", "/me/results", "/me/results/leads", "/search?q=wolfe"),
        f"/leads/{held.lead_id}",
        f"/leads/{held.lead_id}/follow-up",
        f"/leads/{held.lead_id}/note",
    ):
        page.goto(url)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, url


def test_without_a_script_all_of_it_works(sign_in: SignIn, rep: User) -> None:
    held = holds(rep, "Maya Lindqvist", 10)
    page = sign_in(rep, javascript=False)
    page.goto("/leads/mine")

    page.get_by_role("link", name="Log touch").click()
    page.get_by_label("No answer").check()
    page.get_by_label("Tomorrow").check()
    page.get_by_role("button", name="Save touch").click()
    page.goto("/followups")
    page.get_by_role("button", name="Done").click()

    expect(page.locator("main")).to_contain_text("Nothing due today")
    assert FollowUp.objects.get().done_at
    assert Touch.objects.get().handoff == held
