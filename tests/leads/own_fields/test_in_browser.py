"""What came in becomes a field in a real browser, on a telephone, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.ingest.leads import ingest_leads
from leads.models import CustomField, Lead
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "a_name_that_is_as_long_as_any_name_may_be_and_has_no_gaps_it"


@pytest.mark.parametrize("javascript", [True, False])
def test_what_came_in_becomes_a_field(
    sign_in: Callable[..., Page], axe: Callable[[Page], None], javascript: bool
) -> None:
    values = ["كبير جدا", "كبير جدا", "صغير", "صغير", "G" * 90, "G" * 90]
    people = [{"email": f"p{n}@x.example", "attributes": {LONG: v}} for n, v in enumerate(values)]
    ingest_leads(people, integration=factories.integration())
    page = sign_in(factories.marketing_manager(), javascript=javascript)
    page.set_viewport_size({"width": 320, "height": 700})

    page.goto("/settings/fields")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if javascript:
        axe(page)
    page.get_by_role("link", name=f"Define {LONG}").click()
    expect(page.get_by_text("6 leads carry")).to_be_visible()
    expect(page.get_by_label("Choice: reads all 6 leads", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Label").fill("Size")
    page.get_by_role("textbox", name="Choices").fill("كبير جدا\nصغير")
    page.get_by_role("button", name="Define", exact=True).click()

    expect(page.get_by_role("heading", name="Size", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if javascript:
        axe(page)
    page.get_by_role("link", name=f"It means {'G' * 90}").click()
    page.get_by_role("combobox", name="It means").select_option("صغير")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("It reads all that leads carry.")).to_be_visible()
    assert CustomField.objects.get(label="Size").term("صغير") == {"also": ["G" * 90]}
    assert Lead.objects.filter(**{f"attributes__{LONG}": "صغير"}).count() == 4
