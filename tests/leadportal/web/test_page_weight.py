"""What a visit costs on the wire, added up without a browser: the page and all files it loads."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from leadportal import storage
from tests import factories

pytestmark = pytest.mark.django_db
FIRST_VISIT = 90_000
LATER_VISIT = 15_000
# What precedes each answer, its headers in full: the policy of the pages alone is 200 bytes.
HEADERS = 850
# Packed already; the server leaves these as they are.
PACKED = {".woff2"}
# A queue that nobody works, and a full list.
MANY = 60


@pytest.fixture
def queue():
    """A queue with many handoffs, of people as different as people are."""
    queue = factories.handoff().queue
    for number in range(MANY):
        company = factories.company(f"Company {number * 7919 % 1000} of {number}")
        title = f"Director of {number * 104729 % 997}"
        lead = factories.lead(
            f"Person{number} Name{number * 31 % 101}",
            stage="sql",
            fit=30 + number % 15,
            intent=20 + number % 25,
            company=company,
            job_title=title,
        )
        factories.handoff(lead, queue=queue)
    return queue


def loaded(html: str) -> set[str]:
    """Every static file a browser fetches for this page, those that files name included."""
    waiting = set(re.findall(r'(?:href|src)="/static/([^"?#]+)"', html))
    found: set[str] = set()
    while waiting - found:
        name = (waiting - found).pop()
        found.add(name)
        if Path(name).suffix in {".js", ".css"}:
            text = source_of(name).decode()
            for image in re.findall(r'url\("?([^"):]+)"?\)', text):
                path = (Path("/") / Path(name).parent / image).resolve()
                waiting.add(str(path.relative_to("/")))
    return found


def source_of(name: str) -> bytes:
    if name.startswith(storage.OWN_SCRIPTS):
        return storage.served(name).encode()
    path = finders.find(name)
    assert path, f"{name} is no file"
    return Path(path).read_bytes()


def weight(name: str) -> int:
    source = source_of(name)
    # The worst case: browsers that reach us without TLS accept no brotli.
    return len(source if Path(name).suffix in PACKED else gzip.compress(source)) + HEADERS


def opened(client: Client, path: str) -> tuple[int, str]:
    """Bytes of the page on the wire, and its text."""
    page = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert page.status_code == 200
    return len(page.content) + HEADERS, gzip.decompress(page.content).decode()


def test_a_first_visit_loads_style_scripts_and_font(client):
    _, html = opened(client, "/account/login/")

    kinds = {Path(name).suffix for name in loaded(html)}

    assert kinds == {".svg", ".woff2", ".css", ".js"}
    assert {"js/main.js", "fonts/inter.woff2"} <= loaded(html)


@pytest.mark.parametrize("path", ["/queue", "/leads", "LEAD", "/quality", "/overview", "/criteria"])
def test_a_first_visit_costs_little_whatever_page_it_begins_with(queue, client, path):
    client.force_login(factories.sales_manager())
    path = path.replace("LEAD", f"/leads/{queue.handoffs.first().lead_id}")

    page, html = opened(client, path)

    assert page + sum(map(weight, loaded(html))) <= FIRST_VISIT


def test_a_later_visit_to_the_queue_costs_the_page_alone(queue, client):
    client.force_login(factories.rep(queue=queue))

    page, html = opened(client, "/queue")

    assert html.count("data-row=") > 20
    assert page <= LATER_VISIT
