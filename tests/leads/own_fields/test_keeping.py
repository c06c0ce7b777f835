"""Fields as people keep them: defined over what leads carry, renamed, typed otherwise, retired."""

from datetime import timedelta

import pytest

from accounts.models import SettingChange
from leadportal.db.meanwhile import ChangedMeanwhile
from leads import fields
from leads.imports.targets import targets
from leads.models import CustomField, Lead, RawValue, SeenAttribute, UnreadValue
from leads.own_fields import keeping, past
from leads.own_fields.keeping import AskedFor, FieldRefused
from leads.web_forms import asking, web_forms
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db
SAID = "“Seats” (number; people; sent as seats)"


def carried() -> list:
    return [lead.attributes for lead in Lead.objects.order_by("pk")]


def settle(one: CustomField) -> None:
    """As two minutes later, when nobody can be writing by what they read before."""
    past.drain()
    changed = one.changed_at - timedelta(hours=1)
    due = {"changed_at": changed, "due_at": changed + past.SETTLES}
    CustomField.objects.filter(pk=one.pk).update(**due)
    past.drain()


def test_a_field_reads_what_leads_carry_and_what_comes(manager, send):
    send(
        {"phone": "1", "attributes": {"seats": "1,200"}},
        {"phone": "2", "attributes": {"seats": "many"}},
    )
    factories.nothing_due()

    one = keeping.add(manager, name="seats", label="Seats", type="number", unit="people")
    send({"phone": "3", "attributes": {"seats": "7"}})

    assert carried() == [{"seats": 1200}, {"seats": "many"}, {"seats": 7}]
    assert factories.due() >= set(Lead.objects.values_list("pk", flat=True)[:2])
    assert not SeenAttribute.objects.exists()
    assert (one.position, one.created_at) == (1, one.changed_at)
    assert SettingChange.objects.get(setting="fields").new == SAID


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("seats", "“Seats” is called so"),
        ("email", "a field email of their own"),
        ("region", "is a fact of every lead already"),
        ("team size", "letters, digits and _ only"),
        ("", "letters, digits and _ only"),
    ],
)
def test_a_name_stands_for_one_thing(manager, seats, name, why):
    with pytest.raises(FieldRefused, match=why):
        keeping.add(manager, name=name, label="X", type="text")

    assert CustomField.objects.filter(label="X").count() == 0


def test_another_type_reads_what_came_and_nothing_is_lost(manager, send):
    send({"phone": "1", "attributes": {"size": "€ 1.200,50"}})
    one = keeping.add(manager, name="size", label="Size", type="money")
    assert carried() == [{"size": 1200.5}]
    assert RawValue.objects.get().value == "€ 1.200,50"

    keeping.retype(one, manager, type="text")
    assert carried() == [{"size": "€ 1.200,50"}]
    assert not RawValue.objects.exists()
    assert Lead.objects.get().attribute_keys == {"size": " € 1 . 200 , 50 "}

    keeping.retype(one, manager, type="money")
    assert carried() == [{"size": 1200.5}]


def test_what_came_counts_no_more_once_something_else_was_said(manager, send):
    send({"external_id": "1", "attributes": {"size": "1,200"}})
    field = keeping.add(manager, name="size", label="Size", type="number")
    send({"external_id": "1", "attributes": {"size": 9}})

    keeping.retype(field, manager, type="text")

    assert carried() == [{"size": "9"}]
    assert RawValue.objects.get().value == 9


def test_values_left_out_are_read_once_the_field_can(manager, send):
    keeping.add(manager, name="size", label="Size", type="number")
    send({"phone": "1", "attributes": {"size": "many"}})
    assert carried() == [{}] and UnreadValue.objects.count() == 1

    one = keeping.retype(CustomField.objects.get(name="size"), manager, type="text")
    past.drain()

    assert carried() == [{"size": "many"}]
    assert not UnreadValue.objects.exists()
    one.refresh_from_db()
    assert one.due_at == one.changed_at + past.SETTLES


def test_the_sweep_reads_a_window_at_a_time_and_looks_twice(manager, send, monkeypatch):
    monkeypatch.setattr(past, "WINDOW", 2)
    send(*({"phone": str(n), "attributes": {"n": f"{n}"}} for n in range(5)))

    one = keeping.add(manager, name="n", label="N", type="number")
    assert [type(lead["n"]) for lead in carried()] == [int, int, str, str, str]
    assert past.is_reading(one) and past.oldest_due() == one.due_at
    # Somebody who had read the definitions before still writes.
    late = factories.lead(attributes={"n": "9"})
    past.drain()
    Lead.objects.filter(pk=late.pk).update(attributes={"n": "10"})
    settle(one)

    assert [lead["n"] for lead in carried()] == [0, 1, 2, 3, 4, 10]
    one.refresh_from_db()
    assert one.due_at is None and not past.is_reading(one)
    assert past.oldest_due() is None


