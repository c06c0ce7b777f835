"""Who is found to be alike, and who is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.duplicates import search
from leads.models import Alias, Duplicate, Lead, Uncompared, Why
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "+46401234599"


def lead(name="Anna Nowak", **fields):
    fields.setdefault("phone", "")
    fields.setdefault("company", None)
    return factories.lead(name, **fields)


def pairs():
    search.drain()
    return {(p.first_id, p.second_id): p.why for p in Duplicate.objects.open()}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"phone": PHONE, "email": ""}, {"phone": PHONE}, [Why.PHONE_AND_NAME]),
        ({"phone": PHONE}, {"phone": PHONE}, [Why.PHONE_NAME_NOT_MAIL]),
        ({"phone": PHONE}, {"phone": PHONE, "name": "Ana Nowak"}, [Why.PHONE]),
        ({"phone": PHONE}, {"phone": PHONE, "name": ""}, [Why.PHONE]),
        ({"phone": PHONE, "name": "Anna"}, {"phone": PHONE, "name": "Anna"}, [Why.PHONE]),
        ({"phone": PHONE}, {"phone": PHONE, "name": "Piotr Zając"}, None),
        ({"phone": "123"}, {"phone": "123"}, None),
        ({"email": "Info@acme.example"}, {"email": "info@acme.example"}, [Why.MAILBOX_AND_NAME]),
        ({"email": "info@acme.example"}, {"email": "info@other.example"}, None),
        ({}, {}, None),
    ],
)
def test_two_are_alike_or_not(one, other, why):
    made = [lead(**fields) for fields in (one, other)]
    for one in made:
        if one.email.lower().startswith("info@"):
            Lead.objects.filter(pk=one.pk).update(email_key="", email_kind="role")

    assert pairs() == ({(made[0].pk, made[1].pk): why} if why else {})


def test_the_same_name_in_a_company_is_a_pair():
    company = factories.company()
    one, other = lead(company=company), lead("Nowak Anna", company=company)
    lead("Piotr Zając", company=company)

    assert pairs() == {(one.pk, other.pk): [Why.NAME_AND_COMPANY]}


def test_companies_of_one_name_are_one_to_it():
    one = lead(company=factories.company("Acme GmbH"))
    other = lead(company=factories.company("ACME", domain=""))

    assert pairs() == {(one.pk, other.pk): [Why.NAME_AND_COMPANY]}


def test_an_address_the_other_had_before_is_a_reason():
    one, other = lead(), lead("Piotr Zając", email="desk@acme.example")
    Alias.objects.create(lead=one, email_key="desk@acme.example")

    assert pairs() == {(one.pk, other.pk): [Why.FORMER_MAIL]}


def test_reasons_come_together_the_surest_first():
    company = factories.company()
    made = [lead(phone=PHONE, company=company, email="") for _ in range(2)]

    assert list(pairs().values()) == [[Why.PHONE_AND_NAME, Why.NAME_AND_COMPANY]]
    assert Duplicate.objects.get().rank == 1
    assert made


def test_who_becomes_alike_later_is_found_at_once():
    one, other = lead(phone=PHONE), lead()
    assert pairs() == {}

    Lead.objects.filter(pk=other.pk).update(phone=PHONE)

    assert pairs() == {(one.pk, other.pk): [Why.PHONE_NAME_NOT_MAIL]}


def test_who_is_alike_no_more_is_no_pair():
    one, other = lead(phone=PHONE), lead(phone=PHONE)
    assert pairs()

    Lead.objects.filter(pk=other.pk).update(phone="")

    assert pairs() == {}
    assert one


def test_what_somebody_refused_stays_refused():
    lead(phone=PHONE), lead(phone=PHONE)
    search.drain()
    Duplicate.objects.update(decision="refused", decided_at="2026-01-01T00:00Z")

    search.everybody()

    assert pairs() == {}


def test_what_came_in_as_a_pair_stays_one():
    one, other = lead(), lead()
    Duplicate.objects.create(first=one, second=other, why=[Why.ID_AND_MAIL], rank=2)

    assert pairs() == {(one.pk, other.pk): [Why.ID_AND_MAIL]}


@pytest.mark.parametrize("gone", ["merged", "erased"])
def test_who_is_nobody_is_no_pair(gone):
    one, other = lead(phone=PHONE), lead(phone=PHONE)
    assert pairs()

    factories.merged(other, one) if gone == "merged" else factories.moved(other, "erased")
    search.everybody()

    assert pairs() == {}


def test_nobody_waits_who_was_compared():
    lead()
    assert search.oldest_due() is not None

    assert search.drain() == 1

    assert search.oldest_due() is None
    assert not Uncompared.objects.exists()


def test_nobody_waits_since_a_day_of_the_past():
    at = timezone.now() - timedelta(days=365)
    dated = lead(updated_at=at, created_at=at)
    search.drain()
    Lead.objects.filter(pk=dated.pk).update(phone=PHONE)
    lead(updated_at=at, created_at=at)

    waiting = Uncompared.objects.values_list("at", flat=True)

    assert len(waiting) == 2
    assert min(waiting) > timezone.now() - timedelta(minutes=5)


def test_a_number_of_very_many_is_cut_and_not_all_pairs(monkeypatch):
    for number in range(search.MOST + 10):
        lead(phone=PHONE, email=f"a{number}@acme.example")

    found = pairs()

    everybody = search.MOST + 10
    assert len(found) < everybody * (everybody - 1) / 2
