"""Somebody is erased in a real Chromium, with a script and without one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from funnel.stages import Stage
from leads.models import Lead
from tests import factories

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]


@pytest.mark.parametrize("javascript", [True, False])
def test_an_admin_erases_a_person(
    live_portal: object, sign_in: SignIn, axe: Axe, javascript: bool
) -> None:
    lead = factories.lead("Maya Lindqvist", email="maya@brightwater.example", stage=Stage.MQL)
    page = sign_in(Role.ADMIN, javascript=javascript, width=390, dark=javascript)
    page.goto(f"/leads/{lead.pk}")

    page.get_by_role("link", name="Erase this person").click()
    button = page.get_by_role("button", name="Erase this person")
    button.click()
    expect(page.locator(".err")).to_contain_text("Choose why.")
    if javascript:
        axe(page)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not javascript or not page.evaluate(wide)
    page.get_by_label("They asked to be erased").check()
    page.get_by_label("Type maya@brightwater.example").fill("maya@brightwater.example")
    button.click()

    expect(page).to_have_url(f"{live_portal.url}/leads")
    expect(page.locator(".toast")).to_contain_text(f"The person of lead {lead.pk} is erased.")
    assert Lead.objects.get().stage == Stage.ERASED