def test_a_renamed_field_is_told_by_its_new_name_and_understood_by_both(manager, seats, send):
    send({"email": "a@x.example", "attributes": {"seats": "1"}})

    keeping.change(seats, manager, name="team_size", label="Team", help="", unit="")
    sent, wrong = send(
        {"email": "b@x.example", "attributes": {"team_size": "2"}},
        {"email": "c@x.example", "attributes": {"team_size": "many"}},
    )

    assert not sent.warnings
    assert wrong.warnings[0].pointer == "/attributes/team_size"
    assert UnreadValue.objects.get().field == "attributes.seats"
    assert carried() == [{"seats": 1}, {"seats": 2}, {}]
    assert not SeenAttribute.objects.exists()
    with pytest.raises(FieldRefused, match="“Team” is called so"):
        keeping.add(manager, name="team_size", label="Other", type="text")

    again = keeping.change(seats, manager, name="seats", label="Team", help="", unit="")
    assert (again.api_name, again.other_names.get().name) == ("seats", "team_size")


def test_an_attribute_may_be_a_field_that_there_is(manager, seats, send):
    send({"external_id": "1", "attributes": {"seats": 1, "Team": "5"}})
    send({"external_id": "2", "attributes": {"Team": "7"}})

    keeping.also_called(seats, manager, "Team")
    send({"external_id": "3", "attributes": {"Team": "8"}})

    assert carried() == [{"seats": 1}, {"seats": 7}, {"seats": 8}]
    # What could not stay beside is kept.
    assert [(raw.name, raw.value) for raw in RawValue.objects.order_by("name")] == [
        ("Team", "5"),
        ("seats", "7"),
    ]
    assert not SeenAttribute.objects.exists()


def test_a_field_of_another_name_takes_over_what_leads_carry(manager, send):
    send({"external_id": "1", "attributes": {"Team Size": "5"}})

    one = keeping.add(manager, name="team", label="Team", type="number", carried="Team_Size")
    send({"external_id": "2", "attributes": {"Team Size": "6"}})

    assert carried() == [{"team": 5}, {"team": 6}]
    assert one.other_names.get().name == "Team_Size"


def test_two_who_change_a_field_read_both(manager, seats):
    read = keeping.current_values(seats)
    keeping.change(seats, factories.sales_manager(), **{**read, "label": "Places"}, read=read)

    with pytest.raises(ChangedMeanwhile):
        keeping.change(seats, manager, **{**read, "label": "Desks"}, read=read)
    keeping.change(seats, manager, **{**read, "help": "At work"}, read=read)

    seats.refresh_from_db()
    assert (seats.label, seats.help) == ("Places", "At work")


def test_what_live_criteria_ask_for_keeps_its_type_and_is_not_retired(manager):
    one = CustomField.objects.get(name="purchase_timeline")

    for refused in (
        lambda: keeping.retype(one, manager, type="text"),
        lambda: keeping.retire(one, manager),
    ):
        with pytest.raises(AskedFor) as error:
            refused()
        assert error.value.versions == [factories.live_version()]

    one.refresh_from_db()
    assert (one.type, one.retired_at) == ("choice", None)


def test_a_retired_field_is_read_and_comes_back(manager, seats, send):
    keeping.retire(seats, manager)
    send({"phone": "1", "attributes": {"seats": "12"}})

    assert carried() == [{"seats": 12}]
    assert fields.definitions()["seats"].is_retired
    assert not keeping.bring_back(seats, manager).is_retired


def test_a_form_goes_on_asking_for_a_retired_field_and_no_other_begins_to(manager, seats):
    form = web_forms.create(factories.admin(), name="Demo", slug="demo")
    asked = {"label": "", "help": "", "required": False}
    form = web_forms.put_field(form, factories.admin(), target="field.seats", **asked)

    keeping.retire(seats, manager)

    defined = fields.definitions()
    assert "field.seats" in [one.target for one in asking.asked(form, defined)]
    groups = dict(asking.offered(defined))
    assert ("field.seats", "Seats") not in groups["Fields"]
    assert "Seats (retired)" in [one.label for one in dict(targets(defined))["Fields"]]


def test_a_definition_by_command_keeps_what_is_said_of_choices_that_stay(manager):
    made = {"label": "Tier", "type": "choice", "choices": ["Gold", "Tin", "Zinc"]}
    one = keeping.add(manager, name="tier", **made)
    one.choice_terms = {"Gold": {"also": ["G"]}, "Tin": {"is": "Zinc"}}
    one.save()

    again = fields.define("tier", "Tier", "choice", choices=["Gold", "Tin"]).field

    assert again.choice_terms == {"Gold": {"also": ["G"]}}


def test_fields_stand_in_the_order_people_give_them(manager, seats):
    other = keeping.add(manager, name="desk", label="Desk", type="text")

    assert keeping.move(other, manager, "up")
    assert [*fields.definitions()][-2:] == ["desk", "seats"]
    while keeping.move(other, manager, "up"):
        pass
    assert not keeping.move(other, manager, "up")
    assert [*fields.definitions()][0] == "desk"
    assert not keeping.move(seats, manager, "down")


def test_who_was_erased_leaves_nothing_as_it_came(manager, send):
    send({"phone": "1", "attributes": {"size": "1,200"}})
    keeping.add(manager, name="size", label="Size", type="number")

    factories.moved(Lead.objects.get(), "erased")

    assert not RawValue.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_define_one_name_at_once_the_slower_is_told(manager):
    def define() -> CustomField:
        return keeping.add(manager, name="seats", label="Seats", type="number")

    made = at_once([define, define])

    (refused,) = (one for one in made if isinstance(one, FieldRefused))
    assert refused.about == "name"
    assert CustomField.objects.filter(name="seats").count() == 1
