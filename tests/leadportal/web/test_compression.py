"""Answers are sent compressed to whoever accepts it, and tags keep their meaning."""

import gzip
import json

import pytest
from django.test import Client

from accounts.keys import keys
from accounts.models import Scope
from accounts.roles import Role
from leadportal.web.compression import LEAST_BYTES
from tests import factories

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def admin():
    client = Client()
    client.force_login(factories.person(Role.ADMIN))
    return client


@pytest.fixture
def call():
    """Read an address of the API."""
    _, plain = keys.create(factories.integration(), scopes=[Scope.LEADS_READ])
    return lambda path, **headers: Client().get(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {plain}"} | headers
    )


def test_a_page_is_compressed(admin):
    page = admin.get("/settings", headers=GZIP)

    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert int(page["Content-Length"]) == len(page.content)
    html = gzip.decompress(page.content)
    assert b"</html>" in html
    assert len(page.content) < len(html) / 3


def test_who_does_not_accept_it_has_the_page_as_it_is(admin):
    page = admin.get("/settings")

    assert "Content-Encoding" not in page
    assert "Accept-Encoding" in page["Vary"]
    assert b"</html>" in page.content


def test_the_same_page_has_another_length_each_time(admin):
    lengths = {len(admin.get("/settings", headers=GZIP).content) for _ in range(10)}

    assert len(lengths) > 1


def test_what_fits_into_a_packet_is_not_compressed(admin):
    assert "Content-Encoding" not in admin.get("/healthz", headers=GZIP)


def test_a_list_of_the_api_is_compressed(call):
    for number in range(5):
        factories.lead(f"Person {number}")

    answer = call("/leads", **GZIP)

    assert answer["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.content))["results"]) == 5


def test_a_record_keeps_the_tag_that_if_match_accepts(call):
    lead = factories.lead(attributes={f"answer_{number}": "yes " * 10 for number in range(40)})
    path = f"/leads/{lead.pk}"

    answer = call(path, **GZIP)

    tag = answer["ETag"]
    assert tag.startswith('"')
    assert len(answer.content) > LEAST_BYTES
    assert call(path, **GZIP, **{"If-Match": tag}).status_code == 200
    again = call(path, **GZIP, **{"If-None-Match": tag})
    assert (again.status_code, again["ETag"]) == (304, tag)
