"""The criteria over REST: who reads which versions, in which form, and that the example is true."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role, Side
from funnel.criteria import openapi
from funnel.models import CriteriaVersion
from funnel.text_form import reading, writing
from funnel.versions import current, editing, signing, switching
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

WRITERS = [Role.MARKETING, Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.ADMIN]


@pytest.fixture
def api():
    return Api("criteria:read")


def changed(line=60):
    content = deepcopy(current.live().content)
    content["definitions"]["sql"]["line"] = line
    return content


@pytest.fixture
def draft():
    return editing.draft(changed(), author=factories.marketer())


@pytest.fixture
def second():
    """v2 as the description tells it: small, signed by both, live; v1 is retired."""
    author, sales = factories.marketing_manager(), factories.sales_manager()
    version = editing.draft(
        openapi.CONTENT_EXAMPLE, author=author, based_on=current.live(), note=openapi.NOTE
    )
    editing.propose(version)
    signing.sign(version, author, Side.MARKETING)
    signing.sign(version, sales, Side.SALES)
    return switching.switch_on(version)


def numbers(answer):
    return [version["number"] for version in answer.json()["results"]]


# --- a list ------------------------------------------------------------------------------------


def test_a_new_installation_has_one_version_that_was_shipped(api):
    (found,) = api.get("/criteria").json()["results"]

    assert (found["number"], found["state"], found["shipped_default"]) == (1, "live", True)
    assert found["note"] == (current.live().note or None)
    assert [one["department"] for one in found["signatures"]] == ["marketing", "sales"]
    assert {one["signed_by"] for one in found["signatures"]} == {None}
    assert "content" not in found


def test_the_newest_version_comes_first_with_its_times_and_who_signed(api, second):
    newest, shipped = api.get("/criteria").json()["results"]

    assert (newest["number"], newest["state"], newest["based_on"]) == (2, "live", 1)
    assert {one["department"]: one["signed_by"] for one in newest["signatures"]} == {
        signature.side: signature.signed_by.name for signature in second.signatures.all()
    }
    assert all(one["signed_at"] for one in newest["signatures"])
    assert newest["proposed_at"] < newest["live_at"]
    assert newest["retired_at"] is None
    assert (shipped["state"], shipped["retired_at"]) == ("retired", newest["live_at"])


def test_a_list_is_read_page_by_page_in_both_directions(api, second):
    first = api.get("/criteria?limit=1").json()
    rest = api.get(first["next"].partition("/api/v1")[2])

    assert [version["number"] for version in first["results"]] == [2]
    assert numbers(rest) == [1]
    assert rest.json()["next"] is None
    assert numbers(api.get("/criteria?order=number")) == [1, 2]


def test_a_list_is_narrowed_by_state(api, second):
    assert numbers(api.get("/criteria?state=live")) == [2]
    assert numbers(api.get("/criteria?state=retired&state=live")) == [2, 1]


@pytest.mark.parametrize("query", ["state=asleep", "colour=red", "order=age", "cursor=x"])
def test_what_cannot_be_asked_is_said_by_name(api, query):
    answer = api.get(f"/criteria?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_list_takes_as_many_queries_however_long_it_is(api, second, django_assert_num_queries):
    api.get("/criteria")  # notes that the key was used
    with django_assert_num_queries(3):  # the key, the versions, their signatures
        api.get("/criteria?limit=1")
    for line in (50, 55, 60):
        factories.switched_on(changed(line))

    with django_assert_num_queries(3):
        assert len(api.get("/criteria").json()["results"]) == 5


# --- one ---------------------------------------------------------------------------------------


def test_one_version_comes_with_its_content_as_it_is_stored(api, second):
    found = api.get("/criteria/2").json()

    assert found["content"] == second.content
    assert found["content_hash"] == editing.content_hash(found["content"])
    assert found["number"] == 2


def test_factors_of_ageing_are_part_of_what_was_signed(api):
    content = api.get("/criteria/1").json()["content"]

    aged = [rule["ageing"] for rule in content["rules"] if "ageing" in rule]

    assert aged
    assert all(ageing["factors"] for ageing in aged if ageing["kind"] != "window")


def test_an_old_version_can_still_be_read(api, second):
    assert api.get("/criteria/1").json()["state"] == "retired"


def test_a_version_takes_as_many_queries_whoever_signed(api, second, django_assert_num_queries):
    api.get("/criteria/2")
    with django_assert_num_queries(3):
        api.get("/criteria/1")

    with django_assert_num_queries(3):
        api.get("/criteria/2")


def test_who_has_the_version_as_it_is_gets_no_second_copy(api, second):
    tag = api.get("/criteria/2")["ETag"]

    again = api.get("/criteria/2", **{"If-None-Match": tag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_a_signature_changes_the_tag(api, draft):
    editing.propose(draft)
    tag = api.get("/criteria/2")["ETag"]
    signing.sign(draft, factories.marketing_manager(), Side.MARKETING)

    again = api.get("/criteria/2", **{"If-None-Match": tag})

    assert (again.status_code, len(again.json()["signatures"])) == (200, 1)


def test_a_signature_on_other_content_is_none(api, draft):
    head = factories.marketing_manager()
    editing.propose(draft)
    signature = signing.sign(draft, head, Side.MARKETING)

    edited = editing.edit(draft, changed(65), read_hash=draft.content_hash, voiding=[signature.pk])
    editing.propose(edited)

    assert api.get("/criteria/2").json()["signatures"] == []


def test_a_read_that_expects_another_version_is_412(api):
    assert api.get("/criteria/1", **{"If-Match": '"other"'}).status_code == 412


def test_a_version_that_is_not_there_is_404(api):
    answers = [api.get(f"/criteria/{number}") for number in ("99", "9" * 30, "9" * 5000)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


# --- as text -----------------------------------------------------------------------------------


def test_a_version_as_text_is_what_the_command_exports(api, second):
    answer = api.get("/criteria/2.yaml")

    assert answer["Content-Type"] == "application/yaml"
    assert answer.content.decode() == writing.export(second)


def test_the_text_reads_back_as_the_content(api):
    text = api.get("/criteria/1.yaml").content.decode()

    document = reading.read_text(text, current.vocabulary())

    draft = editing.draft(document.content, author=None)
    assert draft.content == current.live().content


@pytest.mark.parametrize("accept", ["*/*", "application/yaml", "text/html,*/*;q=0.8"])
def test_whatever_curl_and_browsers_accept_the_text_comes(api, accept):
    assert api.get("/criteria/1.yaml", Accept=accept).status_code == 200


def test_who_accepts_json_alone_is_told_that_the_text_is_none(api):
    answer = api.get("/criteria/1.yaml", Accept="application/json")

    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/problem+json"


def test_who_has_the_text_as_it_is_gets_no_second_copy(api):
    tag = api.get("/criteria/1.yaml")["ETag"]

    assert api.get("/criteria/1.yaml", **{"If-None-Match": tag}).status_code == 304
    assert tag != api.get("/criteria/1")["ETag"]


# --- who ---------------------------------------------------------------------------------------

FORMS = ["/criteria/2", "/criteria/2.yaml"]


@pytest.mark.parametrize("form", FORMS)
def test_a_key_reads_no_draft(api, draft, form):
    assert numbers(api.get("/criteria")) == [1]
    assert numbers(api.get("/criteria?state=draft")) == []
    missing = api.get("/criteria/99")
    foreign = api.get(form)

    assert (foreign.status_code, foreign.content) == (404, missing.content)


@pytest.mark.parametrize("form", FORMS)
def test_a_key_reads_what_was_proposed(api, draft, form):
    editing.propose(draft)

    assert numbers(api.get("/criteria")) == [2, 1]
    assert api.get(form).status_code == 200


def test_a_key_reads_what_is_scheduled(api):
    version = factories.signed(changed())
    switching.schedule(version, timezone.now() + timedelta(days=1))

    found = api.get("/criteria/2").json()

    assert found["state"] == "scheduled"
    assert found["scheduled_for"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("role", Role)
def test_a_draft_is_read_by_those_who_write_the_criteria(client, draft, role, form):
    client.force_login(factories.person(role))
    may = role in WRITERS

    assert client.get(f"/api/v1{form}").status_code == (200 if may else 404)
    assert numbers(client.get("/api/v1/criteria")) == ([2, 1] if may else [1])


@pytest.mark.parametrize("path", ["/criteria", "/criteria/1", "/criteria/1.yaml"])
def test_a_key_needs_the_scope(path):
    answer = Api("leads:read", "handoffs:read").get(path)

    assert answer.status_code == 403
    assert "criteria:read" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/criteria", "/criteria/1", "/criteria/1.yaml"])
def test_a_stranger_is_asked_for_a_key_and_nobody_writes(api, client, path):
    stranger = client.get(f"/api/v1{path}")
    written = api.post(path, {})

    assert (stranger.status_code, written.status_code) == (401, 405)
    assert CriteriaVersion.objects.count() == 1


# --- the description ---------------------------------------------------------------------------


def test_the_example_is_what_the_call_answers(api, second):
    found = api.get("/criteria/2").json()
    told = openapi.VERSION_EXAMPLE | {"content": openapi.CONTENT_EXAMPLE}

    assert found.keys() == told.keys()
    assert found["content"] == told["content"]
    assert found["content_hash"] == told["content_hash"]
    steady = ("number", "state", "note", "based_on", "shipped_default", "scheduled_for")
    assert {name: found[name] for name in steady} == {name: told[name] for name in steady}
    assert [one.keys() for one in found["signatures"]] == [one.keys() for one in told["signatures"]]


def test_the_example_of_the_text_is_what_the_call_answers(api, second):
    (example,) = openapi.GET_CRITERIA_TEXT["examples"]

    assert api.get("/criteria/2.yaml").content.decode() == example.value
