"""Writing from the queue and from a drawer in a real Chromium: slow, failing, signed out, twice."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from leads.models import Handoff, Touch
from tests import factories
from tests.accounts.conftest import PASSWORD

SignIn = Callable[..., Page]
PEEK = re.compile(r"/handoffs/\d+$")
# For add_init_script: what did not load is not tried again by itself, however long a test takes.
BY_HAND_ONLY = """{
  const set = setTimeout;
  window.setTimeout = (act, ms, ...rest) => (ms === 5000 ? 0 : set(act, ms, ...rest));
}"""


@pytest.fixture
def rep(live_portal: object) -> User:
    rep = factories.rep()
    rep.set_password(PASSWORD)
    rep.save()
    return rep


def waits(name: str, minutes: int) -> Handoff:
    at = timezone.now() - timedelta(minutes=30)
    made = factories.lead(name, stage="sql", fit=49, intent=40, created_at=at)
    return factories.handoff(made, opened_at=at, minutes=30 + minutes)


def cursor(page: Page) -> object:
    return page.locator("[data-row][aria-current]")


def signed_out(page: Page) -> None:
    """The session is over, as after twelve hours."""
    Session.objects.all().delete()


def sign_in_again(page: Page, rep: User) -> None:
    page.get_by_label("Email").fill(rep.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


# --- the row that is meant -----------------------------------------------------------------------


def test_c_after_j_claims_the_highlighted_lead_while_its_preview_loads(
    sign_in: SignIn, rep: User
) -> None:
    first, second = waits("Maya Lindqvist", 5), waits("Arjun Mehta", 10)
    page = sign_in(rep)
    held: list[Route] = []
    page.route(PEEK, lambda route: held.append(route))
    page.goto("/queue")

    page.keyboard.press("j")
    expect(page.locator("#peek")).to_have_attribute("data-waits", re.compile("Arjun Mehta"))
    expect(page.locator("#peek").get_by_role("button", name="Claim")).to_have_count(0)
    page.keyboard.press("c")
    page.wait_for_url("**/leads/*")

    expect(page.locator("h1")).to_have_text("Arjun Mehta")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.claimed_by, second.claimed_by) == (None, rep)


def test_a_preview_that_failed_says_so_offers_nothing_and_is_tried_again(
    sign_in: SignIn, rep: User
) -> None:
    first, second = waits("Maya Lindqvist", 5), waits("Arjun Mehta", 10)
    page = sign_in(rep)
    page.add_init_script(BY_HAND_ONLY)
    page.route(PEEK, lambda route: route.fulfill(status=429, body=""))
    page.goto("/queue")

    page.keyboard.press("j")

    peek = page.locator("#peek")
    expect(peek).to_contain_text("This did not load.")
    expect(peek.get_by_text("Claim")).to_have_count(0)
    page.unroute(PEEK)
    peek.get_by_role("button", name="Try again").click()
    expect(peek.locator("h2")).to_have_text("Arjun Mehta")
    peek.get_by_role("button", name="Claim").click()
    page.wait_for_url("**/leads/*")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.claimed_by, second.claimed_by) == (None, rep)


def test_a_preview_that_failed_is_tried_again_by_itself(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5), waits("Arjun Mehta", 10)
    page = sign_in(rep)
    asked: list[Route] = []

    def fail_at_first(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(status=429, body="")

    page.route(PEEK, fail_at_first)
    page.goto("/queue")

    page.keyboard.press("j")

    expect(page.locator("#peek")).to_contain_text("This did not load.")
    while len(asked) < 2:
        page.wait_for_timeout(50)
    asked[1].continue_()
    expect(page.locator("#peek h2")).to_have_text("Arjun Mehta")


def test_a_drawer_that_did_not_load_says_so(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.add_init_script(BY_HAND_ONLY)
    page.route("**/touch", lambda route: route.fulfill(status=429, body=""), times=1)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("t")

    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("This did not load.")
    drawer.get_by_role("button", name="Try again").click()
    expect(drawer.locator("h2").first).to_have_text("Log first touch")


def test_a_part_of_a_page_that_did_not_load_says_so(sign_in: SignIn, live_portal: object) -> None:
    page = sign_in(factories.marketer())
    page.add_init_script(BY_HAND_ONLY)
    page.route("**/standing", lambda route: route.fulfill(status=429, body=""), times=1)

    page.goto("/criteria")

    expect(page.locator("#standing")).to_contain_text("This did not load.")
    page.locator("#standing").get_by_role("button", name="Try again").click()
    expect(page.locator("#standing")).to_contain_text("No lead has come in yet.")


# --- one press, one act --------------------------------------------------------------------------


def test_n_held_and_pressed_twice_claims_one_lead(sign_in: SignIn, rep: User) -> None:
    for number in range(6):
        waits(f"Person {number}", number)
    page = sign_in(rep)
    slow(page, "**/queue/next", 0.4)
    page.goto("/queue")

    page.keyboard.down("n")
    for _ in range(8):
        page.keyboard.down("n")
    page.keyboard.up("n")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.wait_for_url("**/leads/*")

    assert Handoff.objects.filter(claimed_by=rep).count() == 1


def slow(page: Page, url: str, seconds: float) -> None:
    def late(route: Route) -> None:
        threading.Event().wait(seconds)
        route.continue_()

    page.route(url, late)


def test_a_button_is_busy_until_it_is_answered_and_keeps_its_width(
    sign_in: SignIn, rep: User
) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    sent: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route)
        else:
            route.continue_()

    page.route("**/touch", hold)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Talked").check()
    save = page.get_by_role("button", name="Save touch")
    width = save.bounding_box()["width"]

    save.click()
    save.click()
    page.get_by_label("Talked").press("Enter")

    expect(save).to_have_attribute("aria-busy", "true")
    assert save.bounding_box()["width"] == width
    assert len(sent) == 1
    sent[0].fulfill(status=429, body="")
    expect(save).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#drawer").get_by_role("alert")).to_contain_text("This did not work.")
    page.unroute("**/touch")
    save.click()
    expect(page.locator(".toast")).to_contain_text("First touch logged")


def test_two_posts_of_one_form_are_one_act_and_say_so_once(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5), waits("Arjun Mehta", 10)
    page = sign_in(rep)
    page.goto("/queue")

    # Past the script: as a browser does it whose script did not load.
    page.evaluate("""() => {
        const form = document.querySelector("form[action='/queue/next']");
        for (let i = 0; i < 3; i++) HTMLFormElement.prototype.submit.call(form);
    }""")
    page.wait_for_url("**/leads/*")

    assert Handoff.objects.filter(claimed_by=rep).count() == 1
    expect(page.locator(".toast")).to_have_count(1)


# --- signed out ----------------------------------------------------------------------------------


def test_a_claim_after_the_session_ended_leads_back_to_the_queue_and_claims_nothing(
    sign_in: SignIn, rep: User
) -> None:
    handoff = waits("Maya Lindqvist", 5)
    page = sign_in(rep)
    page.goto("/queue?sort=score")
    signed_out(page)

    page.keyboard.press("n")
    sign_in_again(page, rep)

    page.wait_for_url("**/queue?sort=score")
    expect(page.locator("[data-row]")).to_have_count(1)
    handoff.refresh_from_db()
    assert handoff.claimed_by is None


def test_what_was_typed_in_a_drawer_is_there_after_signing_in_again(
    sign_in: SignIn, rep: User
) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Meeting").check()
    page.get_by_label("Talked").check()
    page.get_by_label("Note").fill("Four sites\nand a fifth in May")
    signed_out(page)

    page.get_by_role("button", name="Save touch").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("alert")).to_contain_text("You are signed out")
    expect(page.get_by_label("Note")).to_have_value("Four sites\nand a fifth in May")
    drawer.get_by_role("link", name="Sign in").click()
    sign_in_again(page, rep)

    page.wait_for_url(f"**/leads/{held.lead_id}")
    expect(page.get_by_label("Note")).to_have_value("Four sites\nand a fifth in May")
    expect(page.get_by_label("Meeting")).to_be_checked()
    expect(page.get_by_label("Talked")).to_be_checked()
    assert not Touch.objects.exists()
    page.get_by_role("button", name="Save touch").click()
    expect(page.locator(".toast")).to_contain_text("First touch logged")
    assert Touch.objects.get().note == "Four sites\nand a fifth in May"
    page.keyboard.press("t")
    expect(page.get_by_label("Note")).to_have_value("")


def test_what_one_person_typed_is_not_shown_to_the_next(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Note").fill("Four sites")
    signed_out(page)
    page.get_by_role("button", name="Save touch").click()
    page.locator("#drawer").get_by_role("link", name="Sign in").click()
    colleague = factories.rep("Marcus Bell")
    colleague.set_password(PASSWORD)
    colleague.save()

    sign_in_again(page, colleague)

    page.wait_for_url(f"**/leads/{held.lead_id}")
    expect(page.locator("#drawer")).to_be_hidden()
    page.wait_for_function("sessionStorage.who && !sessionStorage.typed")


def test_without_a_script_what_was_typed_is_asked_once_more(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep, javascript=False)
    page.goto(f"/handoffs/{held.pk}/touch")
    page.get_by_label("Talked").check()
    page.get_by_label("Note").fill("Four sites")
    signed_out(page)

    page.get_by_role("button", name="Save touch").click()
    expect(page.locator("h1")).to_have_text("You are signed out")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="in another tab").click()
    sign_in_again(opened.value, rep)
    opened.value.wait_for_url("**/touch")
    page.get_by_role("button", name="I have signed in").click()
    expect(page.locator("h1")).to_have_text("This was not saved")
    assert not Touch.objects.exists()
    page.get_by_role("button", name="Send it now").click()

    expect(page.locator(".toast")).to_contain_text("First touch logged")
    assert Touch.objects.get().note == "Four sites"


def test_an_open_page_says_that_its_session_is_over(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    page = sign_in(rep)
    page.goto("/queue")
    signed_out(page)

    bar = page.locator("#offline")
    expect(bar).to_contain_text("You are signed out.")
    bar.get_by_role("link", name="Sign in").click()
    sign_in_again(page, rep)
    page.wait_for_url("**/queue")


# --- offline, and the drawer ---------------------------------------------------------------------


def test_without_a_connection_a_drawer_keeps_what_is_typed_and_says_why(
    sign_in: SignIn, rep: User
) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    page.keyboard.press("t")
    page.get_by_label("Talked").check()

    page.context.set_offline(True)

    save = page.get_by_role("button", name="Save touch")
    expect(save).to_have_attribute("aria-disabled", "true")
    expect(save).to_have_attribute("title", re.compile("no connection"))
    save.click(force=True)
    expect(page.locator("#drawer").get_by_role("alert")).to_contain_text("This was not saved")
    page.context.set_offline(False)
    expect(save).not_to_have_attribute("aria-disabled", "true")
    save.click()
    expect(page.locator(".toast")).to_contain_text("First touch logged")
    assert Touch.objects.count() == 1


def test_escape_asks_before_it_throws_away_what_was_typed(sign_in: SignIn, rep: User) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")
    asked: list[str] = []
    answers = [False, False, True]

    def answer(dialog: object) -> None:
        asked.append(dialog.message)
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    page.keyboard.press("t")
    note = page.get_by_label("Note")
    note.fill("Four sites")

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(note).to_have_value("Four sites")
    page.get_by_role("button", name="Close").click()

    expect(page.locator("#drawer")).to_be_hidden()
    assert len(asked) == 3 and "lost" in asked[0]
    page.keyboard.press("t")
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    assert len(asked) == 3


def test_the_first_field_has_the_focus_and_after_a_mistake_the_summary(
    sign_in: SignIn, rep: User
) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("h")
    expect(page.get_by_label("Why you give it back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .err")).to_be_focused()
    page.keyboard.press("Escape")


# Sends the first form that a drawer shows at the end of the very task in which it is shown.
AT_ONCE = """{
  let is_sent = false;
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (is_sent || target.id !== "drawer") return;
    is_sent = true;
    queueMicrotask(() => target.querySelector("form.form").requestSubmit());
  });
}"""


def test_a_form_that_is_sent_the_moment_it_is_shown_keeps_its_drawer(
    sign_in: SignIn, rep: User
) -> None:
    held = factories.claimed(rep)
    page = sign_in(rep)
    page.add_init_script(AT_ONCE)
    page.goto(f"/leads/{held.lead_id}")

    page.keyboard.press("h")

    expect(page.locator("main .err, #drawer .err")).to_be_visible()
    expect(page.locator("#drawer[open] .err")).to_be_focused()
    expect(page).to_have_url(re.compile(rf"/leads/{held.lead_id}$"))


def test_signing_in_begins_in_the_first_field(page: Page, transactional_db: None) -> None:
    page.goto("/account/login/")

    expect(page.get_by_label("Email")).to_be_focused()


# --- the poll, and the way back ------------------------------------------------------------------


def test_the_title_and_the_navigation_count_with_the_poll(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    page = sign_in(rep)
    page.goto("/queue")
    expect(page).to_have_title("(1) Queue · LeadPortal")

    waits("Arjun Mehta", 10)

    expect(page).to_have_title("(2) Queue · LeadPortal")
    expect(page.locator(".top [aria-current=page] .n")).to_have_text("2")
    Handoff.objects.update(state="closed", closed_at=timezone.now(), outcome="withdrawn")
    expect(page).to_have_title("Queue · LeadPortal")
    expect(page.locator(".top [aria-current=page] .n")).to_have_count(0)


def test_a_hidden_tab_asks_less_often(sign_in: SignIn, rep: User) -> None:
    waits("Maya Lindqvist", 5)
    page = sign_in(rep)
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: "/changes" in request.url and asked.append(request.url))
    page.goto("/queue")
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", { get: () => window.away });
        window.away = true;
    }""")

    page.clock.run_for(61_000)
    time.sleep(0.5)
    hidden = len(asked)
    assert 2 <= hidden <= 3
    page.evaluate("window.away = false")
    page.clock.run_for(30_000)
    time.sleep(0.5)

    assert len(asked) - hidden >= 5


@pytest.mark.parametrize("url", ["/queue", "/leads"])
def test_back_leads_to_the_row_one_was_on(sign_in: SignIn, rep: User, url: str) -> None:
    for number in range(12):
        waits(f"Person {number:02}", number)
    page = sign_in(rep)
    page.goto(url)
    for _ in range(7):
        page.keyboard.press("j")
    name = cursor(page).get_attribute("data-row")
    page.keyboard.press("o")
    page.wait_for_url("**/leads/*")

    page.go_back()

    expect(cursor(page)).to_have_attribute("data-row", name)
    if url == "/queue":
        expect(page.locator("#peek h2")).to_have_text(name.split(",")[0])
