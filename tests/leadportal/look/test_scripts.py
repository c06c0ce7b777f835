"""The modules at work in Chromium, on the kit, under the policy of the product."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from accounts.roles import Role
from leadportal.kit import kit

HASHED = {"BACKEND": "leadportal.storage.StaticStorage"}


@pytest.fixture
def open_kit(open_page: Callable[..., Page], transactional_db: None) -> Callable[..., Page]:
    """The kit as a manager sees it, on the address of the running product."""
    manager = User.objects.create_user(
        "tomasz@example.com", name="Tomasz Zieliński", roles=[str(Role.SALES_MANAGER)]
    )
    policy = Client().get("/healthz").headers["Content-Security-Policy"]

    def open_kit(*, change: tuple[str, str] = ("", ""), **how: object) -> Page:
        request = RequestFactory().get("/kit")
        request.user = manager
        # Named as the running product serves them: by their hashes.
        with override_settings(STORAGES=settings.STORAGES | {"staticfiles": HASHED}):
            html = kit(request).content.decode().replace(*change)
        page = open_page(**how)
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
        page.route(re.compile(r"/kit$"), lambda route: route.fulfill(body=html, headers=headers))
        page.goto("/kit")
        return page

    return open_kit


def current(page: Page) -> str:
    return page.locator("[data-row][aria-current]").get_attribute("data-row").split(",")[0]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_component_is_accessible_and_fits(open_kit, axe, width, dark):
    page = open_kit(width=width, dark=dark)

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.fonts.check('14px Inter')")


SCROLLED = """(tabs, left) => new Promise(done => {
  tabs.scrollLeft = left;
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""


def test_tabs_fade_where_they_go_on(open_kit):
    more = "".join(f'<a href="?view={n}">View number {n}</a>' for n in range(9))
    page = open_kit(width=390, change=('<a href="?view=late">', f'{more}<a href="?view=late">'))
    tabs = page.locator(".tabs").first

    def fading(left: int) -> list[str]:
        tabs.evaluate(SCROLLED, left)
        return [
            tabs.evaluate("(tabs, end) => getComputedStyle(tabs).getPropertyValue(end)", end)
            for end in ("--before", "--after")
        ]

    assert fading(0) == ["0px", "32px"]
    assert fading(300) == ["32px", "32px"]
    assert fading(9_999) == ["32px", "0px"]
    page.set_viewport_size({"width": 1440, "height": 900})
    assert fading(0) == ["0px", "0px"]


def test_j_and_k_move_and_are_said(open_kit):
    page = open_kit()
    assert current(page) == "Arjun Mehta"

    page.keyboard.press("j")
    assert current(page) == "Kwame Boateng"
    expect(page.locator("#live")).to_contain_text("Kwame Boateng")

    page.keyboard.press("k")
    page.keyboard.press("k")
    assert current(page) == "Maya Lindqvist"
    assert page.evaluate("document.activeElement.textContent") == "Maya Lindqvist"


def test_a_key_presses_the_button_it_is_printed_on(open_kit):
    page = open_kit()
    page.evaluate("document.querySelector('[data-key=c]').onclick = () => window.claimed = true")

    page.keyboard.press("c")

    assert page.evaluate("window.claimed")


def test_keys_rest_inside_fields(open_kit):
    page = open_kit()

    page.keyboard.press("/")
    page.keyboard.type("jack")

    assert page.locator("[data-filter]").input_value() == "jack"
    assert current(page) == "Arjun Mehta"


def test_keys_can_be_switched_off_for_good(open_kit):
    page = open_kit()

    page.get_by_role("button", name="Turn single-key shortcuts off").click()
    page.keyboard.press("j")

    assert current(page) == "Arjun Mehta"
    assert {"keys": "off"}.items() <= {
        c["name"]: c["value"] for c in page.context.cookies()
    }.items()
    page.get_by_role("button", name="Turn single-key shortcuts on").click()
    page.keyboard.press("j")
    assert current(page) == "Kwame Boateng"


def test_a_question_mark_lists_the_keys_of_the_page(open_kit):
    page = open_kit()

    page.keyboard.press("?")

    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("claim")
    expect(keys).to_contain_text("go to Criteria")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_g_and_a_letter_go_to_a_page(open_kit):
    page = open_kit()

    page.keyboard.press("g")
    with page.expect_request(re.compile("/criteria$")):
        page.keyboard.press("c")


def test_the_first_click_previews_and_the_second_opens(open_kit):
    page = open_kit()
    row = page.get_by_role("link", name="Kwame Boateng")

    row.click()
    assert current(page) == "Kwame Boateng" and page.url.endswith("/kit")

    row.click()
    page.wait_for_url("**#3")


def test_on_a_phone_a_tap_opens_at_once(open_kit):
    page = open_kit(width=390)

    page.get_by_role("link", name="Kwame Boateng").click()

    page.wait_for_url("**#3")


def test_the_theme_switches_at_once_and_is_kept_by_the_server(open_kit):
    page = open_kit()

    with page.expect_response(re.compile("theme")) as answer:
        page.get_by_role("button", name="Switch between light and dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    assert (
        "theme=dark" in answer.value.request.post_data or "dark" in answer.value.request.post_data
    )


def test_a_clock_turns_into_a_triangle_and_says_so_once(open_kit):
    page = open_kit()
    page.evaluate(
        """() => {
            const first = document.querySelector('.q-row:nth-child(2) [data-clock]');
            const clock = first.cloneNode(true);
            clock.id = 'soon-late';
            clock.dataset.due = Number(clock.dataset.now) + 2;
            document.querySelector('#news').append(clock);
        }"""
    )
    clock = page.locator("#soon-late")
    expect(clock).to_have_class(re.compile("soon"))

    expect(clock).to_contain_text("late")
    expect(clock).to_contain_text("claim overdue")
    expect(clock).not_to_have_class(re.compile("soon"))
    expect(clock.locator(".alarm")).to_be_visible()
    expect(clock.locator(".ring")).to_be_hidden()
    expect(page.locator("#live")).to_have_text("Arjun Mehta is late")


def test_new_work_is_announced_and_no_row_moves(open_kit):
    page = open_kit(
        change=('class="sheet q"', 'class="sheet q" data-poll="/changes" data-token="t1"')
    )
    asked = []

    def changes(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=204)
        else:
            route.fulfill(body='<button class="btn sm" data-key=".">1 new <kbd>.</kbd></button>')

    page.route(re.compile("/changes"), changes)
    rows = page.locator("[data-row]").all_inner_texts()

    expect(page.locator("#news")).to_contain_text("1 new")
    expect(page.locator("#live")).to_contain_text("1 new")
    assert len(page.locator("[data-row]").all_inner_texts()) == len(rows)
    assert asked[0].endswith("/changes?since=t1")


def test_a_lost_connection_is_said_and_nothing_is_sent(open_kit):
    page = open_kit()
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("No connection since")
    # The button rests and says why; who presses it all the same is told, and nothing is sent.
    delete = page.get_by_role("button", name="Delete key")
    expect(delete).to_have_attribute("aria-disabled", "true")
    expect(delete).to_have_attribute("title", re.compile("no connection"))
    delete.click(force=True)
    expect(page.locator("#toasts")).to_contain_text("This was not saved")
    assert not sent

    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(delete).not_to_have_attribute("aria-disabled", "true")


def test_without_a_script_the_page_is_whole(open_kit):
    page = open_kit(javascript=False)

    expect(page.get_by_text("3:06 late").first).to_be_visible()
    page.locator("summary.me").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_look_is_served_under_hashed_names(page, transactional_db):
    page.goto("/account/login/")

    sources = page.evaluate(
        "[...document.querySelectorAll('link[href],script[src]')].map(e => e.href || e.src)"
    )
    own = [url for url in sources if settings.STATIC_URL in url]
    assert own and all(re.search(r"\.[0-9a-f]{12}\.", url) for url in own)
