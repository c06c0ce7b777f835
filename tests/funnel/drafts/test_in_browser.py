"""The life of a version as people click it, with and without JavaScript, on a desk and a phone."""

import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from funnel.models import CriteriaVersion
from funnel.versions import editing, switching
from tests import factories
from tests.browser import open_whole
from tests.funnel.conftest import content

pytestmark = [pytest.mark.browser]

PASSWORD = "fernhill-demo"  # noqa: S105 - of the people in this story


def with_password(person: User) -> User:
    """By the product's own hash: its process would renew a quicker one, which ends the session."""
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, "saltSaltSaltSaltSaltSaltSalt")
    person.save()
    return person


def prove_and_sign(page: Page) -> None:
    """Sign at the end of the comparison; the sign-in is too old, so by password."""
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("button", name=re.compile("^Sign for")).click()
    page.wait_for_url("**/account/reauthenticate/**")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/criteria/2")


def test_a_version_is_drafted_proposed_signed_by_two_and_goes_live(live_portal, sign_in):
    ines = factories.marketer()
    tomasz = with_password(factories.marketing_manager())
    ruth = with_password(factories.sales_manager())

    # A marketer drafts: other points, one rule less, and puts another back.
    hers = sign_in(ines)
    hers.goto("/criteria")
    hers.get_by_role("button", name="Start a draft from v1").click()
    expect(hers.get_by_text("You are editing a draft.")).to_be_visible()
    hers.get_by_label("Points of Visited pricing 3 times in a week").fill("20")
    hers.get_by_role("button", name="Remove Asked in the chat").click()
    expect(hers.get_by_role("button", name="Put back Asked in the chat")).to_be_visible()
    expect(hers.get_by_text("Draft · 2 changes")).to_be_visible()
    hers.get_by_label("handed to Sales from").fill("75")
    hers.keyboard.press("Enter")
    expect(hers.get_by_text("Draft · 3 changes")).to_be_visible()

    # A manager proposes it, and signs for marketing.
    his = sign_in(tomasz)
    his.goto("/criteria")
    his.get_by_role("link", name="Open the draft").click()
    his.get_by_role("button", name="Ask for both signatures").click()
    his.get_by_label("What changes, and why").fill("Fewer, better SQLs")
    his.get_by_role("button", name="Ask for both signatures").click()
    expect(his.get_by_text("Tomasz Zieliński, that is you")).to_be_visible()
    prove_and_sign(his)
    expect(his.get_by_text("Needs the signature of Sales")).to_be_visible()

    # The other side is waited for, reads what changes, and signs.
    theirs = sign_in(ruth)
    theirs.goto("/criteria")
    expect(theirs.get_by_role("link", name="Criteria 1")).to_be_visible()
    prove_and_sign(theirs)
    expect(theirs.get_by_role("link", name="Switch on v2")).to_be_visible()

    version = switching.switch_on(CriteriaVersion.objects.get(number=2), by=ruth)
    assert version.content["definitions"]["sql"]["line"] == 75
    points = {rule["id"]: rule.get("points") for rule in version.content["rules"]}
    assert points["pricing"] == 20
    assert "chat" not in points
    theirs.goto("/criteria")
    expect(theirs.get_by_text("switched on by Ruth Bakker")).to_be_visible()


def test_a_draft_is_edited_and_sent_back_without_javascript(live_portal, sign_in):
    editing.draft(content(), author=factories.marketer())
    page = sign_in(factories.sales_manager(), javascript=False)
    page.goto("/criteria/drafts/2")

    page.get_by_label("Points of Asked in the chat").fill("9")
    page.get_by_role("button", name="Move Booked a call up").click()
    expect(page.get_by_text("Draft · 3 changes")).to_be_visible()
    page.get_by_role("button", name="Ask for both signatures").click()
    page.get_by_role("button", name="Ask for both signatures").click()
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("link", name="Send it back with a note").click()
    page.get_by_label("What has to change before you sign").fill("Chat is worth 8")
    page.get_by_role("button", name="Send it back").click()

    expect(page.get_by_text("Chat is worth 8")).to_be_visible()
    expect(page.get_by_text("You are editing a draft.")).to_be_visible()


PAGES = [
    "/criteria",
    "/criteria/1..2",
    "/criteria/2",
    "/criteria/2/send-back",
    "/criteria/drafts/2",
    "/criteria/drafts/2/text",
]


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_pages_are_accessible_and_do_not_scroll_sideways(
    live_portal, sign_in, axe, width, dark
):
    editing.propose(editing.draft(content(pricing=20), author=factories.marketer()))
    page = sign_in(Role.SALES_MANAGER, width=width, dark=dark)

    for url in PAGES:
        open_whole(page, url)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_the_pages_that_ask_or_refuse_are_accessible(live_portal, sign_in, axe, width, dark):
    draft = editing.draft(content(), author=factories.marketer())
    page = sign_in(Role.MARKETING_MANAGER, width=width, dark=dark)

    page.goto("/criteria/drafts/2/propose")
    axe(page)
    page.goto("/criteria/drafts/2")
    page.get_by_label("Points of Asked in the chat").fill("1001")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    axe(page)
    editing.edit(draft, content(pricing=20), read_hash=draft.content_hash)
    page.get_by_label("Points of Asked in the chat").fill("9")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("button", name="Save mine over theirs")).to_be_visible()
    axe(page)
    editing.propose(draft)
    page.goto("/criteria/drafts/2")
    page.get_by_label("Points of Asked in the chat").fill("9")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("button", name="Save and take it back")).to_be_visible()
    axe(page)
