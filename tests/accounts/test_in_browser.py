"""Signing in, settings and keys as a person meets them: in Chromium, under the strict policy."""

import re

import pytest
from playwright.sync_api import expect

from accounts.keys import keys
from accounts.models import Portal
from accounts.roles import Role
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
