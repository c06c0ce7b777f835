"""While the database does not answer, or a row is held, a page says so and loses nothing."""

import re
from contextlib import contextmanager
from html import unescape
from threading import Event

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, transaction
from django.test import Client

from accounts import tries
from accounts.models import Portal
from accounts.roles import Role
from tests import factories
from tests.accounts.portal.test_pages import TYPED
from tests.concurrently import meanwhile

OURS = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "<script>alert(1)</script> & \"Sons\" 'n' {{ x }}"


@pytest.fixture
def browser(db):
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(Role.ADMIN, Role.SALES))
    return client


@pytest.fixture
def database_away(monkeypatch):
    """A function after which no session can be read: the first thing every page asks for."""

    def go(error=OperationalError):
        def fail(*_):
            raise error("server closed the connection unexpectedly")

        monkeypatch.setattr(SessionStore, "load", fail)

    return go


@contextmanager
def settings_held():
    """Somebody else is changing the settings, and takes their time."""
    held, let_go = Event(), Event()

    def hold():
        with transaction.atomic():
            Portal.objects.select_for_update().get()
            held.set()
            let_go.wait(20)

    with meanwhile(hold):
        assert held.wait(10)
        try:
            yield
        finally:
            let_go.set()


def hidden(page):
    """What the form of a page sends again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: [unescape(v) for n, v in found if n == name] for name, _ in found}


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_is_given_back_and_saved_when_the_row_is_let_go(browser):
    Portal.load()
    typed = TYPED | {"company_name": HOSTILE}

    with settings_held():
        answer = browser.post("/settings", typed, headers=OURS)

    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "This was not saved" in page
    assert "<script>alert" not in page
    again = browser.post("/settings", hidden(page))
    assert again["Location"] == "/settings"
    row = Portal.load()
    assert (row.company_name, row.sells_to) == (HOSTILE, ["DE", "NO", "SE"])


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_page_that_cannot_know_who_asks_says_try_again(browser, database_away, error):
    database_away(error)

    answer = browser.get("/queue?source=1")

    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Cache-Control"] == "private, no-store"
    assert "This did not load" in page
    assert '<a class="btn go" href="/queue?source=1">Try again</a>' in page


def test_the_database_is_asked_for_nothing(browser, database_away, django_assert_num_queries):
    database_away()

    with django_assert_num_queries(0):
        browser.post("/settings", TYPED, headers=OURS)


def test_the_page_that_failed_works_when_the_database_is_back(browser, database_away, monkeypatch):
    database_away()
    assert browser.get("/queue/changes?since=0").status_code == 503

    monkeypatch.undo()

    assert browser.get("/queue/changes?since=0").status_code < 300


def test_a_part_of_a_page_is_told_by_its_status_alone(browser, database_away):
    database_away()

    answer = browser.post("/settings", TYPED, headers=OURS | {"HX-Request": "true"})

    assert (answer.status_code, answer["Retry-After"], answer.content) == (503, "5", b"")


def test_another_site_is_given_no_form_of_ours(browser, database_away):
    database_away()

    page = browser.post("/settings", TYPED, headers={"Origin": "https://evil.example"})

    assert page.status_code == 503
    assert "csrfmiddlewaretoken" not in page.content.decode().partition("<main")[2]
    assert TYPED["company_name"] not in page.content.decode()


def test_a_password_is_never_given_back(monkeypatch, db):
    def fail(*_):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(tries, "begin", fail)
    typed = {"login": "rep@example.com", "password": "correct horse battery"}

    answer = Client(raise_request_exception=False).post("/account/login/", typed, headers=OURS)

    assert answer.status_code == 503
    assert "horse" not in answer.content.decode()
    assert '<a class="btn go" href="/account/login/">Try again</a>' in answer.content.decode()


def test_any_other_fault_is_still_ours(browser, monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(SessionStore, "load", fail)

    answer = browser.get("/queue")

    assert answer.status_code == 500
    assert "written down" in answer.content.decode()
    assert "Retry-After" not in answer


def test_the_api_says_503_too_where_no_view_was_reached(browser, database_away):
    database_away()

    answer = browser.get("/api/v1/leads")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Content-Type"] == "application/problem+json"
    assert "does not answer right now" in answer.json()["detail"]
