"""What a person types stands; what machines say since is kept beside."""

import pytest

from accounts.policy import NotAllowed
from accounts.roles import Role
from leads import fields
from leads.checks.reading import Refused
from leads.editing import editing, said
from leads.ingest.leads import ingest_leads
from leads.models import Lead, LeadChange
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db

MAYA = {
    "email": "maya@brightwater.example",
    "external_id": "crm-1",
    "first_name": "Maya",
    "job_title": "Buyer",
    "phone": "+46401234567",
    "estimated_value": 40_000,
    "source": "Website",
    "company": {"name": "Brightwater Foods"},
    "attributes": {"budget": 100},
}


@pytest.fixture
def machine():
    return factories.integration("HubSpot")


@pytest.fixture
def maya(machine) -> Lead:
    return sent(machine)


def sent(machine, **values) -> Lead:
    (result,) = ingest_leads([MAYA | values], integration=machine)
    assert not result.errors
    return Lead.objects.get(pk=result.lead_id)


def again(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("job_title", "VP Operations", "CFO"),
        ("email", "maya.l@brightwater.example", "m@brightwater.example"),
        ("phone", "+46409999999", "+46401111111"),
        ("estimated_value", 62_000, 1),
        ("country", "SE", "NO"),
        ("company", {"name": "Brightwater Group"}, {"name": "Wrenfield"}),
    ],
)
def test_what_a_person_typed_stands_against_a_machine_whose_word_is_kept_beside(
    machine, maya, name, typed, told
):
    editing.edit(maya, {name: typed}, factories.marketer())
    before = value_of(again(maya), name)

    sent(machine, **{name: told})

    lead = again(maya)
    assert value_of(lead, name) == before
    doubt = said.doubts(lead)[name]
    assert doubt.who == "HubSpot"
    expected = {"estimated_value": "1.00", "company": "Wrenfield"}.get(name, told)
    assert doubt.value == expected


def value_of(lead, name):
    value = getattr(lead, name)
    return value.name if name == "company" else value


def test_a_machine_that_agrees_says_nothing_against_it(machine, maya):
    editing.edit(maya, {"job_title": "VP Operations"}, factories.marketer())
    sent(machine, job_title="CFO")

    sent(machine, job_title="VP Operations")

    assert said.doubts(again(maya)) == {}
    assert again(maya).typed == {"job_title": None}


def test_a_custom_field_stands_too(machine, maya):
    fields.define("budget", "Budget", "number")
    editing.edit(again(maya), {"attributes": {"budget": 500}}, factories.marketer())

    sent(machine, attributes={"budget": 9, "other": 1})

    lead = again(maya)
    assert lead.attributes == {"budget": 500, "other": 1}
    assert said.doubts(lead)["attributes.budget"].value == 9


def test_what_nobody_typed_follows_the_machine(machine, maya):
    editing.edit(maya, {"job_title": "VP Operations"}, factories.marketer())

    sent(machine, first_name="Maja", phone="+46402222222")

    assert (again(maya).first_name, again(maya).phone) == ("Maja", "+46402222222")


def test_blanks_empty_and_an_emptied_value_stays_empty(machine, maya):
    names = ["job_title", "phone", "estimated_value", "source", "company"]
    payload = dict.fromkeys(names, "") | {"attributes": {"budget": None}}

    editing.edit(maya, payload, factories.marketer())
    sent(machine)

    lead = again(maya)
    assert (lead.job_title, lead.job_title_key, lead.phone) == ("", "", "")
    assert (lead.estimated_value, lead.source, lead.company) == (None, None, None)
    assert lead.attributes == {}
    assert said.doubts(lead)["job_title"].value == "Buyer"
    assert "brightwater foods" not in lead.search_key


def test_a_change_is_of_its_person_on_the_timeline_and_makes_the_lead_due(maya):
    factories.nothing_due()
    ines = factories.marketer()

    editing.edit(maya, {"job_title": "VP Operations"}, ines)

    change = LeadChange.objects.get()
    assert (change.person, change.integration) == (ines, None)
    assert change.fields == {"job_title": ["Buyer", "VP Operations"]}
    assert factories.due() == {maya.pk}


def test_whose_word_each_value_is(machine, maya):
    editing.edit(maya, {"job_title": "VP"}, factories.person(Role.MARKETING, name="Ines Caldera"))
    sent(machine, first_name="Maja")

    words = said.whose(Lead.objects.annotate(**said.TOLD).get(pk=maya.pk))

    told = {name: word.who for name, word in words.items()}
    assert told == {
        "": "HubSpot",
        "job_title": "Ines Caldera",
        "first_name": "HubSpot",
    }


def test_an_address_of_another_lead_is_refused_and_nothing_is_written(machine, maya):
    other = factories.lead("Tom Okafor", email="tom@okafor.example")

    with pytest.raises(Refused) as refused:
        editing.edit(maya, {"email": other.email, "city": "Lund"}, factories.marketer())

    assert [(one.pointer, one.code) for one in refused.value.errors] == [("/email", "taken")]
    assert str(other.pk) in refused.value.errors[0].detail
    assert again(maya).city == ""


def test_a_lead_keeps_something_to_be_found_by():
    lead = factories.lead(email="a@b.example", phone="")

    with pytest.raises(Refused, match="required"):
        editing.edit(lead, {"email": ""}, factories.marketer())

    editing.edit(lead, {"email": "", "phone": "+46401234567"}, factories.marketer())
    assert (again(lead).email, again(lead).email_key) == ("", "")


def test_a_rep_edits_what_they_hold_and_nothing_else():
    rep = factories.rep()
    held = factories.claimed(rep).lead
    others = factories.claimed(factories.rep("Marcus Bell")).lead

    editing.edit(held, {"city": "Lund"}, rep)
    with pytest.raises(NotAllowed, match="Only who holds this lead"):
        editing.edit(others, {"city": "Lund"}, rep)

    assert again(held).city == "Lund"


def test_who_types_in_a_lead_made_it():
    helena = factories.person(Role.MARKETING_MANAGER)

    lead = editing.create(MAYA | {"external_id": None}, helena)

    first = lead.stage_changes.get()
    assert (first.person, first.integration, first.actor) == (helena, None, "manager")
    assert lead.source.name == "Website"
    assert lead.typed.keys() >= {"email", "job_title", "company", "attributes.budget"}
    assert factories.due() == {lead.pk}


def test_a_known_address_opens_that_lead_and_writes_nothing(maya):
    with pytest.raises(editing.AlreadyThere) as there:
        editing.create({"email": MAYA["email"], "job_title": "CEO"}, factories.marketer())

    assert there.value.lead_id == maya.pk
    assert again(maya).job_title == "Buyer"


@pytest.mark.django_db(transaction=True)
def test_two_who_type_one_address_make_one_lead():
    people = [
        factories.person(Role.MARKETING, name="Ines Caldera"),
        factories.person(Role.MARKETING, name="Ruben Sala"),
    ]

    def typing(person):
        def type_in():
            try:
                return editing.create({"email": "new@brightwater.example"}, person).pk
            except editing.AlreadyThere as there:
                return there.lead_id

        return type_in

    first, second = at_once([typing(person) for person in people])

    assert first == second == Lead.objects.get().pk
