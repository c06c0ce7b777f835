from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leadportal.models import IdempotentAnswer
from leadportal.rest import idempotency
from leads.models import Event, Lead
from tests.api import Api

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "abc-1"}
LEAD = {"phone": "+46401234567", "first_name": "Maya"}


def test_the_same_request_again_gets_the_same_bytes_and_does_nothing(api):
    first = api.post("/leads", LEAD, **KEY)
    again = api.post("/leads", LEAD, **KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert "Idempotency-Replayed" not in first
    assert Lead.objects.count() == 1


def test_another_body_under_the_same_key_is_422(api, as_problem):
    api.post("/leads", LEAD, **KEY)

    as_problem(api.post("/leads", LEAD | {"first_name": "Ann"}, **KEY), 422)
    assert Lead.objects.get().first_name == "Maya"


def test_a_key_is_one_integration_keys_own_and_one_addresss_own(api):
    api.post("/leads", LEAD, **KEY)

    other = Api(integration="CRM").post("/leads", LEAD, **KEY)
    batch = api.post("/leads/batch", {"leads": [LEAD]}, **KEY)

    # Each was looked at by itself, and found the person that is there by now.
    assert (other.status_code, batch.status_code) == (200, 200)
    assert (other.json()["status"], batch.json()["summary"]["matched"]) == ("matched", 1)
    assert Lead.objects.count() == 1


def test_a_refused_request_is_not_kept_so_its_repair_goes_through(api, as_problem):
    as_problem(api.post("/leads", {"email": "nonsense"}, **KEY), 400)

    assert api.post("/leads", LEAD, **KEY).status_code == 201


def test_the_answer_holds_no_personal_data(api):
    api.post("/leads", LEAD | {"email": "maya@brightwater.example"}, **KEY)

    body = IdempotentAnswer.objects.get().body
    assert "maya" not in body.lower()
    assert "+46" not in body


def test_after_72_hours_the_key_is_free_again(api):
    api.post("/leads", LEAD, **KEY)
    answer = IdempotentAnswer.objects.get()
    answer.created_at -= timedelta(hours=73)
    answer.save()

    assert "Idempotency-Replayed" not in api.post("/leads", LEAD, **KEY)
    assert idempotency.forget_answers(answer.created_at + timedelta(hours=73)) == 0
    assert idempotency.forget_answers(answer.created_at + timedelta(hours=150)) == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_400(api, as_problem, key):
    as_problem(api.post("/leads", LEAD, **{"Idempotency-Key": key}), 400)


def test_an_event_is_replayed_too(api):
    event = {"type": "download", "lead": {"email": "a@x.example"}}

    answers = [api.post("/events", event, **KEY) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert Event.objects.count() == 1


def test_a_write_that_is_rolled_back_takes_its_answer_along(api):
    with pytest.raises(RuntimeError), transaction.atomic():
        api.post("/leads", LEAD, **KEY)
        raise RuntimeError

    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parallel_identical_requests_do_the_work_once(api):
    def post(_):
        try:
            return api.post("/leads", LEAD, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.get("Idempotency-Replayed") for answer in answers].count(None) == 1
    assert Lead.objects.count() == 1
