"""A lead typed in and corrected by keys, on every width, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_lead_is_typed_in_and_corrected(
    sign_in: Callable[..., Page], axe: Callable[[Page], None], javascript: bool
) -> None:
    page = sign_in(factories.marketer(), javascript=javascript)
    page.goto("/leads")

    if javascript:
        page.keyboard.press("n")
    else:
        page.get_by_role("link", name="New lead").click()
    expect(page.get_by_label("First name")).to_be_focused()
    if javascript:
        axe(page)
    page.get_by_label("Email").fill("maya at bright")
    page.keyboard.press("Enter")
    expect(page.locator(".fld .e")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("maya at bright")
    page.get_by_label("Email").fill("maya@bright.example")
    page.get_by_label("First name").fill("مايا")
    page.get_by_role("button", name="Add lead").click()
    expect(page.locator("h1")).to_have_text("مايا")

    if javascript:
        page.keyboard.press("e")
    else:
        page.get_by_role("link", name="Edit").click()
    page.get_by_label("Job title").fill("VP Operations")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1 + p")).to_contain_text("VP Operations")
    assert Lead.objects.get().typed.keys() >= {"email", "first_name", "job_title"}


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True)])
def test_the_form_fits_a_phone(
    sign_in: Callable[..., Page], axe: Callable[[Page], None], width: int, dark: bool
) -> None:
    lead = factories.lead("W" * 90, email="maya@bright.example")
    page = sign_in(factories.marketer(), width=width, dark=dark)

    page.goto(f"/leads/{lead.pk}/edit")

    assert fits(page)
    axe(page)
