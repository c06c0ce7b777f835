"""A form from the first click to the lead, in Chromium: by a manager, then by a stranger without a
script; pages fit, and nothing is in the way of who cannot see them."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from leads.duplicates import search
from leads.inbound import deliveries, inlets, job
from leads.models import Consent, Delivery, Duplicate, Lead
from leads.web_forms import web_forms
from tests import factories

pytestmark = pytest.mark.browser
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


def build(page, fits):
    page.goto("/settings/forms")
    page.get_by_role("main").get_by_role("link", name="Make a form").first.click()
    page.get_by_label("Name").fill(LONG)
    page.get_by_label("Address").fill("demo")
    fits()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("h1")).to_have_text(LONG)
    page.get_by_role("link", name="Add question").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Asks for").select_option("phone")
    drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Phone")).to_be_visible()
    page.get_by_role("link", name="Ask consent").click()
    drawer.get_by_label("For what").fill("marketing")
    drawer.get_by_label("What they agree to").fill(f"أوافق {LONG}")
    drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=LONG)).to_be_visible()
    fits()


def test_a_form_is_made_and_a_stranger_sends_it_without_a_script(sign_in, open_page, axe):
    page = sign_in(Role.MARKETING_MANAGER, width=390)
    stranger = open_page(width=320, javascript=False)

    def fits(one=page):
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), one.url

    def good():
        axe(page)
        fits()

    build(page, good)
    stranger.goto("/f/demo?utm_source=Letter")
    fits(stranger)
    stranger.get_by_label("Work email").fill("ana@acme.example")
    stranger.get_by_label("Phone").fill("x" * 60)
    stranger.wait_for_timeout(2_100)  # nobody types faster
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_role("alert")).to_contain_text("40 characters fit here")
    expect(stranger.get_by_label("Work email")).to_have_value("ana@acme.example")
    fits(stranger)
    stranger.get_by_label("Phone").fill("+49 30 1234567")
    stranger.get_by_label(LONG).check()
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.locator("body")).to_contain_text("Thank you")
    fits(stranger)

    job.drain()

    assert Delivery.objects.get().reason == ""
    lead = Lead.objects.get()
    assert (lead.phone, lead.source.name) == ("+49301234567", "Letter")
    assert Consent.objects.get().text == f"أوافق {LONG}"
    page.goto("/f/demo")
    good()
    page.get_by_label("Work email").fill("x")
    page.goto("/settings/inbound")
    good()


@pytest.mark.parametrize("dark", [False, True])
def test_an_address_is_made_tried_and_read_in_both_schemes(sign_in, axe, dark):
    page = sign_in(Role.ADMIN, width=1440 if dark else 320, dark=dark)

    def fits():
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    page.goto("/settings/inbound/new")
    fits()
    page.get_by_label("What sends leads here").select_option("typeform")
    page.get_by_label("Name").fill(LONG)
    page.get_by_role("button", name="Make the address").click()
    expect(page.locator("h1")).to_have_text(LONG)
    page.get_by_role("button", name="Send a sample").click()
    expect(page.locator("#deliveries")).to_contain_text("Waiting")
    job.drain()
    expect(page.locator("#deliveries")).to_contain_text("it would make a new lead")
    fits()
    page.get_by_role("link", name="Edit and secret").click()
    fits()


def test_a_form_in_arabic_fits_a_phone(open_page, axe):
    manager = factories.marketing_manager()
    form = web_forms.create(manager, name="عرض", slug="ar")
    web_forms.change(form, manager, language="ar", title="اطلب عرضا", button="أرسل")
    page = open_page(width=320, dark=True)

    page.goto("/f/ar")

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.querySelector('form')).direction") == "rtl"


def test_countries_are_named_in_the_language_of_the_form(open_page):
    manager = factories.marketing_manager()
    form = web_forms.create(manager, name="Angebot", slug="de", language="de")
    web_forms.put_field(form, manager, target="country", label="Land")
    page, plain = open_page(), open_page(javascript=False)

    page.goto("/f/de")
    plain.goto("/f/de")

    german = page.get_by_label("Land").locator("option")
    expect(german.filter(has_text="Österreich")).to_have_attribute("value", "AT")
    names = german.all_text_contents()
    assert names[0] == "—" and names.index("Ägypten") < names.index("Belgien")
    english = plain.get_by_label("Land").locator("option").all_text_contents()
    assert "Austria" in english and len(english) == len(names)


def test_what_a_value_is_is_dragged_onto_it(sign_in, axe):
    manager = factories.marketing_manager()
    inlet = inlets.create(manager, system="json", name="Zapier")
    deliveries.receive(inlet, b'{"email": "a@x.example", "w": "Acme"}', "application/json", {})
    page = sign_in(manager)
    page.goto(f"/settings/inbound/{inlet.pk}/values")
    axe(page)

    row = page.get_by_role("row", name="w", exact=False).filter(has_text="Acme")
    page.locator("[draggable]", has_text="Company: name").drag_to(row)
    expect(row.get_by_role("combobox")).to_have_value("company.name")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Zapier")

    inlet.refresh_from_db()
    assert inlet.mapping == {"w": "company.name"}


# How many lines a cell takes, by the words in it.
LINES = """(cell) => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return words.getClientRects().length;
}"""


def test_no_word_of_a_narrow_column_is_broken(sign_in):
    manager = factories.marketing_manager()
    form = web_forms.create(manager, name="Demo", slug="demo")
    web_forms.ask_consent(form, manager, purpose="marketing", text="Write to me by mail. " * 9)
    for _ in range(2):
        factories.lead("Anna Nowak", phone="+46401234599", campaign=factories.campaign())
    search.drain()
    page, phone = sign_in(manager), sign_in(manager, width=390)

    page.goto(form.get_absolute_url())
    phone.goto(Duplicate.objects.get().get_absolute_url())

    assert page.get_by_role("cell", name="Marketing", exact=True).evaluate(LINES) == 1
    assert phone.get_by_role("rowheader", name="Campaign").evaluate(LINES) == 1
