"""What a line of the log says of a request, and that it says nothing of another one."""

import json
import logging
import socket
from urllib.parse import urlsplit

import psycopg2
import pytest
import structlog
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client

from accounts.keys import keys
from accounts.models import Scope
from accounts.roles import Role
from leadportal import logs
from leadportal.celery import task_of
from leadportal.db import errors
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


# --- the cause, and nothing of anybody -----------------------------------------------------------

MAYA = "maya.secret@example.com"


def written(logger: str, message: object, *args: object, **more: object) -> dict:
    """The line that a message of a library becomes."""
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, None)
    for name, value in more.items():
        setattr(record, name, value)
    config = logs.config(readable=False, level="INFO")["formatters"]["lines"]
    formatter = structlog.stdlib.ProcessorFormatter(
        **{name: value for name, value in config.items() if name != "()"}
    )
    return json.loads(formatter.format(record))


@pytest.mark.parametrize(
    ("logger", "message", "args", "event"),
    [
        ("django.request", "%s: %s", ("Not Found", f"/leads/{MAYA}"), "Not Found: …"),
        ("gunicorn.error", "Worker (pid:%s) was sent %s!", (12, "SIGKILL"), None),
        (
            "celery.worker.consumer",
            "consumer: Cannot connect to %s: %s.\n%s\n",
            (f"redis://{MAYA}:pw@h", ConnectionRefusedError(111, MAYA), MAYA),
            "consumer: Cannot connect to …: ConnectionRefusedError ECONNREFUSED.\n…",
        ),
        (
            "celery.app.trace",
            "Task %(name)s[%(id)s] %(description)s: %(exc)s",
            ({"name": "sweep.judge", "id": MAYA, "description": "raised unexpected", "exc": MAYA},),
            "Task sweep.judge[…] raised unexpected: …",
        ),
        ("kombu", ValueError(MAYA), (), "ValueError"),
        ("kombu", "wrong number: %d", (MAYA,), "wrong number: %d"),
        (
            "django.security.DisallowedHost",
            f"Invalid HTTP_HOST header: '{MAYA}'.",
            (),
            "refused by Django: DisallowedHost",
        ),
        (
            "gunicorn.error",
            f"Invalid request from ip=192.0.2.1: {MAYA}",
            (),
            "gunicorn refused a request",
        ),
    ],
)
def test_messages_of_libraries_tell_what_is_nobodys(logger, message, args, event):
    line = written(logger, message, *args)

    assert line["event"] == (event or message % args)
    assert MAYA not in json.dumps(line)


def test_an_exception_names_its_codes_and_what_was_behind_it():
    try:
        try:
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute("SELECT CAST(%s AS uuid)", [MAYA])
        except DatabaseError as error:
            raise OSError(28, MAYA) from error
    except OSError as error:
        said = logs.exception_without_its_text(None, "", {"exc_info": error})["exception"]

    assert (said["errno"], said["because"]) == ("ENOSPC", "DataError 22P02")
    assert MAYA not in json.dumps(said)


def test_an_error_is_named_by_its_class_and_code():
    refused = OperationalError(MAYA)
    refused.__cause__ = psycopg2.errors.QueryCanceled(MAYA)

    assert errors.name_of(refused) == "OperationalError"  # libpq gave no code
    assert errors.name_of(TimeoutError(110, MAYA)) == "TimeoutError ETIMEDOUT"
    assert logs.only_allowed_fields(None, "", {"error": "DataError 22P02"}) != {}
    assert logs.only_allowed_fields(None, "", {"error": f"said {MAYA}"}) == {}


def asked(url: str, raw: bytes) -> bytes:
    """What the web answers to these very bytes."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        return line.makefile("rb").read()


def test_nothing_that_was_sent_is_in_the_logs(live_portal):
    key, plain = keys.create(factories.integration(), scopes=[Scope.LEADS_READ, Scope.LEADS_WRITE])
    host = urlsplit(live_portal.url).netloc.encode()
    lead = json.dumps({"email": MAYA, "company": {"employees": MAYA}}).encode()
    head = b"Host: " + host + b"\r\nAuthorization: Bearer " + plain.encode() + b"\r\n"
    before = live_portal.log.stat().st_size

    for request, answer in [
        (b"GET /leads/%s HTTP/1.1\r\nHost: " % MAYA.encode() + host + b"\r\n", b" 404 "),
        (b"GET /?next=%s HTTP/1.1\r\nHost: %s\r\n" % ((MAYA.encode(),) * 2), b" 400 "),
        (b"GET / HTTP/1.1\r\n%s Bad: 1\r\nHost: " % MAYA.encode() + host + b"\r\n", b" 400 "),
        (b"GET /api/v1/leads?q=%s HTTP/1.1\r\n" % MAYA.encode() + head, b" 400 "),
        (b"POST /api/v1/leads?strict=true HTTP/1.1\r\nContent-Type: application/json\r\n"
         b"Content-Length: %d\r\n" % len(lead) + head, b" 4"),
    ]:  # fmt: skip
        body = lead if request.startswith(b"POST") else b""
        said = asked(live_portal.url, request + b"Connection: close\r\n\r\n" + body)
        assert answer in said.partition(b"\r\n")[0]

    log = live_portal.log.read_bytes()[before:].decode()
    database = (settings.DATA_DIR / "log/postgres.log").read_text()
    assert MAYA not in log + database
    assert plain not in log
    assert "%s" not in log
    requests = [json.loads(line) for line in log.splitlines() if '"request"' in line]
    assert {"method", "route", "status", "duration_ms", "request_id"} <= requests[-1].keys()
    assert requests[-1]["api_key_id"] == key.pk


def test_who_hangs_up_is_no_error(live_portal):
    head = b"Host: " + urlsplit(live_portal.url).netloc.encode()
    before = live_portal.log.stat().st_size

    for path in (b"/accounts/login", b"/theme"):
        asked(
            live_portal.url,
            b"POST %s HTTP/1.1\r\n%s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 5000\r\n\r\nlogin=" % (path, head),
        )
    asked(live_portal.url, b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n\r\n")

    log = live_portal.log.read_bytes()[before:].decode()
    assert '"level": "error"' not in log
    assert '"status": 500' not in log
