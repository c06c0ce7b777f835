"""Signing in, settings and keys as a person meets them: in Chromium, under the strict policy."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from playwright.sync_api import expect

from accounts.keys import keys
from accounts.models import ApiKey, Portal
from accounts.people import people
from accounts.portal import portal
from accounts.roles import Role
from funnel.models import Reason
from tests.accounts.conftest import PASSWORD

# Both widths and both themes, each at least once.
LOOKS = [{"width": 1440, "dark": False}, {"width": 390, "dark": True}]


@pytest.mark.parametrize("how", LOOKS, ids=["wide and light", "narrow and dark"])
def test_settings_and_keys_are_accessible(sign_in, axe, person, how, integration):
    keys.create(integration, scopes=["leads:write"], name="contact page")
    page = sign_in(person(Role.ADMIN), **how)

    for path in ("/settings", "/settings/keys", "/settings/keys/new"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    page.get_by_role("button", name="Create key").click()
    axe(page)
    page.goto("/settings/keys")
    page.get_by_role("link", name="Delete Website forms contact page").click()
    axe(page)
    page.goto("/settings")
    page.get_by_text("Choose countries").click()
    axe(page)


@pytest.mark.parametrize("how", LOOKS, ids=["wide and light", "narrow and dark"])
def test_the_pages_around_signing_in_are_accessible(open_page, axe, transactional_db, how):
    page = open_page(**how)
    for path in ("/account/login/", "/account/password/reset/", "/account/inactive/"):
        page.goto(path)
        axe(page)


def test_a_person_types_mail_and_password_and_lands_on_their_page(page, person):
    person(Role.ADMIN)

    page.goto("/settings/keys")
    page.get_by_label("Email").fill("admin@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.wait_for_url("**/settings/keys")
    page.get_by_role("heading", name="API keys").wait_for()


def test_setting_up_the_second_factor_shows_a_code_to_scan(page, axe, person):
    person(Role.SALES)
    page.goto("/account/mfa/totp/activate/")
    page.get_by_label("Email").fill("sales@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button").click()

    code = page.locator("main svg.scan")
    code.wait_for()
    axe(page)
    assert code.bounding_box()["width"] > 100


def test_a_key_is_made_copied_and_gone(sign_in, person):
    page = sign_in(person(Role.ADMIN))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.goto("/settings/keys")
    page.keyboard.press("n")
    page.get_by_label("System").fill("Website forms")
    page.get_by_role("button", name="Create key").click()
    plain = page.get_by_label("Key for Website forms").input_value()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == plain
    assert keys.find_key(plain) is not None
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("heading", name="In use").wait_for()
    assert plain not in page.content()


def test_a_key_is_made_without_script(sign_in, person):
    page = sign_in(person(Role.ADMIN), javascript=False)

    page.goto("/settings/keys/new")
    page.get_by_label("System").fill("Website forms")
    page.get_by_role("button", name="Create key").click()

    assert keys.find_key(page.get_by_label("Key for Website forms").input_value()) is not None
    assert not page.get_by_role("button", name="Copy").is_visible()


def test_settings_are_saved_without_script(sign_in, person):
    page = sign_in(person(Role.ADMIN), javascript=False)

    page.goto("/settings")
    page.get_by_text("Choose countries").click()
    page.get_by_label("Sweden", exact=True).check()
    page.get_by_label("Currency").select_option("SEK")
    page.get_by_role("button", name="Save settings").click()

    page.get_by_role("status").filter(has_text="Saved.").wait_for()
    row = Portal.load()
    assert (row.currency, row.sells_to) == ("SEK", ["SE"])


@pytest.mark.parametrize("javascript", [True, False])
def test_the_theme_stays_chosen(sign_in, person, javascript):
    page = sign_in(person(Role.ADMIN), javascript=javascript)
    page.goto("/settings")

    with page.expect_response("**/theme"):
        page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/settings/keys")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_theme_is_switched_where_its_script_does_not_come(sign_in, person):
    page = sign_in(person(Role.ADMIN))
    page.route(re.compile(r"/help[.\w]*\.js"), lambda route: route.abort())
    page.goto("/settings")

    page.get_by_role("button", name="Switch between light and dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_single_keys_stay_switched_off(sign_in, person):
    page = sign_in(person(Role.ADMIN))
    page.goto("/settings/keys")

    page.get_by_role("button", name="Turn single-key shortcuts off").click()
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.goto("/settings/keys")
    page.keyboard.press("n")

    assert page.locator("html").get_attribute("data-keys") == "off"
    assert page.url.endswith("/settings/keys")


@pytest.mark.parametrize("how", LOOKS, ids=["wide and light", "narrow and dark"])
def test_people_are_accessible_whatever_they_are_called(sign_in, axe, person, how, integration):
    rep = person(Role.SALES, Role.SALES_MANAGER, name="علي بن محمد " + "x" * 70)
    admin = person(Role.ADMIN, name="王小明")
    key, _ = keys.create(integration, scopes=["leads:write"], name="contact page")
    ApiKey.objects.filter(pk=key.pk).update(created_by=rep)
    people.change(rep, by=admin, team="Nordics " * 9)
    page = sign_in(admin, **how)

    own = f"/settings/people/{rep.pk}"
    for path in ("/settings/people", "/settings/people/new", own, f"{own}/deactivate"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    page.get_by_role("button", name="Switch it off").click()
    expect(page.locator(".toast")).to_contain_text("cannot sign in any more")
    expect(page.get_by_text("switched off", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Switch on the account").click()
    expect(page.get_by_role("link", name="Switch off the account")).to_be_visible()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Link", exact=True)).to_have_value(re.compile("/account/password/"))
    axe(page)


def test_at_320_px_a_person_can_be_kept(sign_in, person):
    rep, admin = person(Role.SALES, name="x" * 90), person(Role.ADMIN)
    page = sign_in(admin, width=320)

    for path in ("/settings/people", f"/settings/people/{rep.pk}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_of_two_who_save_the_settings_the_second_decides(sign_in, axe, person):
    page = sign_in(person(Role.ADMIN))
    page.goto("/settings")
    row = Portal.load()
    row.claim_minutes = 45
    portal.change(row, ["claim_minutes"], by=person(Role.SALES_MANAGER, name="Ruth Bakker"))

    page.get_by_label("Minutes to claim").fill("60")
    page.get_by_role("button", name="Save settings").click()

    expect(page.get_by_role("alert")).to_contain_text("Ruth Bakker saved this before you")
    axe(page)
    page.get_by_role("button", name="Save mine over theirs").click()
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert Portal.load().claim_minutes == 60


def test_what_was_typed_outlives_a_database_that_does_not_answer(sign_in, axe, person):
    page = sign_in(person(Role.ADMIN), answers_503=True)
    page.goto("/settings")
    page.get_by_label("Company name").fill("Brightwater & Sons")

    with transaction.atomic():
        Portal.objects.select_for_update().get()
        page.get_by_role("button", name="Save settings").click()
        expect(page.get_by_role("heading", name="This was not saved")).to_be_visible()
        axe(page)

    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert Portal.load().company_name == "Brightwater & Sons"


def test_what_came_after_the_visit_ended_is_told_in_the_words_of_its_form(sign_in, axe, person):
    admin = person(Role.ADMIN)
    page = sign_in(admin)
    page.goto("/settings")
    page.get_by_label("Company name").fill("Brightwater & Sons")
    page.get_by_label("One person may sign for both departments").check()
    page.get_by_label("Minutes to claim").fill("45")
    Session.objects.all().delete()

    page.get_by_role("button", name="Save settings").click()

    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    told = page.locator("main dl")
    expect(told).to_contain_text("One person may sign for both departments")
    rows = dict(
        zip(told.locator("dt").all_inner_texts(), told.locator("dd").all_inner_texts(), strict=True)
    )
    assert rows["Company name"] == "Brightwater & Sons"
    assert rows["One person may sign for both departments"] == "yes"
    assert rows["Currency"] == "EUR, Euro"
    assert rows["Minutes to claim"] == "45"
    assert not any("_" in name for name in rows)
    axe(page)

    beside = page.context.new_page()
    beside.goto("/account/login/")
    beside.get_by_label("Email").fill(admin.email)
    beside.get_by_label("Password").fill(PASSWORD)
    beside.get_by_role("button", name="Sign in").click()
    beside.wait_for_url("**/overview")
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("heading", name="This was not saved")).to_be_visible()
    expect(told).to_contain_text("One person may sign for both departments")
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert Portal.load().company_name == "Brightwater & Sons"


def test_a_drawer_says_so_and_keeps_what_was_typed(sign_in, person):
    reason = Reason.objects.filter(is_active=True).first()
    page = sign_in(person(Role.SALES_MANAGER), answers_503=True)
    page.goto("/settings/reasons")
    page.get_by_role("link", name=f"Edit {reason.label}").click()
    page.get_by_label("Reason", exact=True).fill("Out of reach")

    with transaction.atomic():
        Reason.objects.select_for_update().get(pk=reason.pk)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was lost; try again.")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("Out of reach")

    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("“Out of reach” is saved.")
