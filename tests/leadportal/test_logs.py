"""What a line of the log says of a request, and that it says nothing of another one."""

import logging

import pytest
import structlog
from django.test import Client

from accounts.keys import keys
from accounts.models import Scope
from accounts.roles import Role
from leadportal.celery import task_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """The line of each request, as its fields, in the order of answering."""
    caplog.set_level(logging.INFO, "leadportal.request")
    return lambda: [record.msg for record in caplog.records if record.name == "leadportal.request"]


def read_leads(**headers):
    return Client(raise_request_exception=False).get("/api/v1/leads", headers=headers)


def test_a_page_is_not_logged_with_the_key_of_the_call_before_it(lines):
    key, plain = keys.create(factories.integration(), scopes=[Scope.LEADS_READ])
    person = Client()
    person.force_login(factories.person(Role.ADMIN))

    assert read_leads(Authorization=f"Bearer {plain}").status_code == 200
    assert person.get("/settings").status_code == 200

    called, opened = lines()
    assert called["api_key_id"] == key.pk
    assert opened["route"] == "settings"
    assert "api_key_id" not in opened
    assert opened["request_id"] != called["request_id"]


def test_a_call_without_a_key_is_not_logged_with_the_last_one(lines):
    _, plain = keys.create(factories.integration(), scopes=[Scope.LEADS_READ])

    read_leads(Authorization=f"Bearer {plain}")
    read_leads()

    assert ["api_key_id" in line for line in lines()] == [True, False]


def test_nothing_stays_bound_after_a_request_that_failed(monkeypatch, client):
    def fail(*_):
        structlog.contextvars.bind_contextvars(lead_id=1)
        raise KeyboardInterrupt

    monkeypatch.setattr("leadportal.readiness.redis", fail)

    with pytest.raises(KeyboardInterrupt):
        client.get("/readyz")

    assert structlog.contextvars.get_contextvars() == {}


def test_a_task_begins_and_ends_with_nothing_said(monkeypatch):
    said = []

    def look(at):
        said.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(lead_id=2)

    monkeypatch.setattr("leads.judging.due._switch_on_scheduled", look)
    structlog.contextvars.bind_contextvars(lead_id=1)

    task_of("judge").apply()

    assert said == [{}]
    assert structlog.contextvars.get_contextvars() == {}
