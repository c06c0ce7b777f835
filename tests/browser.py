"""A real Chromium on the real product, under the strict content security policy.

page                     a signed-out page; page.goto("/account/login/") and so on
sign_in(user)            a page of this person; also width=390, dark=True, javascript=False
sign_in(Role.SALES)      the same for a person made on the spot
open_whole(page, url)    goes there, and waits for the parts that the page asks for by itself
axe(page)                fails on any accessibility violation, naming each element

Every page is watched: a broken policy, an uncaught script error or an answer of 500 fails the test.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.processes import Portal

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The whole browser keeps a process ready for a page to come, which none of a test waits for.
    "--renderer-process-limit=1",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is neither written out nor handed over: it would be most of the time.
AUDIT = """async (rules) => {
  const options = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}"""
NOT_RUN = "no Chromium: install chromium or name it in $CHROMIUM"
# How long something may be missing before the test fails; on a busy machine it comes late.
PATIENCE_MS = 30_000

# For add_init_script: window.shifts() names what moved by itself since the page began to load, how
# far, and from where to where.
SHIFTS = """{
  const moved = [];
  const note = (entries) => {
    for (const { hadRecentInput, value, sources } of entries)
      if (!hadRecentInput)
        moved.push(value, ...sources.map(({ node, previousRect, currentRect }) =>
          JSON.stringify([node?.outerHTML ?? node?.textContent, previousRect, currentRect])));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  window.shifts = () => (note(observer.takeRecords()), moved);
}"""
# Ends when the page has its font and the parts that it asks for by itself, and shows them.
WHOLE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await document.fonts.ready;
  while (document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")) await frame();
  await frame();
  await frame();
}"""


def chromium() -> str | None:
    """The browser to start. The one without a window to draw takes a third of the processor."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use; without Chromium browser tests fail in CI, else are not run."""
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if "worker" in uses:
            item.add_marker("integration")
        if "_browser" in uses:
            item.add_marker("browser")
            if not chromium() and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=NOT_RUN))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    missing = [report for report in skipped if NOT_RUN in str(report.longrepr)]
    if missing:
        terminalreporter.section("BROWSER TESTS NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(missing)} browser tests were NOT run: {NOT_RUN}.", red=True)


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    executable = chromium()
    if not executable:
        pytest.fail(NOT_RUN)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(_browser: Browser, live_portal: Portal) -> Iterator[Callable[..., Page]]:
    """Make watched pages: open_page(width=1440, dark=False, javascript=True, cookies={})."""
    troubles: list[str] = []
    contexts = []

    def open_page(
        *,
        width: int = 1440,
        dark: bool = False,
        javascript: bool = True,
        cookies: dict[str, str] | None = None,
        answers_503: bool = False,
    ) -> Page:
        context = _browser.new_context(
            base_url=live_portal.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_portal.url}
                for name, value in (cookies or {}).items()
            ]
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watch(page, troubles, allowed=503 if answers_503 else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def watch(page: Page, troubles: list[str], *, allowed: int | None = None) -> None:
    page.on("pageerror", lambda error: troubles.append(f"script error on {page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            "Content Security Policy" in message.text
            and troubles.append(f"policy broken on {page.url}: {message.text}")
        ),
    )
    page.on(
        "response",
        lambda answer: (
            answer.status >= 500
            and answer.status != allowed
            and troubles.append(f"{answer.status}: {answer.url}")
        ),
    )


def open_whole(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate(WHOLE)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


@pytest.fixture
def sign_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page with the session of a person, or of a new person with the given role."""

    def sign_in(who: object, **how: object) -> Page:
        if isinstance(who, str):
            who = get_user_model().objects.create_user(
                f"{who}@example.com", name=f"Sam {who.capitalize()}", roles=[str(who)]
            )
        client = Client()
        client.force_login(who)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return open_page(**how, cookies={settings.SESSION_COOKIE_NAME: session})

    return sign_in


# What waits for its answer is dimmed, and is not to be judged by its colours. What goes with
# scrolling and not with time is at rest.
AT_REST = """() =>
  !document.querySelector(".htmx-request, .pal [aria-busy=true]") &&
  document.getAnimations().every(one => one.timeline !== document.timeline)"""


# Lists whose words need more room than they have; radio buttons and boxes that are not square.
SQUEEZED = """
[...document.querySelectorAll("select, input[type=radio], input[type=checkbox]")].filter(one => {
  const {width, height} = one.getBoundingClientRect();
  if (!one.options) return width && Math.abs(width - height) > 0.5;
  const alone = one.cloneNode(true);
  alone.style.cssText = "position: absolute; inline-size: max-content; max-inline-size: none";
  alone.replaceChildren(...[...one.selectedOptions].map(option => option.cloneNode(true)));
  document.body.append(alone);
  const needed = alone.getBoundingClientRect().width;
  alone.remove();
  return width && width + 1 < needed;
}).map(one => one.name || one.id)
"""


@pytest.fixture
def axe() -> Callable[[Page], None]:
    def check(page: Page) -> None:
        page.wait_for_function(AT_REST)
        page.evaluate(Axe().axe_script)
        found = page.evaluate(AUDIT, RULES)
        assert not found, "\n".join(found)
        assert page.evaluate(SQUEEZED) == [], page.url

    return check
