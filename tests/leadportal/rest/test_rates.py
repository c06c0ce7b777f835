import re

import pytest
from django.core.cache import caches

from leadportal.rest import rates
from leads.models import Lead
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db
LEAD = {"phone": "+46401234567"}


@pytest.fixture(autouse=True)
def own_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that counted nothing yet, in a minute that does not end under the test."""
    monkeypatch.setattr(rates, "rates", rates.Rates())
    monkeypatch.setattr(rates.time, "time", lambda: 1_800_000_010.0)


@pytest.fixture
def limited(valkey, settings):
    caches["hints"].clear()
    settings.API_RATE_PER_MINUTE = 5
    return settings


def test_every_answer_says_what_is_left(limited, api):
    first, second = api.get("/leads"), api.post("/leads", {"email": "nonsense"})

    assert first["RateLimit-Policy"] == '"key";q=5;w=60'
    assert first["RateLimit"] == '"key";r=4;t=50'
    assert (second.status_code, second["RateLimit"]) == (400, '"key";r=3;t=50')


def test_who_calls_too_often_is_told_when_to_come_back(limited, api, as_problem):
    for _ in range(5):
        assert api.get("/leads").status_code == 200

    refused = api.post("/leads", LEAD)

    assert "5 times a minute" in as_problem(refused, 429)["detail"]
    assert refused["Retry-After"] == "50"
    assert refused["RateLimit"] == '"key";r=0;t=50'
    assert not Lead.objects.exists()


def test_a_refused_call_may_be_sent_again_under_its_idempotency_key(limited, api, monkeypatch):
    key = {"Idempotency-Key": "abc-1"}
    for _ in range(5):
        api.get("/leads")
    assert api.post("/leads", LEAD, **key).status_code == 429

    monkeypatch.setattr(rates.time, "time", lambda: 1_800_000_061.0)

    assert api.post("/leads", LEAD, **key).status_code == 201


def test_all_processes_count_together(limited, api, monkeypatch):
    limited.API_RATE_PER_MINUTE = 1_000
    answers = []
    for _ in range(4):
        monkeypatch.setattr(rates, "rates", rates.Rates())
        answers.append(api.get("/leads")["RateLimit"])

    left = [int(re.search(r"r=(\d+)", answer)[1]) for answer in answers]
    # Each took a portion of ten, and used one of it.
    assert left == [999, 989, 979, 969]


def test_one_keys_calls_are_not_anothers(limited, api):
    for _ in range(6):
        api.get("/leads")

    assert Api(integration="CRM").get("/leads").status_code == 200


def test_people_are_not_counted(limited, client):
    client.force_login(factories.marketer())

    answers = [client.get("/api/v1/leads") for _ in range(7)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_without_the_cache_everybody_may_call(settings, api, monkeypatch):
    settings.API_RATE_PER_MINUTE = 2
    asked = []

    class Down:
        def add(self, *_: object, **__: object) -> None:
            asked.append(1)
            raise rates.RedisError

    monkeypatch.setattr(rates, "caches", {"hints": Down()})

    answers = [api.post("/leads", LEAD) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {201}
    assert "RateLimit" not in answers[0]
    assert len(asked) == 1


def test_no_limit_can_be_set(settings, api):
    settings.API_RATE_PER_MINUTE = 0

    assert "RateLimit" not in api.get("/leads")
