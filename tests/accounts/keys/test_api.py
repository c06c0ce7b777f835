"""Every address of the API, with the right key, the wrong scope, no key and the wrong method."""

import pytest

from funnel.stages import Stage
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

LEAD = {"email": "new@brightwater.example"}
EVENT = {"type": "page_view", "lead": {"email": "new@brightwater.example"}}
# method, path, scope it needs, body, status
CALLS = [
    ("POST", "/leads", "leads:write", LEAD, 201),
    ("POST", "/leads/batch", "leads:write", {"leads": [LEAD]}, 200),
    ("POST", "/events", "events:write", EVENT, 201),
    ("POST", "/events/batch", "events:write", {"events": [EVENT]}, 200),
    ("GET", "/leads", "leads:read", None, 200),
    ("GET", "/leads/{lead}", "leads:read", None, 200),
    ("GET", "/leads/{lead}/explanation", "leads:read", None, 200),
    ("GET", "/leads/{lead}/history", "leads:read", None, 200),
    ("GET", "/leads/{lead}/events", "leads:read", None, 200),
    ("GET", "/handoffs", "handoffs:read", None, 200),
    ("GET", "/handoffs/{handoff}", "handoffs:read", None, 200),
    ("POST", "/handoffs/{handoff}/claim", "handoffs:write", {"rep": "dana@our.example"}, 200),
    (
        "POST",
        "/handoffs/{mine}/release",
        "handoffs:write",
        {"rep": "dana@our.example", "reason": "Away"},
        200,
    ),
    (
        "POST",
        "/handoffs/{mine}/touch",
        "handoffs:write",
        {"rep": "dana@our.example", "channel": "call", "result": "talked"},
        201,
    ),
]
IDS = [f"{method} {path}" for method, path, *_ in CALLS]


@pytest.fixture
def path_of():
    """Addresses of a waiting handoff, its lead, and a handoff that Dana holds."""
    dana = factories.rep()
    dana.email = "dana@our.example"
    dana.save()
    waiting = factories.handoff()
    mine = factories.claimed(dana)
    return lambda path: path.format(lead=waiting.lead_id, handoff=waiting.pk, mine=mine.pk)


@pytest.mark.parametrize(("method", "path", "scope", "body", "status"), CALLS, ids=IDS)
def test_it_works_with_its_scope_alone(path_of, method, path, scope, body, status):
    response = Api(scope).send(method, path_of(path), body)

    assert response.status_code == status, response.content


@pytest.mark.parametrize(("method", "path", "scope", "body", "status"), CALLS, ids=IDS)
def test_another_scope_is_403(path_of, as_problem, method, path, scope, body, status):
    response = Api("criteria:read").send(method, path_of(path), body)

    assert scope in as_problem(response, 403)["detail"]


@pytest.mark.parametrize(("method", "path", "scope", "body", "status"), CALLS, ids=IDS)
def test_no_key_is_401(path_of, as_problem, method, path, scope, body, status):
    stranger = Api(scope)

    response = stranger.send(method, path_of(path), body, Authorization="")

    as_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "scope", "body", "status"), CALLS, ids=IDS)
def test_another_method_is_405(path_of, as_problem, method, path, scope, body, status):
    wrong = "GET" if method == "POST" and path not in ("/leads", "/events") else "DELETE"

    response = Api().send(wrong, path_of(path))

    as_problem(response, 405)
    assert method in response["Allow"]


@pytest.mark.parametrize("path", ["/leads/{}", "/leads/{}/history", "/leads/{}/explanation"])
def test_missing_foreign_and_tombstone_look_the_same(api, client, as_problem, path):
    erased = factories.moved(factories.lead(), Stage.ERASED)
    foreign = factories.lead()
    client.force_login(factories.rep())

    answers = [
        api.get(path.format(10**12)),
        api.get(path.format(erased.pk)),
        client.get("/api/v1" + path.format(foreign.pk)),
    ]

    assert len({as_problem(answer, 404)["detail"] for answer in answers}) == 1


def test_a_rep_reads_what_is_in_their_queue(client):
    handoff = factories.handoff()
    factories.lead()
    client.force_login(factories.rep())

    answer = client.get("/api/v1/leads")

    assert [lead["id"] for lead in answer.json()["results"]] == [handoff.lead_id]


def test_a_person_claims_for_themselves(client, as_problem):
    dana, noor = factories.rep(), factories.rep("Noor")
    handoff = factories.handoff()
    client.force_login(dana)
    url = f"/api/v1/handoffs/{handoff.pk}/claim"

    refused = client.post(url, {"rep": noor.email}, "application/json")
    won = client.post(url, {}, "application/json")

    as_problem(refused, 400)
    assert won.json()["state"] == "claimed"
    handoff.refresh_from_db()
    assert handoff.claimed_by == dana


def test_a_person_who_may_not_claim_is_told_who_may(client, as_problem):
    handoff = factories.handoff()
    client.force_login(factories.marketer())

    answer = client.post(f"/api/v1/handoffs/{handoff.pk}/claim", {}, "application/json")

    assert "sales reps" in as_problem(answer, 403)["detail"]


def test_a_person_does_not_send_leads(client, as_problem):
    client.force_login(factories.admin())

    as_problem(client.post("/api/v1/leads", LEAD, "application/json"), 403)
