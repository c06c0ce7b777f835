"""A page that arrives in pieces is painted once it stands: nothing on it moves while it comes."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from accounts.roles import Role
from tests import factories
from tests.browser import SHIFTS, open_whole
from tests.processes import Portal

PIECES = 8
# Long enough for a frame to be painted in between; a page that waits is right however long it is.
PAUSE_SECONDS = 0.05
NOT_HANDED_ON = {"connection", "accept-encoding", "server", "date"}


@pytest.fixture
def slow_line(live_portal: Portal) -> Iterator[str]:
    """The address of the product behind a line that brings its pages bit by bit."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = self.ask_portal()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_HANDED_ON:
                    self.send_header(name, value)
            self.end_headers()
            for piece in pieces(body) if is_page(answer) else [body]:
                self.wfile.write(piece)

        def ask_portal(self) -> HTTPResponse:
            portal = HTTPConnection(urlsplit(live_portal.url).netloc)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in NOT_HANDED_ON
            }
            portal.request("GET", self.path, headers=headers)
            return portal.getresponse()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Line) as line:
        Thread(target=line.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{line.server_port}"
        line.shutdown()


def is_page(answer: HTTPResponse) -> bool:
    return answer.headers.get_content_type() == "text/html"


def pieces(body: bytes) -> Iterator[bytes]:
    """The whole in even pieces, and one more cut in the bar on top, between its two buttons."""
    even = {len(body) * part // PIECES for part in range(1, PIECES)}
    begin = 0
    for end in sorted(even | {body.find(b"</form>")}):
        yield body[begin:end]
        time.sleep(PAUSE_SECONDS)
        begin = end
    yield body[begin:]


def test_nothing_moves_while_a_page_arrives(slow_line: str, sign_in: Callable[..., Page]) -> None:
    rep = factories.rep()
    held = factories.claimed(rep)
    factories.handoff()
    pages = {
        rep: ["/leads", "/queue", f"/leads/{held.lead_id}"],
        Role.ADMIN: ["/overview", "/criteria", "/settings"],
    }

    for who, urls in pages.items():
        page = sign_in(who)
        page.add_init_script(SHIFTS)
        for url in urls:
            open_whole(page, slow_line + url)

            assert page.evaluate("window.shifts()") == [], url


def test_nothing_moves_when_its_styles_come_last(
    live_portal: Portal, sign_in: Callable[..., Page]
) -> None:
    """For who wants little motion: what a script measured before them is no place to come from."""
    factories.handoff()
    page = sign_in(factories.rep())
    page.add_init_script(SHIFTS)
    page.add_init_script("setInterval(() => document.body?.offsetHeight, 5)")

    def come_late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/portal*.css", come_late)
    open_whole(page, f"{live_portal.url}/leads")

    assert page.evaluate("window.shifts()") == []
