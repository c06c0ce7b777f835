"""Duplicates over the API."""

import pytest

from accounts.models import Scope
from accounts.roles import Role
from leads.duplicates import merging
from leads.models import Duplicate, Lead
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(db):
    return factories.marketer()


@pytest.fixture
def pair(db):
    return factories.duplicate()


def test_pairs_are_listed_with_why(api, pair):
    found = api.get("/duplicates").json()["results"]

    assert [(one["id"], one["leads"], one["why"], one["rank"]) for one in found] == [
        (pair.pk, [pair.first_id, pair.second_id], ["phone_and_name"], "certain")
    ]
    assert api.get("/duplicates?rank=likely").json()["results"] == []
    assert len(api.get(f"/duplicates?lead={pair.first_id}").json()["results"]) == 1
    assert api.get(f"/duplicates?lead={pair.second_id + 1}").json()["results"] == []


def test_merged_read_and_undone(api, pair, ines):
    gone, heir = pair.second_id, pair.first_id
    said = {"rep": ines.email, "into": heir, "take": {"job_title": True}}

    merged = api.post(f"/leads/{gone}/merge", said)

    assert merged.status_code == 201
    done = merged.json()
    assert (done["lead"], done["into"], done["undone_at"]) == (gone, heir, None)
    moved = api.get(f"/leads/{gone}")
    assert (moved.status_code, moved["Location"]) == (301, f"/api/v1/leads/{heir}")
    back = api.post(f"/merges/{done['id']}/undo", {"rep": ines.email})
    assert (back.status_code, bool(back.json()["undone_at"])) == (200, True)
    assert api.get(f"/leads/{gone}").status_code == 200
    assert api.post(f"/merges/{done['id']}/undo", {"rep": ines.email}).status_code == 409


def test_refused_for_ever(api, pair, ines):
    answer = api.post(f"/duplicates/{pair.pk}/refuse", {"rep": ines.email})

    assert answer.json()["decision"] == "refused"
    assert Duplicate.objects.get().decided_by == ines
    assert api.get("/duplicates").json()["results"] == []


def test_both_in_work_is_a_conflict_until_it_is_said_whose_ends(api, ines):
    one, other = (factories.claimed(factories.rep()).lead for _ in range(2))
    said = {"rep": ines.email, "into": other.pk}

    assert api.post(f"/leads/{one.pk}/merge", said).status_code == 409
    merged = api.post(f"/leads/{one.pk}/merge", said | {"ends_work": True})

    assert merged.status_code == 201
    assert Lead.objects.get(pk=one.pk).merged_into == other


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/into"),
        ({"into": 10**9}, "/into"),
        ({"into": "x"}, "/into"),
        ({"into": 1, "take": {"phone": "yes"}}, "/take"),
        ({"into": 1, "keep": 2}, "/keep"),
    ],
)
def test_what_is_wrong_is_named(api, pair, ines, said, pointer):
    refused = api.post(f"/leads/{pair.second_id}/merge", {"rep": ines.email} | said)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == pointer


def test_a_key_names_somebody_who_may(api, pair):
    rep = factories.rep()

    refused = api.post(f"/leads/{pair.second_id}/merge", {"rep": rep.email, "into": 1})

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/rep")


def test_a_key_needs_its_scope(pair, ines):
    reader = Api(Scope.LEADS_READ)

    assert reader.post(f"/leads/{pair.pk}/merge", {"into": 1}).status_code == 403


def test_a_merge_of_a_lead_that_is_not_there_is_404(api, pair, ines):
    merging.merge(pair.second, pair.first, ines)
    said = {"rep": ines.email, "into": pair.first_id}

    assert api.post(f"/leads/{pair.second_id}/merge", said).status_code == 404
    assert api.post("/duplicates/99/refuse", {"rep": ines.email}).status_code == 404
    assert api.post("/merges/99/undo", {"rep": ines.email}).status_code == 404


def test_a_person_who_may_not_is_refused(client, pair):
    client.force_login(factories.person(Role.SALES))

    answer = client.post(f"/api/v1/leads/{pair.second_id}/merge", {"into": 1}, "application/json")

    assert answer.status_code in (403, 404)
