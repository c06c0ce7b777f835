"""A call with a key goes straight to its view, and is answered as by the way of pages."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

from leadportal.db import clock
from leadportal.rest.middleware import KeyCallMiddleware
from tests import factories
from tests.test_urls_have_policy import PATTERNS

urlpatterns = [path("api/v1/page", lambda request: HttpResponse("of people"))]
pytestmark = pytest.mark.django_db
BY_PAGES = {"Cookie": f"{settings.SESSION_COOKIE_NAME}=nobodys"}
# Each answer's own; and no cache keeps an answer, which the long way says varies with the cookie.
OWN = {"X-Request-ID", "RateLimit", "Vary"}
ADDRESSES = sorted(
    {
        re.sub(r"<int:\w+>", "1", path).removeprefix("api/v1")
        for path, _ in PATTERNS
        if path.startswith("api/v1/")
    }
    | {"/nowhere", "/leads/"}
)


def said(response):
    headers = {name: value for name, value in response.headers.items() if name not in OWN}
    return response.status_code, response.content, headers


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_short_way_answers_as_the_long_one(api, address, method, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    body = {} if method in {"POST", "PATCH"} else None
    address = address.replace("/leads/1", f"/leads/{factories.lead().pk}")

    short = api.send(method, address, body)
    long = api.send(method, address, body, **BY_PAGES)

    assert not hasattr(short.wsgi_request, "session")
    assert hasattr(long.wsgi_request, "session")
    assert said(short) == said(long)


@pytest.mark.urls(__name__)
def test_a_view_that_asks_for_no_key_goes_the_long_way(rf):
    call = rf.get("/api/v1/page", headers={"Authorization": "Bearer any"})
    long_way = HttpResponse("sign in first")

    assert KeyCallMiddleware(lambda request: long_way)(call) is long_way


def test_a_name_that_is_not_ours_is_refused_on_both(api, as_problem):
    for way in ({}, BY_PAGES):
        as_problem(api.get("/leads", Host="evil.example", **way), 400)


def test_a_view_that_breaks_is_a_problem(api, as_problem, monkeypatch):
    monkeypatch.setattr("leads.lead.api.list_leads", lambda request: 1 / 0)

    as_problem(api.get("/leads"), 500)
