"""Saying once what a value means: who said so is read again, who will say so is read like that."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import fields
from leads.editing import editing
from leads.ingest.leads import ingest_leads
from leads.models import Consent, Lead, LeadChange, Meaning, UnreadValue
from leads.unread import choices, listing, meanings, rereading
from leads.unread.meanings import MeaningRefused, SaidMeanwhile
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db
ANN = {"email": "ann@brightwater.example"}


@pytest.fixture
def website(db):
    return factories.integration()


@pytest.fixture
def manager(db):
    return factories.marketing_manager()


@pytest.fixture
def send(website):
    def send(*items, integration=website, **options):
        return ingest_leads(items, integration=integration, **options)

    return send


@pytest.fixture
def say(website, manager):
    """Say what a value means, and read again who is due."""

    def say(value, means, *, field="country", drained=True, integration=website):
        group = listing.group(integration.pk, field, value)
        edition = group.meaning.edition if group.meaning else 0
        defined = fields.definitions()
        done = meanings.give(group, manager, value=means, seen=edition, defined=defined)
        if drained:
            rereading.drain()
        return done

    return say


def test_all_who_said_so_are_read_again_and_later_ones_like_that(send, say):
    send(ANN | {"country": "Hollandland"}, {"email": "ben@x.example", "country": "HOLLANDLAND "})

    say("hollandland", "NL")
    (later,) = send({"email": "eve@x.example", "country": "hollandland"})

    assert set(Lead.objects.values_list("country", flat=True)) == {"NL"}
    assert not later.warnings
    assert set(UnreadValue.objects.values_list("edition", flat=True)) == {1}
    assert Meaning.objects.get().due_at is None
    assert not listing.not_understood()
    assert LeadChange.objects.filter(fields={"country": ["", "NL"]}).count() == 2


def test_a_value_that_says_nothing_is_told_no_more(send, say):
    send(ANN | {"country": "Asia/Pacific Region"})

    say("asia / pacific region", None)
    (later,) = send({"email": "eve@x.example", "country": "Asia/Pacific Region"})

    assert (later.warnings, set(Lead.objects.values_list("country", flat=True))) == ([], {""})
    assert not listing.not_understood()


def test_a_meaning_is_of_one_integration_field_and_value(send, say):
    crm = factories.integration("CRM")
    send(ANN | {"country": "Hollandland", "city": "Lund"})
    send({"email": "ben@x.example", "country": "Hollandland"}, integration=crm)

    say("hollandland", "NL")

    assert Lead.objects.get(email="ben@x.example").country == ""
    (group,) = listing.not_understood()
    assert (group.system, group.leads) == ("CRM", 1)


def test_what_a_person_typed_stands(send, say, manager):
    send(ANN | {"country": "Hollandland"}, {"email": "ben@x.example", "country": "Hollandland"})
    editing.edit(Lead.objects.get(email="ben@x.example"), {"country": "BE"}, manager)
    send({"email": "ben@x.example", "country": "Hollandland"})

    say("hollandland", "NL")

    ben = Lead.objects.get(email="ben@x.example")
    assert (ben.country, ben.typed["country"]["value"]) == ("BE", "NL")
    assert Lead.objects.get(email="ann@brightwater.example").country == "NL"


def test_what_was_understood_since_is_left_alone(send, say):
    send(ANN | {"country": "Hollandland"}, {"email": "ben@x.example", "country": "Hollandland"})
    send(ANN | {"country": "SE"})

    say("hollandland", "NL")

    assert Lead.objects.get(email="ann@brightwater.example").country == "SE"


def test_a_meaning_that_is_changed_is_read_anew(send, say):
    send(ANN | {"country": "Hollandland"})
    say("hollandland", "HN")

    say("hollandland", "NL")

    assert Lead.objects.get().country == "NL"
    assert UnreadValue.objects.get().edition == 2
    assert [one["is"] for one in Meaning.objects.get().editions] == ["HN", "NL"]


def test_what_a_wrong_meaning_gave_is_taken_back(send, say):
    send(ANN | {"country": "Hollandland"}, {"email": "ben@x.example", "country": "Hollandland"})
    say("hollandland", "HN")
    Lead.objects.filter(email="ben@x.example").update(country="BE")

    say("hollandland", None)

    # But not what somebody else said there.
    countries = dict(Lead.objects.values_list("email", "country"))
    assert countries == {"ann@brightwater.example": "", "ben@x.example": "BE"}


def test_without_its_meaning_a_value_is_not_understood_again(send, say, website, manager):
    send(ANN | {"country": "Hollandland"})
    at = UnreadValue.objects.get().at
    say("hollandland", "NL")

    group = listing.group(website.pk, "country", "hollandland")
    meanings.take_away(group, manager, seen=1)
    rereading.drain()

    assert Lead.objects.get().country == ""
    assert (UnreadValue.objects.get().edition, UnreadValue.objects.get().at) == (0, at)
    assert not Meaning.objects.exists()
    (again,) = listing.not_understood()
    assert (again.value, again.leads) == ("Hollandland", 1)


def test_a_range_without_its_meaning_is_its_lower_bound_again(send, say, website, manager):
    fields.define("seats", "Seats", "number")
    send(ANN | {"attributes": {"seats": "51-200"}})

    say("51 - 200", "125", field="attributes.seats")
    assert Lead.objects.get().attributes == {"seats": 125}

    group = listing.group(website.pk, "attributes.seats", "51 - 200")
    meanings.take_away(group, manager, seen=1)
    rereading.drain()
    assert Lead.objects.get().attributes == {"seats": 51}


def test_a_choice_is_one_of_those_offered(send, say):
    fields.define("tier", "Tier", "choice", choices=["Gold", "Silver"])
    fields.define("uses", "Uses", "choices", choices=["Food", "Retail"])
    send(ANN | {"attributes": {"tier": "Bronze", "uses": "Groceries"}})

    with pytest.raises(MeaningRefused, match="offered"):
        say("bronze", "Iron", field="attributes.tier")
    say("bronze", "Silver", field="attributes.tier")
    say("groceries", ["Food", "Retail"], field="attributes.uses")

    assert Lead.objects.get().attributes == {"tier": "Silver", "uses": ["Food", "Retail"]}


def test_a_meaning_that_its_field_knows_no_more_holds_nobody_up(send, say):
    fields.define("tier", "Tier", "choice", choices=["Gold", "Silver"])
    send(ANN | {"attributes": {"tier": "Bronze"}})
    say("bronze", "Silver", field="attributes.tier", drained=False)
    fields.define("tier", "Tier", "choice", choices=["Gold"])

    rereading.drain()
    (later,) = send({"email": "eve@x.example", "attributes": {"tier": "Bronze"}})

    assert rereading.oldest_due() is None
    assert [one.code for one in later.warnings] == ["not_a_choice"]
    assert not Lead.objects.exclude(attributes={}).exists()


def test_a_value_of_the_company_is_said_of_the_company_they_have(send, say):
    send(
        ANN | {"company": {"name": "Client Foods", "employees": "many"}},
        {"phone": "+46401234567", "company": {"employees": "many"}},
    )
    company = Lead.objects.get(email="ann@brightwater.example").company

    say("many", "500", field="company.employees")

    ben, ann = Lead.objects.order_by("email")
    assert (ann.company, ann.company.employees, ben.company) == (company, 500, None)
    assert set(UnreadValue.objects.values_list("edition", flat=True)) == {1}


@pytest.mark.parametrize(
    ("item", "field", "key"),
    [
        ({"email": "nobody", "phone": "+46401234567"}, "email", "nobody"),
        ({"company": {"name": "A", "size": 1}, "phone": "1234567"}, "company", "1"),
        (
            {"phone": "1234567", "consent": {"marketing": {"given": True, "at": "soon"}}},
            "consent.marketing.at",
            "soon",
        ),
    ],
)
def test_of_some_it_can_only_be_said_that_they_say_nothing(send, say, item, field, key):
    send(item)

    with pytest.raises(MeaningRefused):
        say(key, "x@y.example", field=field)
    say(key, None, field=field)
    (again,) = send(item | {"external_id": "1"})

    assert not again.warnings
    newest = Lead.objects.latest("pk")
    assert (newest.consent == {"marketing": True}) == ("consent" in item)
    assert (newest.company is not None) == ("company" in item)


def test_nobody_can_say_for_others_that_they_agreed(send, say):
    send(ANN | {"consent": {"marketing": "hmm"}})

    with pytest.raises(MeaningRefused):
        say("hmm", "yes", field="consent.marketing")
    say("hmm", "no", field="consent.marketing")

    assert not Consent.objects.get().given


def test_a_meaning_has_to_be_understood(send, say):
    send(ANN | {"estimated_value": "a lot", "country": "Hollandland"})

    with pytest.raises(MeaningRefused):
        say("a lot", "very much", field="estimated_value")
    with pytest.raises(MeaningRefused):
        say("hollandland", "Atlantis")
    assert not Meaning.objects.exists()


def test_the_slower_of_two_is_told(send, say, website, manager):
    send(ANN | {"country": "Hollandland"})
    group = listing.group(website.pk, "country", "hollandland")
    say("hollandland", "NL", drained=False)

    with pytest.raises(SaidMeanwhile):
        meanings.give(group, manager, value="HN", seen=0, defined={})
    with pytest.raises(SaidMeanwhile):
        meanings.take_away(listing.group(website.pk, "country", "hollandland"), manager, seen=0)
    assert Meaning.objects.get().now == {"is": "NL"}


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_counts(send, website, manager):
    send(ANN | {"country": "Hollandland"})
    group = listing.group(website.pk, "country", "hollandland")

    def give(code):
        return lambda: meanings.give(group, manager, value=code, seen=0, defined={})

    ended = at_once([give("NL"), give("HN")])

    assert sorted(type(one).__name__ for one in ended) == ["Meaning", "SaidMeanwhile"]
    rereading.drain()
    assert Lead.objects.get().country == Meaning.objects.get().now["is"]


@pytest.mark.django_db(transaction=True)
def test_no_lead_falls_between_a_meaning_and_what_comes_in(send, website, manager):
    send(ANN | {"country": "Hollandland"})
    group = listing.group(website.pk, "country", "hollandland")

    def come(n):
        return lambda: send({"email": f"p{n}@x.example", "country": "Hollandland"})

    def give():
        return meanings.give(group, manager, value="NL", seen=0, defined={})

    at_once([*(come(n) for n in range(4)), give, *(come(n) for n in range(4, 8))])
    rereading.drain()

    assert list(Lead.objects.exclude(country="NL")) == []
    assert Lead.objects.count() == 9


def test_a_thousand_leads_are_read_again(send, say):
    send(*({"email": f"p{n}@x.example", "country": "Hollandland"} for n in range(1000)))

    say("hollandland", "NL", drained=False)
    assert rereading.oldest_due() is not None
    with CaptureQueriesContext(connection) as asked:
        rereading.drain()

    assert Lead.objects.filter(country="NL").count() == 1000
    assert len(asked) < 200
    assert rereading.oldest_due() is None


def test_who_was_merged_away_is_not_read_again(send, say):
    send(ANN | {"country": "Hollandland"}, {"email": "ben@x.example", "country": "Hollandland"})
    ann, ben = Lead.objects.order_by("pk")
    factories.merged(ben, ann)

    say("hollandland", "NL")

    assert (Lead.objects.get(pk=ann.pk).country, Lead.objects.get(pk=ben.pk).country) == ("NL", "")


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("job_title", "Job title"),
        ("company.employees", "Company: people"),
        ("company", "Company"),
        ("external_id", "External id"),
        ("attributes", "Details"),
        ("attributes.lead_source", "lead source"),
        ("consent.marketing.at", "Consent to marketing: at"),
    ],
)
def test_a_field_is_called_as_people_know_it(field, label):
    assert choices.label(field, {}) == label
