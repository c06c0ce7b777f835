"""How much may be sent to a page, and that more is refused before it is written anywhere."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from accounts.roles import Role
from leadportal.web import limits
from leads.imports.reading import MOST_BYTES
from tests import factories
from tests.leadportal.test_logs import asked
from tests.processes import Portal

pytestmark = pytest.mark.django_db
MB = limits.MB


def as_role(role: Role) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person(role))
    return client


def file_of(size: int) -> dict:
    return {"file": SimpleUploadedFile("leads.csv", b"a" * size)}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list:
    """Each file that an upload begins on disk."""
    begun: list = []
    begin = TemporaryFileUploadHandler.new_file

    def new_file(self, *args, **kwargs):
        begun.append(args)
        return begin(self, *args, **kwargs)

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", new_file)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", begun.append)
    return begun


@pytest.mark.parametrize("path", ["/accounts/login", "/imports", "/theme", "/nowhere", "/healthz"])
def test_nobody_who_is_not_signed_in_sends_much(path: str, written: list) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, file_of(3 * MB))

    assert answer.status_code == 413
    assert "At most 1 MB fit here." in answer.content.decode()
    assert written == []


def test_who_may_not_import_sends_no_file(written: list) -> None:
    answer = as_role(Role.SALES).post("/imports", file_of(3 * MB))

    assert answer.status_code == 413
    assert "At most 1 MB fit here." in answer.content.decode()
    assert written == []


def test_who_may_import_sends_as_much_as_fits_and_no_more(written: list) -> None:
    client = as_role(Role.MARKETING)
    client.handler.enforce_csrf_checks = False

    answer = client.post("/imports", file_of(MOST_BYTES + 2 * MB))
    assert answer.status_code == 413
    assert "At most 50 MB fit here." in answer.content.decode()
    assert written == []

    assert client.post("/settings/people", file_of(3 * MB)).status_code == 413
    assert client.post("/imports", file_of(MB + 5)).status_code != 413


def test_a_form_in_pieces_is_not_read(live_portal: Portal) -> None:
    host = live_portal.url.removeprefix("http://").encode()
    pieces = b"5\r\nlogin\r\n0\r\n\r\n"

    said = asked(
        live_portal.url,
        b"POST /accounts/login HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        + pieces,
    )

    assert b" 411 " in said.partition(b"\r\n")[0]
    assert b"came without its length" in said


def test_the_api_answers_by_itself() -> None:
    answer = Client().post("/api/v1/leads", b"x" * 2 * MB, content_type="application/json")

    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
