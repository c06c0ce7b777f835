"""PATCH /leads/{id}: who has read a lead changes it, and empties what is wrong."""

import pytest

from accounts.models import Scope
from funnel.stages import Stage
from leads.checks.leads import IDENTITY, LEAD
from leads.editing import editing
from leads.models import ExternalId, Lead, LeadChange
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> Lead:
    return factories.lead(phone="+46401234567", job_title="Buyer", email="maya@bright.example")


def patch(api, lead, body, **headers):
    return api.send("PATCH", f"/leads/{lead.pk}", body, **headers)


def as_read(api, lead):
    return {"If-Match": api.get(f"/leads/{lead.pk}")["ETag"]}


def test_it_changes_and_empties_what_was_read_and_answers_the_lead(api, maya):
    answer = patch(api, maya, {"job_title": "CFO", "phone": None}, **as_read(api, maya))

    assert answer.status_code == 200
    assert (answer.json()["job_title"], answer.json()["phone"]) == ("CFO", None)
    assert answer["ETag"] == api.get(f"/leads/{maya.pk}")["ETag"]
    change = LeadChange.objects.get()
    assert (change.integration, change.person) == (api.integration, None)
    assert change.fields["phone"] == ["+46401234567", ""]


def test_without_a_tag_it_says_to_read_first(api, maya, as_problem):
    problem = as_problem(patch(api, maya, {"city": "Lund"}), 428)

    assert "If-Match" in problem["detail"]
    assert not LeadChange.objects.exists()


def test_who_read_another_state_changes_nothing(api, maya, as_problem):
    tag = as_read(api, maya)
    assert patch(api, maya, {"city": "Lund"}, **tag).status_code == 200

    as_problem(patch(api, maya, {"city": "Malmö"}, **tag), 412)

    assert Lead.objects.get().city == "Lund"


def test_a_star_changes_it_whatever_it_is(api, maya):
    assert patch(api, maya, {"city": "Lund"}, **{"If-Match": "*"}).status_code == 200


def test_what_a_person_typed_stands_and_the_answer_says_so(api, maya):
    editing.edit(maya, {"job_title": "VP"}, factories.marketer())

    answer = patch(api, maya, {"job_title": None, "city": "Lund"}, **as_read(api, maya)).json()

    assert (answer["job_title"], answer["city"], answer["typed"]) == ("VP", "Lund", ["job_title"])


def test_an_address_of_another_lead_is_a_conflict(api, maya, as_problem):
    factories.lead("Tom", email="tom@okafor.example")

    answer = patch(api, maya, {"email": "tom@okafor.example"}, **as_read(api, maya))

    assert as_problem(answer, 409)["errors"][0]["pointer"] == "/email"


def test_an_address_of_somebody_who_was_erased_is_a_conflict(api, maya, as_problem):
    gone = factories.moved(factories.lead("Tom", email="tom@okafor.example"), Stage.ERASED)

    changed = patch(api, maya, {"email": gone.email}, **as_read(api, maya))
    sent = api.post("/leads", {"email": "TOM@okafor.example", "first_name": "Tom"})
    itself = patch(api, gone, {"city": "Lund"}, **{"If-Match": "*"})

    error = as_problem(changed, 409)["errors"][0]
    assert (error["pointer"], error["code"]) == ("/email", "erased")
    assert as_problem(sent, 409)["errors"][0]["code"] == "erased"
    as_problem(itself, 404)
    assert not LeadChange.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"consent": None}, "/consent"),
        ({"attributes": None}, "/attributes"),
        ({"external_id": None}, "/external_id"),
        ({"stage": "sql"}, "/stage"),
        ({"country": "Atlantis", "stage": "sql"}, "/country"),
        ({"email": None, "phone": None}, "/email"),
        ([], ""),
    ],
)
def test_what_cannot_be_changed_is_named_and_nothing_is(api, maya, as_problem, body, pointer):
    answer = patch(api, maya, body, **as_read(api, maya))

    assert as_problem(answer, 400)["errors"][0]["pointer"] == pointer
    assert not LeadChange.objects.exists()


def test_a_key_that_only_reads_changes_nothing(maya, as_problem):
    api = Api(Scope.LEADS_READ)

    as_problem(patch(api, maya, {"city": "Lund"}, **as_read(api, maya)), 403)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("email=MAYA@bright.example", 1),
        ("email=info@bright.example", 1),
        ("email=maya@bright.exampl", 0),
        ("phone=%2B46+40+123+45+67", 1),
        ("phone=0046401234567", 1),
        ("phone=46401", 0),
        ("external_id=crm-1", 1),
        ("external_id=theirs-1", 0),
        ("external_id=crm", 0),
    ],
)
def test_a_lead_is_read_by_its_address_number_or_name_elsewhere(api, maya, asked, found):
    team = factories.lead("Team", email="info@bright.example", phone="")
    Lead.objects.filter(pk=team.pk).update(email_key="")
    theirs = factories.integration("Another CRM")
    for integration, value in ((api.integration, "crm-1"), (theirs, "theirs-1")):
        ExternalId.objects.create(lead=maya, integration=integration, value=value)

    answer = api.get(f"/leads?{asked}")

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == found


@pytest.mark.parametrize("name", sorted({*LEAD} - IDENTITY))
@pytest.mark.parametrize("nothing", [None, ""])
def test_every_field_sent_empty_is_emptied_or_says_why_not(api, name, nothing):
    # Of a free mail service, as another address shows a company.
    maya = factories.lead(email="maya@gmail.com", company=factories.company())

    answer = patch(api, maya, {name: nothing}, **{"If-Match": "*"})

    if answer.status_code != 200:
        assert answer.status_code == 400
        assert [one["code"] for one in answer.json()["errors"]] == ["never_emptied"]
    else:
        assert not answer.json()[name]
