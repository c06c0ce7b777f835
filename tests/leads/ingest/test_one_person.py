"""One person, one lead: by what somebody who comes in is found, and who else it may be."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Integration
from leads.domains.lists import registrable_domain
from leads.domains.roles import is_role
from leads.editing import editing
from leads.ingest.events import ingest_events
from leads.matching import email_identity
from leads.models import Alias, Duplicate, Lead, Why
from leads.text import person_key
from tests import factories

PHONE = "+46401234599"
ANNA = {"first_name": "Anna", "last_name": "Nowak"}
FIRM = {"name": "Acme", "domain": "acme.example"}


def person(**more):
    return ANNA | {"phone": PHONE} | more


# --- by number and name ---------------------------------------------------------------------------


def test_a_number_and_a_name_without_mail_are_one_person(send):
    first, again = send(person()), send(person(last_name="NOWAK", city="Lund"))

    assert again[0].status == "matched"
    assert again[0].how == "phone_and_name"
    assert again[0].lead_id == first[0].lead_id
    assert Lead.objects.get().city == "Lund"


def test_the_same_twice_in_a_batch_is_one_too(send):
    first, again = send(person(), person())

    assert (again.status, again.how, again.first_index) == ("duplicate", "phone_and_name", 0)
    assert first.lead_id == again.lead_id


def test_a_mail_that_comes_later_joins_whom_we_know_by_number(send):
    send(person())

    (result,) = send(person(email="anna@acme.example"))

    assert (result.status, result.how) == ("matched", "phone_and_name")
    assert Lead.objects.get().email == "anna@acme.example"


def test_who_comes_without_a_mail_is_who_has_one(send):
    send(person(email="anna@acme.example"))

    (result,) = send(person())

    assert (result.status, result.how) == ("matched", "phone_and_name")
    assert Lead.objects.get().email == "anna@acme.example"


def test_two_addresses_are_two_people_until_somebody_looks(send):
    (first,) = send(person(email="anna@acme.example"))

    (other,) = send(person(email="anna@home.example"))

    assert (other.status, other.how, other.suggested) == ("created", None, [first.lead_id])


def test_two_in_a_batch_are_suggested_to_each_other(send):
    first, other = send(person(email="anna@acme.example"), person(email="anna@home.example"))

    assert (first.suggested, other.suggested) == ([], [first.lead_id])


@pytest.mark.parametrize(
    "other",
    [
        {"first_name": "Piotr"},
        {"phone": "+46401234500"},
        {"first_name": "", "last_name": ""},
        {"phone": "12345"},
    ],
)
def test_another_name_or_number_is_another_person(send, other):
    send(person() if "phone" not in other or len(other["phone"]) > 6 else person(phone="12345"))

    (result,) = send(person(**other))

    assert result.status == "created"


def test_two_ids_of_one_system_are_two_people(send):
    send(person(external_id="a"))

    (result,) = send(person(external_id="b"))

    assert result.status == "created"
    assert len(result.suggested) == 1


def test_an_id_of_another_system_joins_them(send, integration):
    (first,) = send(person(external_id="a"))

    (result,) = send(person(external_id="a"), integration=Integration.objects.create(name="CRM"))

    assert result.lead_id == first.lead_id


def test_who_was_merged_away_is_found_by_their_number(send):
    (first,) = send(person())
    heir = factories.lead("Maya Lindqvist")
    factories.merged(Lead.objects.get(pk=first.lead_id), heir)

    (result,) = send(person())

    assert (result.status, result.lead_id) == ("matched", heir.pk)


# --- by an address they had -----------------------------------------------------------------------


def test_an_address_a_lead_had_before_still_finds_it(send):
    send({"external_id": "7", "email": "anna@acme.example"})
    send({"external_id": "7", "email": "anna@new.example"})

    (result,) = send({"email": "Anna@ACME.example", "city": "Lund"})

    assert (result.status, result.how) == ("matched", "former_email")
    assert Lead.objects.get().email == "anna@new.example"


def test_an_event_finds_them_by_it_too(send, integration):
    (lead,) = send({"external_id": "7", "email": "anna@acme.example"})
    send({"external_id": "7", "email": "anna@new.example"})

    (result,) = ingest_events(
        [{"type": "page_view", "lead": {"email": "anna@acme.example"}}], integration=integration
    )

    assert result.lead_id == lead.lead_id


def test_an_address_a_person_emptied_is_kept_as_one_they_had(send):
    (sent,) = send({"email": "anna@acme.example", "phone": PHONE})
    lead = Lead.objects.get(pk=sent.lead_id)

    editing.edit(lead, {"email": None}, factories.marketer())

    assert list(Alias.objects.values_list("lead", "email_key")) == [(lead.pk, "anna@acme.example")]
    assert send({"email": "anna@acme.example"})[0].lead_id == lead.pk


def test_a_person_may_give_a_former_address_to_who_has_it_now(send):
    send({"external_id": "7", "email": "desk@acme.example"})
    send({"external_id": "7", "email": "anna@acme.example"})
    (other,) = send({"email": "piotr@acme.example"})
    lead = Lead.objects.get(pk=other.lead_id)

    editing.edit(lead, {"email": "desk@acme.example"}, factories.marketer())

    assert send({"email": "desk@acme.example"})[0].lead_id == lead.pk


def test_back_and_forth_between_two_addresses(send):
    for name in ("a", "b", "a", "b", "a"):
        send({"external_id": "7", "email": f"{name}@acme.example"})

    assert Lead.objects.get().email == "a@acme.example"
    assert send({"email": "b@acme.example"})[0].how == "former_email"


def test_the_erased_have_no_former_addresses(send):
    (sent,) = send({"external_id": "7", "email": "a@acme.example"})
    send({"external_id": "7", "email": "b@acme.example"})

    factories.moved(Lead.objects.get(pk=sent.lead_id), "erased")

    assert not Alias.objects.exists()


# --- an id that means one, a mail that means another ----------------------------------------------


def test_an_id_and_a_mail_of_two_leads_are_a_pair_to_look_at(send):
    (first,) = send({"external_id": "7", "email": "anna@acme.example"})
    (other,) = send({"email": "anna@home.example"})

    (result,) = send({"external_id": "7", "email": "anna@home.example"})

    assert (result.lead_id, result.how) == (first.lead_id, "external_id")
    assert result.suggested == [other.lead_id]
    pair = Duplicate.objects.get()
    assert (pair.first_id, pair.second_id) == (first.lead_id, other.lead_id)
    assert pair.why == [Why.ID_AND_MAIL]


# --- the mailbox of a team ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "local",
    [
        *("info", "biuro", "ventas", "accueil", "sekretariat", "kontakt", "contacto", "buero"),
        *("office", "sales+fair", "info2", "BIURO", "vendas", "segreteria", "verkoop", "satis"),
        *("kundservice", "iroda", "продажи"),
    ],
)
def test_a_mailbox_of_a_team_is_nobody(local):
    assert email_identity(f"{local}@acme.example") == ("role", "")


@pytest.mark.parametrize("local", ["anna", "anna.info", "infotainment", "martin", "officer.k"])
def test_a_name_is_no_mailbox_of_a_team(local):
    assert not is_role(local)


def test_two_who_write_from_one_mailbox_are_two(send):
    first, other = send(
        {"email": "biuro@acme.example", **ANNA},
        {"email": "biuro@acme.example", "first_name": "Piotr", "last_name": "Zając"},
    )

    assert first.lead_id != other.lead_id


def test_somebody_we_know_who_writes_from_the_mailbox_stays_one(send):
    (first,) = send({"email": "anna@acme.example", **ANNA})

    (again,) = send({"email": "biuro@acme.example", **ANNA, "city": "Lund"})

    assert (again.status, again.how) == ("matched", "name_and_company")
    assert again.lead_id == first.lead_id
    assert Lead.objects.get().email == "anna@acme.example"


def test_the_company_may_be_given_by_name(send):
    (first,) = send({"phone": PHONE, **ANNA, "company": {"name": "Acme GmbH"}})

    (again,) = send({"email": "info@gmail.com", **ANNA, "company": {"name": "ACME"}})

    assert again.lead_id == first.lead_id


def test_of_two_of_one_name_none_is_guessed(send):
    one, two = send({"email": "jan@acme.example", **ANNA}, {"email": "jan.k@acme.example", **ANNA})

    (third,) = send({"email": "biuro@acme.example", **ANNA})

    assert third.status == "created"
    assert third.suggested == sorted([one.lead_id, two.lead_id])


def test_a_first_name_alone_finds_nobody(send):
    send({"email": "anna@acme.example", "first_name": "Anna"})

    (other,) = send({"email": "biuro@acme.example", "first_name": "Anna"})

    assert (other.status, other.suggested) == ("created", [])


def test_a_mailbox_never_replaces_an_address_of_ones_own(send):
    send({"external_id": "7", "email": "anna@acme.example"})

    send({"external_id": "7", "email": "info@acme.example"})

    assert Lead.objects.get().email == "anna@acme.example"


def test_the_same_name_in_a_company_is_suggested(send):
    (first,) = send({"email": "anna@acme.example", **ANNA})

    (other,) = send({"email": "a.nowak@acme.example", **ANNA})

    assert (other.status, other.suggested) == ("created", [first.lead_id])


# --- one address in many spellings ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna@Acme.Example", "anna@acme.example"),
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@MÜLLER.example", "anna@mu\u0308ller.example"),
        ("Zoë@acme.example", "ZOE\u0308@acme.example"),
        ("\uff41nna@acme.example", "anna@acme.example"),
    ],
)
def test_one_address_has_one_identity(one, other):
    assert email_identity(one)[1] == email_identity(other)[1]


def test_dots_and_tags_tell_addresses_apart():
    keys = {email_identity(f"{local}@gmail.com")[1] for local in ("a.b", "ab", "ab+x")}

    assert len(keys) == 3


def test_a_domain_is_one_in_both_spellings():
    assert registrable_domain("www.xn--mller-kva.example") == registrable_domain("MÜLLER.example")


def test_a_broken_international_domain_is_left_as_it_is():
    assert email_identity("anna@xn--a.example")[1] == "anna@xn--a.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Zoë", "O’Neill"), ("", "O'NEILL, Zoe")),
        (("Łukasz", "Żak"), ("lukasz", "zak")),
        (("Anna Maria", "Nowak"), ("Nowak", "Anna Maria")),
    ],
)
def test_a_name_is_one_however_it_is_parted(one, other):
    assert person_key(*one) == person_key(*other)


# --- told, and for nothing ------------------------------------------------------------------------


def test_it_asks_no_more_of_the_database(send):
    send({"email": "warm@up.example", **ANNA, "phone": PHONE, "company": FIRM})
    with CaptureQueriesContext(connection) as plain:
        send({"email": "x@acme.example"})
    with CaptureQueriesContext(connection) as named:
        send({"email": "y@acme.example", "first_name": "Bo", "last_name": "Ek", "phone": PHONE})

    assert len(named) == len(plain)
