"""Whoever connects and says nothing, or half of it, keeps nobody else waiting."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from accounts.keys import keys
from accounts.models import Scope
from leads.models import Lead
from tests import factories

pytestmark = pytest.mark.integration

HALF = [
    b"",
    b"GET /queue HT",
    b"GET /queue HTTP/1.1\r\nHost: a\r\n",
    b"POST /api/v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{",
    b"POST /account/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\na",
]


@pytest.fixture
def crowd(live_portal) -> Iterator[None]:
    """Many more connections than there are threads, of which none sends a whole request."""
    at = urlsplit(live_portal.url)
    with ExitStack() as all:
        for number in range(300):
            client = socket.create_connection((at.hostname, at.port), timeout=5)
            all.enter_context(client)
            client.sendall(HALF[number % len(HALF)])
        yield


def opened(url, data=None, **headers):
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers


def test_pages_and_calls_are_answered_beside_hundreds_that_never_ask(live_portal, crowd):
    _, key = keys.create(factories.integration(), scopes=[Scope.LEADS_WRITE])
    call = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    for n in range(3):
        lead = json.dumps({"email": f"maya-{n}@brightwater.example"}).encode()
        assert opened(f"{live_portal.url}/account/login/")[0] == 200
        assert opened(f"{live_portal.url}/api/v1/leads", lead, **call)[0] == 201
        assert opened(f"{live_portal.url}/healthz")[0] == 200
    assert Lead.objects.count() == 3


def test_what_is_too_large_is_refused_unread_and_nobody_waits_for_it(live_portal):
    at = urlsplit(live_portal.url)
    head = "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Length: 300000000\r\n\r\n"

    for path in ("/account/login/", "/api/v1/leads"):
        with socket.create_connection((at.hostname, at.port), timeout=5) as client:
            client.sendall(head.format(path, at.netloc).encode())
            assert client.recv(12) == b"HTTP/1.1 413"
