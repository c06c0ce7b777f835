"""The choices of a field: spelled, called and ordered otherwise, retired, and merged."""

import pytest

from accounts.models import SettingChange
from leadportal.db.meanwhile import ChangedMeanwhile
from leads.facts.known import custom_fact
from leads.field_choices import offering
from leads.ingest.leads import ingest_leads
from leads.models import CustomField, Lead, UnreadValue
from leads.own_fields import keeping, past
from leads.own_fields.keeping import AskedFor, FieldRefused
from leads.web_forms.asking import Asked, choices
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.marketing_manager()


@pytest.fixture
def tier(manager) -> CustomField:
    choices = ["Gold", "Silver", "Bronze"]
    return keeping.add(manager, name="tier", label="Tier", type="choice", choices=choices)


def send(*values: str) -> None:
    items = [{"external_id": str(n), "attributes": {"tier": v}} for n, v in enumerate(values)]
    ingest_leads(items, integration=factories.integration())


def tiers() -> list:
    return [lead.attributes.get("tier") for lead in Lead.objects.order_by("pk")]


def test_a_spelling_reads_who_said_so_before_and_will(manager, tier):
    send("gold", "G", "or")
    assert tiers() == ["Gold", None, None]

    offering.change_choice(tier, manager, "Gold", also=["G", "Or"])
    past.drain()
    send("gold", "g", "or", "Silver")

    assert tiers() == ["Gold", "Gold", "Gold", "Silver"]
    assert not UnreadValue.objects.exists()
    told = SettingChange.objects.filter(setting="fields").order_by("-pk").first()
    assert told.new == "“Gold” of “Tier” (also G, Or)"


def test_a_choice_called_otherwise_is_the_same_choice(manager, tier):
    send("gold")

    one = offering.change_choice(tier, manager, "Gold", label="First class")
    send("gold", "FIRST class")

    assert tiers() == ["Gold", "Gold"]
    assert custom_fact(one).shown("Gold") == "First class"
    with pytest.raises(FieldRefused, match="means “First class” already"):
        offering.add_choice(one, manager, "first class")
    assert offering.change_choice(one, manager, "Gold", label="Gold").choice_terms == {}


def test_a_retired_choice_is_offered_no_more_and_still_read(manager, tier):
    one = offering.change_choice(tier, manager, "Bronze", retired=True)
    send("bronze")

    assert one.offered == ["Gold", "Silver"]
    assert tiers() == ["Bronze"]
    assert offering.change_choice(one, manager, "Bronze", retired=False).offered == one.choices


def test_a_merged_choice_is_the_other_for_who_held_it(manager, tier):
    send("gold", "silver", "bronze")
    offering.merge_choice(tier, manager, "Bronze", "Silver")

    one = offering.merge_choice(tier, manager, "Silver", "Gold")
    past.drain()

    assert tiers() == ["Gold", "Gold", "Gold"]
    assert Lead.objects.first().attribute_keys == {"tier": " gold "}
    assert (one.offered, one.term("Bronze")) == (["Gold"], {"is": "Gold"})
    send("silver", "bronze")
    assert tiers() == ["Gold", "Gold", "Gold"]
    for refused in (
        lambda: offering.merge_choice(one, manager, "Gold", "Gold"),
        lambda: offering.merge_choice(one, manager, "Gold", "Silver"),
        lambda: offering.change_choice(one, manager, "Silver", label="X"),
        lambda: offering.change_choice(one, manager, "Never", label="X"),
    ):
        with pytest.raises(FieldRefused):
            refused()


def test_a_choice_that_criteria_ask_for_is_not_merged_away(manager):
    one = CustomField.objects.get(name="purchase_timeline")
    asked = next(choice for choice in one.choices if offering.usage.asking(one, choice=choice))
    other = next(choice for choice in one.choices if choice != asked)

    with pytest.raises(AskedFor, match="Criteria ask for"):
        offering.merge_choice(one, manager, asked, other)

    # Offered no more it still counts.
    assert asked not in offering.change_choice(one, manager, asked, retired=True).offered


def test_choices_stand_in_the_order_people_give_them(manager, tier):
    assert offering.move_choice(tier, manager, "Bronze", "up")
    tier.refresh_from_db()
    assert tier.offered == ["Gold", "Bronze", "Silver"]
    assert not offering.move_choice(tier, manager, "Gold", "up")
    assert not offering.move_choice(tier, manager, "Silver", "down")
    assert not offering.move_choice(tier, manager, "Never", "up")


def test_two_who_change_a_choice_read_both(manager, tier):
    read = offering.terms(tier, "Gold")
    offering.change_choice(tier, manager, "Gold", **{**read, "label": "Best"}, read=read)

    with pytest.raises(ChangedMeanwhile):
        offering.change_choice(tier, manager, "Gold", **{**read, "label": "Top"}, read=read)

    one = offering.change_choice(tier, manager, "Gold", **{**read, "also": ["G"]}, read=read)
    assert one.term("Gold") == {"label": "Best", "also": ["G"]}


@pytest.mark.parametrize("spelling", ["silver", "--", "gold "])
def test_a_spelling_means_one_choice(manager, tier, spelling):
    with pytest.raises(FieldRefused):
        offering.add_choice(tier, manager, "New", also=["x", spelling])

    tier.refresh_from_db()
    assert tier.choices == ["Gold", "Silver", "Bronze"]


def test_people_choose_by_labels_and_what_is_retired_only_stays(manager, tier, client):
    send("Bronze", "Gold")
    keeping.change(tier, manager, **keeping.current_values(tier) | {"help": "How we care"})
    one = offering.change_choice(tier, manager, "Gold", label="First class")
    one = offering.change_choice(one, manager, "Bronze", retired=True)
    client.force_login(manager)
    bronze, gold = Lead.objects.order_by("pk")

    asked = Asked("field.tier", "Tier", "Tier", "", False, False, one)
    assert choices(asked) == ["First class", "Silver"]
    edit = client.get(f"/leads/{gold.pk}/edit").content.decode()
    assert '<option value="Gold" selected>First class</option>' in edit
    assert "Bronze" not in edit and "How we care" in edit
    edit = client.get(f"/leads/{bronze.pk}/edit").content.decode()
    assert '<option value="Bronze" selected>Bronze</option>' in edit
    assert "First class" in client.get(f"/leads/{gold.pk}").content.decode()
