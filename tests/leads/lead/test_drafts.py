"""What is half written in a note outlives the page, in this browser, for this person alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from leads.handoffs import claims
from leads.models import Handoff, Note, Touch
from tests import factories

SignIn = Callable[..., Page]
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('draft')).length"


@pytest.fixture
def rep(live_portal: object) -> User:
    return factories.rep()


@pytest.fixture
def held(rep: User) -> Handoff:
    return claims.claim(factories.handoff(), rep)


def write(page: Page, held: Handoff, text: str) -> None:
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note").fill(text)
    page.wait_for_function(f"() => {KEPT} === 1")


def test_a_note_is_there_again_after_a_crash_until_it_is_saved(
    sign_in: SignIn, rep: User, held: Handoff, axe: Callable[[Page], None]
) -> None:
    page = sign_in(rep)
    write(page, held, "Asks for SAP.\nCall af")
    again = page.context.new_page()
    page.close()

    again.goto(f"/leads/{held.lead_id}")
    expect(again.locator("a[data-draft]")).to_contain_text("Write a note")
    again.keyboard.press("n")

    note = again.get_by_role("textbox", name="Note")
    expect(note).to_have_value("Asks for SAP.\nCall af")
    expect(again.locator("#drawer").get_by_role("alert")).to_contain_text("not saved yet")
    axe(again)
    note.fill("Asks for SAP.\nCall after four.")
    again.get_by_role("button", name="Save note").click()
    expect(again.locator(".toast")).to_contain_text("Noted.")
    assert Note.objects.get().text == "Asks for SAP.\nCall after four."
    expect(again.locator("a[data-draft]")).to_have_count(0)
    again.keyboard.press("n")
    expect(note).to_have_value("")


def test_what_was_typed_before_the_script_that_keeps_it_came_is_kept(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    page, late = sign_in(rep), []
    page.route(re.compile(r"/typed[^/]*\.js"), lambda route: late.append(route))
    with page.expect_request(re.compile(r"/typed[^/]*\.js")):
        page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note").fill("Asks for SAP")
    assert page.evaluate(KEPT) == 0

    late[0].continue_()

    expect(page.locator("a[data-draft]")).to_contain_text("Write a note")
    page.unroute_all()
    again = page.context.new_page()
    page.close()
    again.goto(f"/leads/{held.lead_id}")
    again.keyboard.press("n")
    expect(again.get_by_role("textbox", name="Note")).to_have_value("Asks for SAP")


def test_a_touch_is_there_again_after_another_page(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Left a message").check()
    page.get_by_role("textbox", name="Note").fill("Back on")
    page.wait_for_function(f"() => {KEPT} === 1")
    page.goto("/queue")
    page.goto(f"/handoffs/{held.pk}/touch")

    expect(page.get_by_role("textbox", name="Note")).to_have_value("Back on")
    expect(page.get_by_label("Left a message")).to_be_checked()
    page.get_by_role("textbox", name="Note").fill("Back on Monday")
    page.get_by_role("button", name="Save touch").click()
    expect(page.locator(".toast")).to_contain_text("First touch logged")
    assert Touch.objects.get().note == "Back on Monday"
    page.wait_for_function(f"() => {KEPT} === 0")


@pytest.mark.parametrize("how", ["button", "close", "cancel", "empty"])
def test_what_is_thrown_away_does_not_come_again(
    sign_in: SignIn, rep: User, held: Handoff, how: str
) -> None:
    page = sign_in(rep)
    write(page, held, "Asks for SAP.")
    page.reload()
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Asks for SAP.")
    page.on("dialog", lambda dialog: dialog.accept())

    if how == "button":
        page.get_by_role("button", name="Throw it away").click()
        expect(page.get_by_role("textbox", name="Note")).to_have_value("")
        expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    elif how == "close":
        page.keyboard.press("Escape")
    elif how == "cancel":
        page.locator("#drawer").get_by_role("link", name="Cancel").click()
    else:
        page.get_by_role("textbox", name="Note").fill(" ")

    page.wait_for_function(f"() => {KEPT} === 0")
    page.goto(f"/leads/{held.lead_id}/note")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")


def test_who_does_not_close_after_all_keeps_the_note(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    page = sign_in(rep)
    write(page, held, "Asks for SAP.")
    page.once("dialog", lambda dialog: dialog.dismiss())

    page.keyboard.press("Escape")

    expect(page.get_by_role("textbox", name="Note")).to_have_value("Asks for SAP.")
    assert page.evaluate(KEPT) == 1


def test_what_is_refused_stays_as_typed_and_the_draft_with_it(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_role("textbox", name="Note").fill("Back on")
    page.wait_for_function(f"() => {KEPT} === 1")

    page.get_by_role("button", name="Save touch").click()

    drawer = page.locator("#drawer")
    expect(drawer.locator(".err")).to_contain_text("Choose what came of it")
    expect(drawer).not_to_contain_text("here again")
    page.get_by_role("textbox", name="Note").fill("Back on Monday")
    page.reload()
    page.keyboard.press("t")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Back on Monday")


def test_each_person_and_each_lead_has_their_own(sign_in: SignIn, rep: User, held: Handoff) -> None:
    other = claims.claim(factories.handoff(), rep)
    page = sign_in(rep)
    write(page, held, "Asks for SAP.")
    page.goto(f"/leads/{other.lead_id}/note")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")
    colleague = factories.rep("Marcus Bell", queue=held.queue)
    kept = page.evaluate("JSON.stringify(localStorage)")

    theirs = sign_in(colleague)
    theirs.goto("/queue")
    theirs.evaluate("(kept) => Object.assign(localStorage, JSON.parse(kept))", kept)
    theirs.goto(f"/leads/{held.lead_id}/note")

    theirs.wait_for_function("() => document.querySelector('form[data-draft=kept]')")
    expect(theirs.get_by_role("textbox", name="Note")).to_have_value("")
