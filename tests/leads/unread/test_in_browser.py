"""A value is given its meaning in a real browser, on a telephone, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from leads.ingest.leads import ingest_leads
from leads.models import Meaning
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_value_is_given_a_meaning(
    sign_in: Callable[..., Page], axe: Callable[[Page], None], javascript: bool
) -> None:
    long = "Hollandland" * 8
    people = [{"email": f"p{n}@x.example", "country": long} for n in range(3)]
    ingest_leads(people, integration=factories.integration())
    page = sign_in(factories.marketing_manager(), javascript=javascript)
    page.set_viewport_size({"width": 320, "height": 700})

    page.goto("/settings/values")
    expect(page.get_by_role("rowheader", name=long)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if javascript:
        axe(page)
    page.get_by_role("link", name="It means").click()
    page.get_by_role("combobox", name="It means").select_option("NL")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="What values mean")).to_be_visible()
    expect(page.get_by_role("rowheader", name="means Netherlands")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Meaning.objects.get().now == {"is": "NL"}
