from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from leadportal.models import IdempotentAnswer
from leads.ingest import decision
from leads.models import Handoff, Lead, StageChange
from tests.api import Api

pytestmark = pytest.mark.django_db
MAYA = {
    "email": "maya@brightwater.example",
    "first_name": "Maya",
    "job_title": "VP Operations",
    "source": "Demo form",
}
KEY = {"Idempotency-Key": "abc-1"}


def test_who_waits_is_told_how_the_criteria_stand(api):
    answer = api.post("/leads", MAYA, Prefer="wait=5")

    assert answer.status_code == 201
    assert answer["Preference-Applied"] == "wait=5"
    decision, lead = answer.json()["decision"], Lead.objects.get()
    assert decision["stage"] == lead.stage
    assert decision["score"] == {
        "total": lead.judgement.total,
        "fit": lead.judgement.fit,
        "intent": lead.judgement.intent,
    }
    assert decision["criteria_version"] == lead.judgement.version.number
    assert sum(line["points"] for line in decision["lines"]) == lead.judgement.total > 0
    assert (decision["queue"], decision["due_at"]) == (None, None)


def test_the_decision_names_what_the_criteria_would_like_to_know(api):
    poor = api.post("/leads", MAYA, Prefer="wait=5").json()["decision"]["missing"]
    rich = MAYA | {"company": {"name": "Brightwater Foods", "employees": 610}}
    rich = api.post("/leads", rich, Prefer="wait=5").json()["decision"]["missing"]

    assert "company_employees" in poor
    assert set(rich) == set(poor) - {"company_employees"}


def test_nobody_waits_who_did_not_ask(api):
    for headers in ({}, {"Prefer": "respond-async"}, {"Prefer": "wait=soon"}):
        answer = api.post("/leads", MAYA, **headers)

        assert "decision" not in answer.json()
        assert "Preference-Applied" not in answer
    assert Lead.objects.get().judgement.scored_at is None


def test_nobody_waits_longer_than_ten_seconds(api):
    answer = api.post("/leads", MAYA, Prefer="respond-async, wait=86400")

    assert answer["Preference-Applied"] == "wait=10"


def test_a_replay_tells_the_decision_and_keeps_nothing_personal(api):
    api.post("/leads", MAYA, Prefer="wait=5", **KEY)

    again = api.post("/leads", MAYA, Prefer="wait=5", **KEY)

    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["decision"]["lines"]
    assert "decision" not in IdempotentAnswer.objects.get().body


@pytest.mark.django_db(transaction=True)
def test_a_lead_somebody_holds_too_long_is_written_and_left_to_the_worker():
    api = Api()
    lead = api.post("/leads", MAYA).json()["id"]

    # The answer is a replay, so that writing the lead itself waits for nobody.
    api.post("/leads", {"phone": "+461"} | MAYA, **KEY)
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Lead.objects.select_for_update(no_key=True).get(pk=lead)

        def replay():
            try:
                return api.post("/leads", {"phone": "+461"} | MAYA, Prefer="wait=1", **KEY)
            finally:
                connection.close()

        answer = pool.submit(replay).result(timeout=60)

    assert answer.status_code == 200
    assert answer.json()["decision"] is None
    assert "Preference-Applied" not in answer


def test_a_dry_run_answers_the_same_and_writes_nothing(api):
    tried = api.post("/leads?dry_run=true", MAYA, **KEY)

    assert not Lead.objects.exists()
    assert not StageChange.objects.exists()
    assert not IdempotentAnswer.objects.exists()
    assert tried.status_code == 200
    done = api.post("/leads", MAYA, Prefer="wait=5").json()
    assert tried.json() == {
        "dry_run": True,
        "id": None,
        "status": "created",
        "matched": False,
        "matched_by": None,
        "suggested": [],
        "warnings": [],
        "decision": done["decision"],
    }


def test_a_dry_run_of_a_lead_that_cannot_be_judged_says_no_decision(api, monkeypatch):
    def fails(_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(decision, "qualify", fails)

    tried = api.post("/leads?dry_run=true", MAYA)

    assert (tried.status_code, tried.json()["decision"]) == (200, None)
    assert not Lead.objects.exists()


def test_a_dry_run_on_somebody_known_changes_nothing_of_them(api):
    api.post("/leads", MAYA, Prefer="wait=5")
    before = Lead.objects.values().get()

    tried = api.post("/leads?dry_run=true", MAYA | {"job_title": "Student"}).json()

    assert (tried["id"], tried["matched"]) == (before["id"], True)
    assert Lead.objects.values().get() == before


def test_a_dry_run_of_a_hot_lead_says_where_it_would_wait_and_opens_no_handoff(api):
    api.post("/leads", MAYA | {"consent": {"marketing": True}, "country": "DE"})
    api.post("/events", {"type": "demo_request", "lead": {"email": MAYA["email"]}})
    rich = MAYA | {"company": {"name": "Brightwater Foods", "employees": 610}}
    rich |= {"attributes": {"purchase_timeline": "This quarter"}, "country": "DE"}

    decision = api.post("/leads?dry_run=true", rich).json()["decision"]

    assert decision["stage"] == "sql"
    assert decision["queue"]
    assert decision["due_at"]
    assert not Handoff.objects.exists()


def test_a_dry_run_refuses_what_would_be_refused(api, as_problem):
    problem = as_problem(api.post("/leads?dry_run=true", {"email": "nonsense"}), 400)

    assert problem["errors"][0]["pointer"] == "/email"


@pytest.mark.parametrize("word", ["", "1", "yes", "True"])
def test_an_unclear_dry_run_writes_nothing(api, as_problem, word):
    as_problem(api.post(f"/leads?dry_run={word}", MAYA), 400)

    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/leads/batch", {"leads": [MAYA]}),
        ("/events", {"type": "chat", "lead": {"email": MAYA["email"]}}),
        ("/events/batch", {"events": [{"type": "chat", "lead": {"email": MAYA["email"]}}]}),
    ],
)
def test_where_no_dry_run_is_offered_asking_for_one_writes_nothing(api, as_problem, path, body):
    as_problem(api.post(f"{path}?dry_run=true", body), 400)

    assert not Lead.objects.exists()
