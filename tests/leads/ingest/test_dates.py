"""Old leads keep their dates where a key may say so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Scope
from leads.models import Lead, StageChange
from tests import factories
from tests.api import Api
from tests.described import description

pytestmark = pytest.mark.django_db
ANY = {"If-Match": "*"}
BEGAN = datetime(2021, 3, 5, 8, 0, tzinfo=UTC)
OLD = {"email": "old@brightwater.example", "created_at": "2021-03-05T09:00:00+01:00"}


@pytest.fixture
def importer(db) -> Api:
    return Api(Scope.LEADS_WRITE, Scope.LEADS_IMPORT)


@pytest.fixture
def website(db) -> Api:
    return Api(Scope.LEADS_WRITE)


def test_a_new_lead_began_when_the_key_says(importer):
    lead = Lead.objects.get(pk=importer.post("/leads", OLD).json()["id"])

    assert lead.created_at == lead.stage_since == BEGAN
    assert StageChange.objects.get(lead=lead).at == BEGAN


def test_so_does_each_of_a_batch_and_a_dry_run_takes_it(importer):
    body = {"leads": [OLD, {"email": "new@brightwater.example"}]}

    assert importer.post("/leads?dry_run=true", OLD).status_code == 200
    assert importer.post("/leads/batch", body).status_code == 200
    old, new = Lead.objects.order_by("created_at")
    assert old.created_at == BEGAN < new.created_at


def test_an_old_lead_counts_in_its_own_weeks(importer):
    importer.post("/leads", OLD)
    importer.post("/leads", {"email": "new@brightwater.example"})
    found = {
        row["name"]: row["value"]
        for row in Api(Scope.METRICS_READ).get("/metrics?period=year").json()["results"]
    }

    assert found["funnel_leads"] == 1


def test_a_known_lead_keeps_its_beginning(importer):
    known = factories.lead(email=OLD["email"])
    importer.post("/leads", OLD)

    assert Lead.objects.get(pk=known.pk).created_at == known.created_at


def test_nobody_begins_in_the_future(importer):
    tomorrow = timezone.now() + timedelta(days=1)
    answer = importer.post("/leads", OLD | {"created_at": tomorrow.isoformat()})

    assert Lead.objects.get(pk=answer.json()["id"]).created_at < tomorrow - timedelta(hours=23)


@pytest.mark.parametrize("began", ["last spring", {"year": 2021}])
def test_what_is_no_moment_is_told_and_refused_where_all_must_be_right(importer, as_problem, began):
    sent = OLD | {"created_at": began}
    taken = importer.post("/leads", sent)
    refused = as_problem(importer.post("/leads?strict=true", sent), 400)

    assert taken.status_code == 201
    assert [one["pointer"] for one in taken.json()["warnings"]] == ["/created_at"]
    assert timezone.now() - Lead.objects.get().created_at < timedelta(minutes=5)
    assert refused["errors"][0]["pointer"] == "/created_at"


def test_without_the_scope_it_is_refused_by_name(website, as_problem):
    problem = as_problem(website.post("/leads", OLD), 400)
    batch = website.post("/leads/batch", {"leads": [OLD]})

    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/created_at", "read_only")]
    assert batch.json()["results"][0]["errors"][0]["pointer"] == "/created_at"
    assert not Lead.objects.exists()


def test_the_scope_alone_sends_nothing_in_and_no_change_rewrites_the_past(importer, as_problem):
    as_problem(Api(Scope.LEADS_IMPORT).post("/leads", OLD), 403)
    pk = importer.post("/leads", OLD).json()["id"]
    change = importer.send("PATCH", f"/leads/{pk}", {"created_at": "2020-01-01T00:00:00Z"}, **ANY)

    assert as_problem(change, 400)["errors"][0]["code"] == "read_only"


def test_the_description_and_the_page_of_keys_know_it(client):
    paths = description()["paths"]
    for path in ("/api/v1/leads", "/api/v1/leads/batch"):
        operation = paths[path]["post"]
        assert "leads:import" in operation["description"]
        assert "created_at" in str(operation["requestBody"]["content"]["application/json"])
    assert "created_at" not in str(paths["/api/v1/leads/{id}"]["patch"]["requestBody"])

    client.force_login(factories.admin())
    assert b"leads:import" in client.get("/settings/keys/new").content
