"""What marketing says by hand, in a real Chromium: with drawers, and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from funnel.stages import Stage
from leads.by_hand import points, stages
from leads.models import Lead
from tests import factories
from tests.browser import open_whole
from tests.leads.by_hand.test_overrides import judged_mql

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]


@pytest.fixture
def marketer(live_portal: object) -> User:
    return factories.marketer()


@pytest.fixture
def lead(live_portal: object) -> Lead:
    return judged_mql()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_lead_is_moved_adjusted_disqualified_and_readmitted(
    sign_in: SignIn, marketer: User, lead: Lead, javascript: bool
) -> None:
    page = sign_in(marketer, javascript=javascript)
    page.goto(f"/leads/{lead.pk}")
    hand = page.locator("#by-hand")
    form = page.locator("#drawer" if javascript else "main")

    hand.get_by_role("link", name="Move by hand").click()
    form.get_by_label("Lead", exact=True).check()
    form.get_by_role("button", name="Move").click()
    expect(page.locator(".err")).to_contain_text("Say why")
    expect(form.get_by_label("Lead", exact=True)).to_be_checked()
    form.get_by_label("Why").fill("Audit in spring")
    form.get_by_role("button", name="Move").click()
    expect(hand).to_contain_text("Moved from MQL to Lead, kept there until")
    expect(hand).to_contain_text("“Audit in spring”")

    hand.get_by_role("link", name="Adjust the score").click()
    form.get_by_label("Intent, what they did").check()
    form.get_by_label("Points").fill("-5")
    form.get_by_label("Why").fill("Only browsing")
    form.get_by_role("button", name="Adjust").click()
    expect(hand).to_contain_text("−5 intent until")

    hand.get_by_role("button", name="End it now Moved").click()
    expect(page.locator(".toast")).to_contain_text("Ended.")
    expect(hand).not_to_contain_text("kept there")

    hand.get_by_role("link", name="Disqualify").click()
    form.get_by_label("Why").fill("A student")
    form.get_by_role("button", name="Disqualify").click()
    expect(page.locator("#timeline")).to_contain_text("You disqualified it")

    hand.get_by_role("link", name="Readmit").click()
    form.get_by_label("Why").fill("A professor")
    form.get_by_role("button", name="Readmit").click()
    expect(page.locator("#timeline")).to_contain_text("You readmitted it")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_what_is_said_by_hand_is_accessible_and_keeps_within_its_width(
    sign_in: SignIn, axe: Axe, marketer: User, lead: Lead, width: int, dark: bool
) -> None:
    stages.override(lead, marketer, to=Stage.LEAD, reason="Wolfe" * 60)
    points.adjust(lead, marketer, kind="fit", points=-100, reason="A branch of a rival")
    page = sign_in(marketer, width=width, dark=dark)

    for path in ("", "/override", "/adjust", "/disqualify", "/readmit"):
        open_whole(page, f"/leads/{lead.pk}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        axe(page)
