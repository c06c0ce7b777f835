"""From the claim to the verdict in a real Chromium: keys, a phone, a colleague, no script."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from funnel.stages import Stage
from leads.handoffs import bant, claims, verdicts
from leads.models import BantItem, Handoff, Touch
from tests import factories

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def rep(live_portal: object) -> User:
    return factories.rep()


@pytest.fixture
def held(rep: User) -> Handoff:
    return claims.claim(factories.handoff(), rep)


def test_bant_is_saved_as_it_is_left_and_the_lead_accepted_and_taken_back_by_keys(
    sign_in: SignIn, rep: User, held: Handoff, axe: Axe
) -> None:
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("b")
    expect(page.locator("#bant-budget")).to_be_focused()
    page.locator("#bant-budget").select_option("known")
    note = page.get_by_label("What you know of budget")
    note.fill("€60k")
    note.press("Tab")
    expect(page.locator("#bant-known")).to_have_text("1 of 4 known; Accept asks for 3")
    expect(page.locator("#bant-budget-said")).to_contain_text("Dana Okafor")
    axe(page)

    page.keyboard.press("Escape")
    page.keyboard.press("a")
    drawer = page.locator("#drawer")
    axe(page)
    drawer.get_by_role("group", name="Authority").get_by_label("Known", exact=True).check()
    drawer.get_by_role("group", name="Need").get_by_label("Known", exact=True).check()
    drawer.get_by_role("button", name="Accept").click()
    expect(page.locator(".toast")).to_contain_text("Accepted.")
    assert BantItem.objects.get(item="budget").note == "€60k"

    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("is in your hands again")
    expect(page.locator("#standing")).to_contain_text("Log first touch")


def test_what_a_colleague_finds_out_comes_in_and_what_is_being_typed_stays(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    marcus = factories.rep("Marcus Bell", queue=held.queue)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    typed = page.get_by_label("What you know of need")
    typed.fill("Four sites, and a")
    budget = page.locator("#bant-row-budget")

    bant.say(held.lead, marcus, "budget", state="known", note="€60k")

    expect(page.locator("#news")).to_have_text("Marcus Bell on budget: known, “€60k”.")
    expect(budget.locator("select")).to_have_value("known")
    expect(budget.get_by_label("What you know of budget")).to_have_value("€60k")
    expect(page.locator("#bant-known")).to_have_text("1 of 4 known; Accept asks for 3")
    expect(typed).to_have_value("Four sites, and a")
    expect(typed).to_be_focused()

    # Who only stands in a row sees the word there, and nothing is written by leaving it.
    page.locator("#bant-authority").focus()
    expect(page.locator("#bant-need-said")).to_contain_text("Dana Okafor")
    bant.say(held.lead, marcus, "authority", state="partly")
    expect(page.locator("#bant-authority")).to_have_value("partly")
    expect(page.locator("#bant-authority")).to_be_focused()

    # What comes in is a row like the others.
    budget.locator("select").select_option("partly")
    expect(page.locator("#bant-budget-said")).to_contain_text("Dana Okafor")
    assert BantItem.objects.get(item="authority").by == marcus
    assert BantItem.objects.get(item="budget").note == "€60k"


def test_a_digit_chooses_the_reason_and_presets_whether_it_comes_back(
    sign_in: SignIn, rep: User, held: Handoff, axe: Axe
) -> None:
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("r")
    drawer = page.locator("#drawer")
    expect(drawer.locator("[name=reason]").first).to_be_focused()
    page.keyboard.press("2")
    second = drawer.locator("[name=reason]").nth(1)
    expect(second).to_be_checked()
    usual = second.get_attribute("data-returns")
    expect(drawer.locator(f"[name=may_return][value={usual}]")).to_be_checked()
    axe(page)
    page.keyboard.press("Enter")

    page.wait_for_url("**/queue")
    expect(page.locator(".toast")).to_contain_text("is back with Marketing")


def test_without_a_script_a_lead_is_rejected_and_taken_back(
    sign_in: SignIn, rep: User, held: Handoff
) -> None:
    page = sign_in(rep, javascript=False)
    page.goto(f"/leads/{held.lead_id}")
    page.locator("#bant li").first.get_by_role("button", name="Save").click()
    expect(page.locator("#bant-budget-said")).to_contain_text("Dana Okafor")

    page.locator("#standing").get_by_role("link", name="Reject").click()
    page.locator("[name=reason]").first.check()
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_contain_text("Undone.")


def test_who_comes_back_from_a_call_logs_it_with_one_tap(
    sign_in: SignIn, rep: User, held: Handoff, axe: Axe
) -> None:
    page = sign_in(rep)
    page.set_viewport_size(PHONE)
    page.goto(f"/leads/{held.lead_id}")
    expect(page.locator("#reached")).to_be_hidden()
    # A browser without a telephone stays; what the script remembers is the same.
    page.locator(".bar-bottom [href^='tel:']").evaluate("link => link.removeAttribute('href')")
    page.evaluate(f"sessionStorage['called-{held.lead_id}'] = Date.now()")

    page.reload()
    asked = page.locator("#reached")
    expect(asked).to_contain_text("Did you reach Maya?")
    axe(page)
    asked.get_by_role("button", name="No answer").click()

    expect(page.locator(".toast")).to_contain_text("First touch logged")
    expect(page.locator("#reached")).to_be_hidden()
    assert Touch.objects.get().result == "no_answer"


NAMES = """() => [...document.querySelectorAll(".lane b")]
    .filter((name) => getComputedStyle(name).clipPath === "none")
    .map((name) => {
        const range = document.createRange();
        range.selectNodeContents(name);
        const { left, right } = range.getBoundingClientRect();
        return [left, right];
    })"""


def went(held: Handoff, rep: User, stage: Stage) -> None:
    """How a rep's lead came to stand there."""
    if stage == Stage.REJECTED:
        verdicts.reject(held, rep, reason=factories.reason())
        return
    factories.bant(held.lead, rep)
    verdicts.accept(held, rep)
    verdicts.advance(held.lead, rep, to=Stage.OPPORTUNITY)
    if stage == Stage.WON:
        verdicts.advance(held.lead, rep, to=Stage.WON, amount=9000)


