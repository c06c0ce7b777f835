"""Editing a company in the drawer, on a page of its own, and when it is there no more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.duplicates import merging
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_a_drawer_elsewhere_is_a_whole_page_by_its_own_address(
    sign_in: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    company = factories.company("Brightwater")
    page = sign_in(factories.marketer())
    page.goto(f"{company.get_absolute_url()}/edit")
    page.get_by_label("Founded").fill("3099")
    save = page.get_by_role("button", name="Save")

    save.dblclick()

    expect(page.locator("main .err")).to_contain_text("500 to 2199")
    expect(page.locator("#drawer")).not_to_be_visible()
    axe(page)
    page.get_by_label("Founded").fill("1999")
    save.click()
    expect(page.locator(".toast")).to_contain_text("Saved.")


def test_who_writes_about_what_is_gone_is_told_so_and_keeps_the_words(
    sign_in: Callable[..., Page],
) -> None:
    lead, ines = factories.lead("Maya Lindqvist"), factories.marketer()
    page = sign_in(ines)
    page.goto(lead.get_absolute_url())
    page.keyboard.press("n")
    note = page.locator("#drawer textarea")
    note.fill("A long note")
    merging.merge(lead, factories.lead("Maya Lind"), ines)

    save = page.locator("#drawer").get_by_role("button", name="Save")
    save.click()

    alert = page.locator("#drawer").get_by_role("alert")
    expect(alert).to_contain_text("This was not saved.")
    with page.expect_response("**/note"):
        save.click()
    expect(alert).to_have_count(1)
    expect(note).to_have_value("A long note")


def test_of_many_tabs_the_one_that_is_open_is_seen(sign_in: Callable[..., Page]) -> None:
    page = sign_in(factories.marketer(), width=320)

    page.goto("/leads/duplicates?show=refused")

    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)
