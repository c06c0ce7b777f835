"""An import in Chromium: at two widths, light and dark, by keys, and without a script."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.roles import Role
from leads.imports import job
from leads.ingest.leads import ingest_leads
from leads.models import Lead
from tests import factories
from tests.browser import open_whole

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2
TEXT = (
    "First Name,Last Name,Email,Create Date,Notes\n"
    f"{LONG},Ek,{LONG[:50]}@x.example,3/4/2024,{LONG}\n"
    "محمد,الفاتح,m@x.example,30/4/2024,ملاحظة\n"
    "王,小明,wang@x.example,1/5/2024,備註\n"
    "Nobody,Here,,,\n"
)


def go_through(page, fits=lambda: None):
    page.goto("/imports")
    fits()
    page.get_by_label("File").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": TEXT.encode()}
    )
    page.get_by_role("button", name="Look at the file").click()
    expect(page.locator("h1")).to_have_text("What are the columns?")
    expect(page.get_by_label("Days are written")).to_have_value("yes")
    fits()
    page.get_by_role("button", name="Check every line").click()
    expect(page.locator("#import")).to_contain_text("Checking every line")
    job.drain()
    button = page.get_by_role("button", name="Import 3 lines")
    button.wait_for()
    fits()
    button.click()
    expect(page.locator("#import")).to_contain_text(re.compile("Importing|It can be undone"))
    job.drain()
    expect(page.locator("#import")).to_contain_text("It can be undone")
    fits()


@pytest.mark.parametrize(
    ("width", "dark"), [(1440, False), (1440, True), (390, True), (320, False)]
)
def test_a_file_comes_in_and_every_page_of_it_fits(sign_in, axe, width, dark):
    page = sign_in(Role.MARKETING, width=width, dark=dark)

    def fits():
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    go_through(page, fits)

    assert Lead.objects.count() == 3
    page.get_by_role("link", name="Undo the import").click()
    open_whole(page, page.url)
    fits()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.locator("#import")).to_contain_text(re.compile("Undoing|Undone"))
    job.drain()
    expect(page.locator("#import")).to_contain_text("3 leads removed")


DEALS = (
    "Deal Name,Deal Stage,Close Date,Amount,Currency,Associated Contact\n"
    "One,Closed Won,2025-03-01,1200,EUR,Ana Lopez (ana@x.example)\n"
    f"{LONG},Closed Lost,2025-03-02,,,Bo Ek (bo@x.example)\n"
    "Three,Closed Won,2025-03-03,1,USD,محمد (nobody@x.example)\n"
)


@pytest.mark.parametrize(("width", "dark", "script"), [(1440, True, True), (320, False, False)])
def test_deals_are_recognised_and_may_be_called_something_else(sign_in, axe, width, dark, script):
    crm = factories.integration()
    ingest_leads([{"email": f"{name}@x.example"} for name in ("ana", "bo")], integration=crm)
    page = sign_in(Role.MARKETING, width=width, dark=dark, javascript=script)

    def fits():
        if script:
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    page.goto("/imports")
    file = {"name": "deals.csv", "mimeType": "text/csv", "buffer": DEALS.encode()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    outcomes = page.get_by_role("button", name="A deal won or lost")
    expect(outcomes).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Associated Contact")).to_have_value("email")
    fits()
    page.get_by_role("button", name="A person", exact=True).click()
    expect(outcomes).to_have_attribute("aria-pressed", "false")
    fits()
    outcomes.click()
    page.get_by_role("button", name="Check every line").click()
    job.drain()
    page.goto(page.url)
    fits()
    expect(page.locator("#import")).to_contain_text("Import the people first")
    page.get_by_role("button", name="Import 2 lines").click()
    job.drain()
    page.goto(page.url)
    fits()

    stages = Lead.objects.order_by("email").values_list("stage", flat=True)
    assert list(stages) == ["won", "lost"]
    page.get_by_role("link", name="Undo the import").click()
    fits()
    page.get_by_role("button", name="Undo the import").click()
    job.drain()
    page.goto(page.url)
    expect(page.locator("#import")).to_contain_text("2 as before again")


def test_a_file_comes_in_without_a_script(sign_in):
    go_through(sign_in(Role.MARKETING, javascript=False))

    assert Lead.objects.count() == 3


def test_what_a_signed_out_person_chose_is_called_by_its_column(sign_in):
    page = sign_in(Role.MARKETING, width=390, javascript=False)
    page.goto("/imports")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": TEXT.encode()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    Session.objects.all().delete()

    page.get_by_role("button", name="Check every line").click()

    expect(page.locator("h1")).to_have_text("You are signed out")
    expect(page.locator("main dt", has_text="Column 3")).to_have_text("Column 3")
    assert page.locator("main dl").inner_text().count("email") == 1


def test_the_palette_and_the_list_of_leads_lead_there(sign_in):
    page = sign_in(Role.MARKETING)
    page.goto("/leads")
    page.get_by_role("link", name="Import a file").click()
    expect(page.locator("h1")).to_have_text("Import leads")
