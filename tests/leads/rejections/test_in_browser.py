"""A marketer's rejections in a real Chromium: keys, drawers, a phone, no script."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Answer, Handoff, Nurture
from tests import factories

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


def sent_back(name: str, hours: int, **fields: object) -> Handoff:
    at = timezone.now() - timedelta(hours=hours)
    lead = factories.lead(name, stage="rejected", fit=49, intent=40, created_at=at)
    return factories.rejected(factories.rep(), lead, at=at, note="Nine people", **fields)


@pytest.fixture
def two(live_portal: object) -> list[Handoff]:
    return [sent_back("Maya Lindqvist", 30), sent_back("Arjun Mehta", 20)]


def test_u_l_and_d_answer_the_row_under_the_cursor(
    sign_in: SignIn, two: list[Handoff], axe: Axe
) -> None:
    factories.sales_manager()
    sent_back("Sofia Marchetti", 10)
    page = sign_in("marketing")
    page.goto("/rejections")
    expect(page.locator("#peek h2").first).to_have_text("Maya Lindqvist")
    axe(page)

    page.keyboard.press("j")
    page.keyboard.press("u")

    expect(page.locator("#drawer .drawer-body")).to_contain_text("Arjun Mehta")
    axe(page)
    page.locator("#drawer .btn.go").click()
    page.wait_for_url(f"**/rejections?at={Handoff.objects.latest('pk').pk}")
    assert Nurture.objects.get().lead == two[1].lead
    expect(page.locator("[data-row][aria-current]")).to_contain_text("Sofia Marchetti")
    page.keyboard.press("d")
    expect(page.locator("#drawer textarea")).to_be_visible()
    page.locator("#drawer textarea").fill("They asked twice")
    page.locator("#drawer .btn.go").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("l")
    page.locator("#drawer .btn.go").click()
    expect(page.locator("h2", has_text="All answered")).to_be_visible()
    assert list(Answer.objects.values_list("kind", flat=True)) == ["nurture", "dispute", "close"]


def test_it_works_without_a_script(sign_in: SignIn, two: list[Handoff]) -> None:
    page = sign_in("marketing", javascript=False)
    page.goto("/rejections")

    page.locator(".peek .acts .btn.go").click()
    page.locator("main form .btn.go").click()

    page.wait_for_url("**/rejections?at=*")
    assert Nurture.objects.get().lead == two[0].lead


# How far the clock and the name of a row reach into one another, in pixels.
OVERLAP = """() => {
  const [clock, name] = ["[data-row] .sla b", "[data-row] .name"].map((one) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(one));
    return range.getBoundingClientRect();
  });
  const along = Math.min(clock.right, name.right) - Math.max(clock.left, name.left);
  const down = Math.min(clock.bottom, name.bottom) - Math.max(clock.top, name.top);
  return Math.min(along, down);
}"""


@pytest.mark.parametrize("width", [1440, 1100, 390, 320])
def test_a_clock_that_is_months_late_stays_clear_of_the_name(
    sign_in: SignIn, live_portal: object, width: int
) -> None:
    sent_back("Maya Lindqvist", 2_600)
    page = sign_in("marketing", width=width)

    page.goto("/rejections")

    expect(page.locator("[data-row] .sla b")).to_contain_text(re.compile(r"\d{4}h \d\dm late"))
    assert page.evaluate(OVERLAP) < -4


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_a_rejection_is_a_page_and_nothing_runs_off(
    sign_in: SignIn, live_portal: object, axe: Axe, width: int
) -> None:
    handoff = sent_back(f"{LONG} مرحبا", 30, reason=factories.reason(LONG))
    page = sign_in("marketing", width=width)
    runs_off = "document.documentElement.scrollWidth > innerWidth"

    for address in (
        "/rejections",
        f"/rejections/{handoff.pk}",
        f"/rejections/{handoff.pk}/dispute",
        "/nurture",
        "/rejections/evidence?period=year",
    ):
        page.goto(address)
        assert not page.evaluate(runs_off), address
        axe(page)
    page.goto("/rejections")
    page.locator("a.name").click()
    page.wait_for_url(f"**/rejections/{handoff.pk}")
    expect(page.locator(".acts .btn.go")).to_be_visible()
