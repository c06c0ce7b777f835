"""Whatever goes wrong, the answer is a problem document, and never a 5xx of our making."""

import pytest
from django.db import OperationalError

from leadportal.rest import parsers
from leads.models import Lead

pytestmark = pytest.mark.django_db

HOSTILE = {
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "closed deep lists": b"[" * 100_000 + b"]" * 100_000,
    "21 levels": b"[" * 21 + b"]" * 21,
    "infinite number": b'{"email":"a@x.example","attributes":{"a":1e999}}',
    "NaN": b'{"email":"a@x.example","attributes":{"a":NaN}}',
    "NUL in a value": b'{"email":"a@x.example","first_name":"a\\u0000b"}',
    "NUL in a name": b'{"a\\u0000":1}',
    "NUL inside attributes": b'{"email":"a@x.example","attributes":{"a":"\\u0000"}}',
    "raw NUL": b'{"email":"a@x.example\x00"}',
    "lone surrogate": b'{"email":"a@x.example","first_name":"\\ud800"}',
    "duplicate names": b'{"email":"a@x.example","email":"b@x.example"}',
    "5,000 digits": b'{"email":"a@x.example","attributes":{"a":' + b"9" * 5_000 + b"}}",
    "bad UTF-8": b'{"email":"a@x.example","first_name":"\xff"}',
    "empty": b"",
    "blank": b"   ",
    "not JSON": b"email=a@x.example",
    "cut off": b'{"email":"a@x.exam',
    "escaped quotes without end": b'"' + b'\\"' * 100_000,
    "a number": b"1",
    "a list": b"[]",
    "wrong type": b'{"email":{"a":1}}',
    "a list where a text is": b'{"email":[]}',
    "huge id": b'{"email":"a@x.example","attributes":{"a":12345678901234567890}}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_a_clear_400(api, as_problem, body):
    answer = api.post("/leads", body)

    as_problem(answer, 400)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("end", [b"", b"\\"])
def test_a_text_without_an_end_is_passed_over_once_and_not_from_every_quote(end):
    hostile = b'"' + b'\\"' * 1000 + end

    assert parsers._STRING.findall(hostile) == [hostile]


@pytest.mark.parametrize(
    ("raw", "brackets"),
    [
        (rb'["[", {"a": "]}"}]', b"[{}]"),
        (rb'["Zo\u00eb [", "\n[", "/]"]', b"[]"),
        (rb'["\"[", "\\", ["\\\"]"]]', b"[[]]"),
        (b'["\\u005b", "["', b"["),
    ],
)
def test_brackets_within_texts_are_no_levels(raw, brackets):
    assert parsers._brackets_outside_strings(raw) == brackets


@pytest.mark.parametrize("path", ["/leads/batch", "/events", "/events/batch"])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_on_every_road(api, as_problem, path, body):
    as_problem(api.post(path, body), 400)


def test_a_body_that_is_too_large_is_refused_unread(api, as_problem):
    as_problem(api.post("/leads", b" " * (256 * 1024 + 1)), 413)
    as_problem(api.post("/leads/batch", b" " * (5 * 1024 * 1024 + 1)), 413)
    # A batch may be larger than a single lead.
    as_problem(api.post("/leads/batch", b" " * (256 * 1024 + 1)), 400)


def test_a_packed_body_is_415(api, as_problem):
    answer = api.send("POST", "/leads", b"\x1f\x8b" * 10, **{"Content-Encoding": "gzip"})

    as_problem(answer, 415)


def test_another_content_type_is_415(api, as_problem):
    answer = api.client.post(
        "/api/v1/leads", {"email": "a@x.example"}, headers={"Authorization": f"Bearer {api.plain}"}
    )

    as_problem(answer, 415)


@pytest.mark.parametrize(
    "path", ["/nothing", "/leads/", "/leads/abc", "/leads/%00", "/leads/%ff", "/leads/1/2/3", "/"]
)
def test_an_address_that_is_not_there_is_404(api, as_problem, path):
    as_problem(api.get(path), 404)


def test_an_unknown_key_is_401(api, as_problem):
    as_problem(api.get("/leads", Authorization="Bearer lp_test_nonsense"), 401)


def test_a_wrong_host_is_400(api, as_problem):
    as_problem(api.get("/leads", Host="evil.example"), 400)


def test_a_fault_of_ours_is_a_500_that_tells_nothing(api, as_problem, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("secret words")

    monkeypatch.setattr("leads.ingest.api.ingest_leads", fail)

    answer = api.post("/leads", {"email": "a@x.example"})

    as_problem(answer, 500)
    assert b"secret" not in answer.content


def test_a_database_that_does_not_answer_is_503_with_a_time_to_retry(api, as_problem, monkeypatch):
    def fail(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr("leads.ingest.api.ingest_leads", fail)

    answer = api.post("/leads", {"email": "a@x.example"})

    as_problem(answer, 503)
    assert int(answer["Retry-After"]) > 0


def test_text_is_kept_composed_and_without_control_characters(api):
    api.post(
        "/leads", b'{"email":"a@x.example","first_name":"Zoe\\u0308\\u0007","last_name":"A\\tB"}'
    )

    lead = Lead.objects.get()
    assert (lead.first_name, lead.last_name) == ("Zoë", "A B")


def test_https_mode_leads_no_key_on_from_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/api/v1/leads", headers={"Authorization": "Bearer lp_live_x"})

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert "Location" not in answer
    assert "https" in answer.json()["detail"]
