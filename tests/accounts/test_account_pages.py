"""Signing in and securing an account, as a person does it in a browser."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.accounts.conftest import code_of
from tests.mails import link_sent

PASSWORD = "a-long-enough-password"


@pytest.fixture
def dana(transactional_db: None) -> User:
    return User.objects.create_user(
        "dana@example.com", PASSWORD, name="Dana Okafor", roles=[str(Role.ADMIN)]
    )


def sign_in_by_hand(page: Page, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill("dana@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_activation(page: Page) -> None:
    """Sign in, and confirm it once more as everything about security asks."""
    sign_in_by_hand(page)
    expect(page.locator("summary.me")).to_be_visible()
    page.goto("/account/mfa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def test_a_wrong_password_is_said_at_the_top(page, dana, axe):
    page.goto("/account/login/")
    axe(page)

    sign_in_by_hand(page, "not-the-password")

    expect(page).to_have_title(re.compile("^Error: Sign in"))
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    axe(page)


def test_the_authenticator_app_guards_the_next_sign_in(page, dana, axe):
    open_activation(page)
    axe(page)
    secret = page.locator("main code").inner_text()
    expect(page.get_by_role("img", name=re.compile("Code to scan"))).to_be_visible()

    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    recovery = page.locator(".codes code").first.inner_text()
    axe(page)
    page.goto("/account/mfa/")
    axe(page)
    page.locator("summary.me").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in_by_hand(page)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    axe(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("summary.me")).to_be_visible()


def test_taking_the_app_away_asks_first_and_offers_the_way_back(page, dana, axe):
    open_activation(page)
    page.get_by_label("Authenticator code").fill(code_of(page.locator("main code").inner_text()))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto("/account/mfa/totp/deactivate/")
    expect(page.get_by_role("link", name="Keep it on")).to_be_focused()
    axe(page)
    page.get_by_role("button", name="Switch it off").click()

    expect(page.get_by_role("link", name="Set it up")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/account/login/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/password/reset/key/1-nonsense/",
        "/account/password/reset/key/done/",
        "/account/inactive/",
        "/nothing/here",
    ],
)
def test_every_page_before_signing_in_has_the_look(page, axe, path, transactional_db):
    page.goto(path)

    expect(page.locator("header.top")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    axe(page)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/account/logout/", "Sign out of LeadPortal?"),
        ("/account/password/change/", "Change your password"),
        ("/account/mfa/", "Security"),
        ("/account/mfa/recovery-codes/generate/", "Confirm that it is you"),
        ("/nothing/here", "There is nothing at this address"),
    ],
)
def test_every_page_of_the_account_has_the_look(
    sign_in: Callable[..., Page], dana, axe, path, heading
):
    page = sign_in(dana, width=390, dark=True)

    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    axe(page)


def test_confirming_who_you_are_has_the_look(sign_in: Callable[..., Page], dana, axe):
    # Hashed as the product hashes: it would renew a weaker one, which ends other sessions.
    hasher = PBKDF2PasswordHasher()
    dana.password = hasher.encode(PASSWORD, hasher.salt())
    dana.save()
    page = sign_in(dana)

    page.goto("/account/mfa/totp/activate/")

    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    axe(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()


def test_the_keyboard_goes_from_the_address_to_the_password_and_in(page, dana):
    page.goto("/account/login/")

    page.keyboard.type("dana@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("summary.me")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_link(page, dana, client):
    client.post("/account/password/reset/", {"email": dana.email})
    link = link_sent()

    page.goto(link)
    for label in ("New Password", "New Password (again)"):
        page.get_by_label(label, exact=True).fill("another-long-password")
    page.get_by_role("button", name="Save the new password").click()

    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    sign_in_by_hand(page, "another-long-password")
    expect(page.locator("summary.me")).to_be_visible()