@pytest.mark.parametrize(
    ("stage", "width"), [(Stage.REJECTED, 320), (Stage.OPPORTUNITY, 390), (Stage.WON, 390)]
)
def test_on_a_phone_the_names_on_a_long_path_stand_apart(
    sign_in: SignIn, rep: User, held: Handoff, stage: Stage, width: int
) -> None:
    went(held, rep, stage)
    page = sign_in(rep, width=width)
    page.goto(f"/leads/{held.lead_id}")

    places = page.evaluate(NAMES)

    assert len(places) == 4
    for (_, right), (left, _) in pairwise(places):
        assert right < left
    assert places[-1][1] <= width


def test_on_a_phone_undo_stays_one_word(sign_in: SignIn, rep: User) -> None:
    lead = factories.lead("Wolfeschlegelsteinhausenbergerdorff " * 2, stage="sql", fit=40)
    handoff = factories.handoff(lead)
    page = sign_in(rep, width=390)
    page.goto(f"/leads/{handoff.lead_id}")
    page.locator(".bar-bottom").get_by_role("button", name="Claim").click()
    page.locator("#standing").get_by_role("link", name="Reject").click()
    page.locator("[name=reason]").first.check()
    page.locator("#drawer").get_by_role("button", name="Reject").click()

    # The claim could be undone until the page of the rejection came.
    expect(page.locator(".toast")).to_contain_text("is back with Marketing")
    undo = page.get_by_role("button", name="Undo")
    lines = """(undo) => {
        const range = document.createRange();
        range.selectNodeContents(undo);
        return range.getClientRects().length;
    }"""
    assert undo.evaluate(lines) == 1


def test_an_open_page_shows_who_took_the_lead(sign_in: SignIn, rep: User) -> None:
    handoff = factories.handoff()
    page = sign_in(rep)
    page.goto(f"/leads/{handoff.lead_id}")
    expect(page.locator("#standing")).to_contain_text("Claim")

    claims.claim(handoff, factories.rep("Marcus Bell"))

    expect(page.locator("#news")).to_have_text("Marcus Bell holds Maya Lindqvist now.")
    expect(page.locator("#standing")).to_contain_text("Marcus Bell holds this lead since")
