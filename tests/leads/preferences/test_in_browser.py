"""From the page of a lead to the page of the person, who has no script and a narrow phone."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from leads.models import Lead
from tests import factories

pytestmark = pytest.mark.browser
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


def test_a_person_says_what_we_may_do_by_the_link_that_a_marketer_copies(
    sign_in, open_page, axe, live_portal
):
    lead = factories.lead(f"نادية {LONG}", email=f"{'n' * 60}@brightwater.example")
    factories.consent(lead, text=f"أوافق {LONG}")
    page, stranger = sign_in(Role.MARKETING, width=390), open_page(width=320, javascript=False)

    def fits(one):
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), one.url

    page.goto(f"/leads/{lead.pk}")
    link = page.get_by_label("Their preference page")
    expect(link).to_be_visible()
    fits(page)
    path = "/p/" + link.input_value().partition("/p/")[2]
    page.get_by_role("link", name="Note what they said").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("About").select_option("sales")
    drawer.get_by_label("How they said it").fill("by phone")
    drawer.get_by_role("button", name="Save").click()
    expect(page.locator("#consent")).to_contain_text("Sales contact withdrawn")
    page.goto(path)
    axe(page)

    stranger.goto(path)
    fits(stranger)
    stranger.get_by_label(LONG).uncheck()
    stranger.get_by_role("button", name="Save").click()
    expect(stranger.get_by_role("status")).to_have_text("Saved. It counts from now on.")
    expect(stranger.get_by_label(LONG)).not_to_be_checked()
    stranger.get_by_role("button", name="Object to being scored").click()
    expect(stranger.get_by_role("status")).to_have_text("You are not scored any more.")
    expect(stranger.get_by_role("button", name="Let yourself be scored again")).to_be_visible()
    fits(stranger)
    lead = Lead.objects.get(pk=lead.pk)
    assert lead.consent == {"marketing": False, "sales": False, "scoring": False}
