import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.roles import Role
from funnel.models import Reason
from funnel.stages import Stage
from leads.models import HandoffState, Outcome
from tests import factories
from tests.browser import open_whole

PAGES = [
    ("/quality", Role.MARKETING, "Lead quality"),
    ("/overview", Role.SALES_MANAGER, "Handoff, week"),
    ("/criteria", Role.SALES, "What makes an SQL"),
]

# The key of the palette beside its field, and where what stands below the figures ends.
KEY_IN_ITS_FRAME = """[".find", ".find kbd"].every((one) => {
  const { scrollWidth, clientWidth } = document.querySelector(one);
  return scrollWidth <= clientWidth;
})"""
NOTES_END = """[...document.querySelectorAll(".tile .d > span")]
  .map((note) => note.getBoundingClientRect().bottom)"""


@pytest.fixture
def month(live_portal) -> None:
    """50 decided handoffs, enough for percentages and a chart, and a few that wait."""
    now = timezone.now()
    rep = factories.rep()
    reason = Reason.objects.get_or_create(label="Too small", defaults={"family": "profile"})[0]
    for number in range(50):
        at = now - timedelta(days=number)
        outcome = Outcome.REJECTED if number % 5 == 0 else Outcome.ACCEPTED
        factories.handoff(
            factories.lead(stage=Stage(outcome), fit=40, intent=40, created_at=at),
            opened_at=at,
            state=HandoffState.CLOSED,
            outcome=outcome,
            reason=reason if outcome == Outcome.REJECTED else None,
            claimed_by=rep,
            claimed_at=at + timedelta(minutes=9),
            touch_due_at=at + timedelta(minutes=129),
            first_touch_at=at + timedelta(minutes=30),
            closed_at=at + timedelta(hours=2),
            answer_due_at=at + timedelta(days=2) if outcome == Outcome.REJECTED else None,
        )
    factories.handoff(opened_at=now - timedelta(minutes=31))
    factories.claimed(rep, at=now - timedelta(hours=3))


@pytest.mark.parametrize(("url", "role", "title"), PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_full_page_is_accessible_and_does_not_scroll_sideways(
    month, sign_in, axe, url, role, title, width, dark
):
    page = sign_in(role, width=width, dark=dark)

    open_whole(page, url)

    assert title in page.inner_text("h1")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(KEY_IN_ITS_FRAME)
    assert width == 390 or len(set(page.evaluate(NOTES_END))) <= 1


@pytest.mark.parametrize(("url", "role", "title"), PAGES)
def test_an_empty_page_is_accessible(sign_in, axe, url, role, title):
    page = sign_in(role)

    open_whole(page, url)

    assert title in page.inner_text("h1")
    axe(page)


def test_the_period_and_the_order_work_without_javascript(month, sign_in):
    page = sign_in(Role.MARKETING, javascript=False)
    page.goto("/quality")

    page.click("nav[aria-label=Period] >> text=Year")
    page.click("th >> text=Leads")

    page.wait_for_url(re.compile("(?=.*period=year)(?=.*sort=-leads)"))
    expect(page.locator("nav[aria-label=Period] [aria-current]")).to_have_text("Year")


def test_leads_are_counted_by_stage_with_and_without_javascript(month, sign_in):
    page = sign_in(Role.SALES)
    page.goto("/criteria")
    page.wait_for_selector("#standing .stage >> text=Accepted")

    plain = sign_in(Role.MARKETING, javascript=False)
    plain.goto("/criteria")
    plain.click("text=Count them")

    assert "Accepted" in plain.inner_text("#standing")


@pytest.mark.parametrize(("width", "place"), [(1440, ".only-wide"), (390, ".only-narrow")])
def test_points_of_the_chart_open_without_javascript_by_key_and_by_click(
    month, sign_in, width, place
):
    page = sign_in(Role.SALES_MANAGER, width=width, javascript=False)
    page.goto("/overview")
    points = page.locator(f"{place} a.dot")
    says = points.last.get_attribute("aria-label")
    made = re.search(r"Claimed in time: .*, (\d+) of \d+, (.+)", says)

    points.last.focus()
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Claimed in time")
    expect(page.locator("main")).to_contain_text(f"{made[1]} leads handed over {made[2]}")
    page.go_back()
    points.first.click()
    expect(page.locator("h1")).to_have_text("Accepted by Sales")
