"""By which names we are called: probes by any, everybody else by ours."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "web-5d9f", "[fd00::7]:8000", "evil.example"])
def test_a_probe_may_call_us_anything(host):
    assert Client().get("/healthz", headers={"Host": host}).status_code == 200
    assert "problems" in Client().get("/readyz", headers={"Host": host}).json()


def test_behind_https_a_probe_is_answered_by_http(settings):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/account/login/", "/leads", "/nothing"])
def test_a_wrong_host_gets_a_plain_page_that_repeats_nothing(path):
    answer = Client().get(path, headers={"Host": "evil<b>.example"})

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "LeadPortal is not at this address" in text
    assert "evil" not in text
    assert "Set-Cookie" not in answer.headers


def test_a_wrong_host_of_the_api_is_a_problem_document():
    answer = Client().get("/api/v1/leads", headers={"Host": "evil.example"})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_who_sits_at_the_machine_may_use_its_names(host):
    assert Client().get("/account/login/", headers={"Host": host}).status_code == 200
