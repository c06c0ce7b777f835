from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Integration
from funnel.stages import Stage
from leads.ingest.results import BatchRefused, Status
from leads.models import (
    Campaign,
    Company,
    Consent,
    ExternalId,
    Lead,
    LeadChange,
    SeenAttribute,
    Source,
    StageChange,
)
from tests import factories

pytestmark = pytest.mark.django_db
MAYA = {"external_id": "crm-1", "email": "Maya@Brightwater.example", "first_name": "Maya"}
THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def statuses(results):
    return [str(result.status) for result in results]


def test_a_new_lead_is_an_inquiry_with_one_row_of_history(one, integration):
    lead = one(**MAYA)

    assert (lead.stage, factories.due()) == ("inquiry", {lead.pk})
    change = StageChange.objects.get(lead=lead)
    assert (change.origin, change.target, change.actor) == ("", "inquiry", "integration")
    assert change.integration == integration


def test_every_time_of_a_new_lead_is_the_stated_one(send):
    (result,) = send(MAYA, at=THEN)

    lead = Lead.objects.get(pk=result.lead_id)
    assert {lead.created_at, lead.updated_at, lead.stage_since} == {THEN}
    assert (lead.judgement.rescore_at, lead.judgement.version) == (THEN, None)
    assert StageChange.objects.get().at == THEN


def test_the_external_id_finds_the_lead_again(send):
    first = send({"external_id": "crm-1", "first_name": "Maya"})[0]
    again = send({"external_id": "crm-1", "email": "maya@brightwater.example"})[0]

    assert (again.status, again.lead_id) == (Status.MATCHED, first.lead_id)
    assert Lead.objects.get().email_key == "maya@brightwater.example"


def test_an_external_id_means_nothing_to_another_integration(send):
    send({"external_id": "1", "phone": "1"})
    other = Integration.objects.create(name="CRM")

    (result,) = send({"external_id": "1", "phone": "1"}, integration=other)

    assert result.status == Status.CREATED
    assert Lead.objects.count() == 2


def test_the_mail_finds_the_lead_whatever_its_case(send):
    send(MAYA)

    (result,) = send({"external_id": "crm-2", "email": "MAYA@brightwater.EXAMPLE"})

    assert result.status == Status.MATCHED
    assert set(ExternalId.objects.values_list("value", flat=True)) == {"crm-1", "crm-2"}


def test_a_role_address_identifies_nobody(send):
    results = send({"email": "info@brightwater.example"}, {"email": "info@brightwater.example"})

    assert statuses(results) == ["created", "created"]
    assert set(Lead.objects.values_list("email_kind", "email_key")) == {("role", "")}


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@brightwater.example", "work"),
        ("a@gmail.com", "free"),
        ("a@mailinator.com", "disposable"),
        ("sales+de@brightwater.example", "role"),
    ],
)
def test_the_kind_of_a_mail_address_is_known(one, email, kind):
    assert one(email=email).email_kind == kind


def test_fields_sent_overwrite_and_null_or_blank_never_clear(one):
    one(**MAYA, job_title="VP Operations", country="SE")

    lead = one(external_id="crm-1", job_title="COO", country=None, first_name=" ")

    assert (lead.job_title, lead.job_title_key) == ("COO", " coo ")
    assert (lead.country, lead.first_name) == ("SE", "Maya")
    change = LeadChange.objects.get()
    assert change.fields == {"job_title": ["VP Operations", "COO"]}


def test_the_same_again_writes_nothing(send):
    full = MAYA | {
        "company": {"name": "Brightwater Foods", "employees": 610},
        "source": "Demo form",
        "campaign": "Nordic",
        "estimated_value": "1200.50",
        "attributes": {"tool": "Sheets", "seats": 12, "langs": ["sv", "en"]},
        "consent": {"marketing": True},
        "phone": "+46 40 123 45 67",
    }
    send(full)
    factories.nothing_due()
    before = Lead.objects.values().get()

    (result,) = send(full)

    assert result.status == Status.MATCHED
    assert Lead.objects.values().get() == before
    assert not factories.due()
    assert (LeadChange.objects.count(), Consent.objects.count()) == (0, 1)


def test_the_external_id_wins_and_the_mail_stays_with_its_owner(send):
    a, b = send({"external_id": "A", "email": "a@x.example"}, {"email": "b@x.example"})

    (result,) = send({"external_id": "A", "email": "b@x.example", "first_name": "Ann"})

    assert (result.status, result.lead_id) == (Status.MATCHED, a.lead_id)
    first, second = Lead.objects.order_by("id")
    assert (first.email, first.first_name) == ("a@x.example", "Ann")
    assert (second.email, second.first_name) == ("b@x.example", "")


def test_the_same_person_in_a_batch_is_a_duplicate_whose_fields_still_count(send):
    results = send(MAYA, {"email": "x@y.example"}, MAYA | {"first_name": "Maja", "city": "Lund"})

    assert statuses(results) == ["created", "created", "duplicate"]
    assert results[2].first_index == 0
    lead = Lead.objects.get(pk=results[0].lead_id)
    assert (lead.first_name, lead.city) == ("Maja", "Lund")
    assert not LeadChange.objects.exists()


def test_a_chain_of_ids_and_mails_in_a_batch_is_one_person(send):
    results = send(
        {"external_id": "1", "email": "a@x.example"},
        {"external_id": "2", "email": "a@x.example"},
        {"external_id": "2", "email": "b@x.example"},
        {"email": "b@x.example"},
    )

    assert statuses(results) == ["created", "duplicate", "duplicate", "duplicate"]
    assert Lead.objects.get().email == "b@x.example"


def test_a_lead_that_was_merged_away_means_its_heir(send, one):
    gone = one(external_id="old", email="old@x.example")
    heir = one(external_id="new", email="new@x.example")
    factories.merged(gone, heir)

    by_id, by_mail = send({"external_id": "old", "city": "Lund"}, {"email": "old@x.example"})

    assert (by_id.lead_id, by_mail.lead_id) == (heir.pk, heir.pk)
    assert Lead.objects.count() == 2


def test_an_erased_person_stays_erased(send, one):
    lead = one(external_id="x", email="x@x.example")
    factories.moved(lead, Stage.ERASED, email="", email_key="")

    (result,) = send({"external_id": "x", "first_name": "Back"})

    assert (result.status, result.errors[0].code) == (Status.REFUSED, "erased")


def test_one_bad_item_sinks_nobody_else(send):
    items = [{"email": f"p{n}@x.example"} for n in range(1000)]
    for n in range(0, 137 * 7, 7):
        items[n] = {"email": "nonsense"}

    results = send(*items)

    refused = [result.index for result in results if result.status == Status.REFUSED]
    assert refused == list(range(0, 137 * 7, 7))
    assert Lead.objects.count() == 863
    assert statuses(send(*items)).count("created") == 0


def test_all_or_none_writes_nothing_when_one_is_refused(send):
    with pytest.raises(BatchRefused) as caught:
        send(MAYA, {"email": "nonsense"}, all_or_none=True)

    assert [result.index for result in caught.value.refused] == [1]
    assert not Lead.objects.exists()


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    send, django_assert_num_queries, django_assert_max_num_queries
):
    def batch(size):
        return [
            {
                "external_id": f"{size}-{n}",
                "email": f"p{n}@c{n}-{size}.example",
                "company": f"C {n} {size}",
                "source": f"S {n} {size}",
                "attributes": {"tool": "x"},
                "consent": {"marketing": True},
            }
            for n in range(size)
        ]

    send(*batch(1))
    with django_assert_max_num_queries(25) as few:
        send(*batch(2))
    with django_assert_num_queries(len(few)):
        send(*batch(60))


# --- refusing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        ({"first_name": "Ann"}, "", "required"),
        ({"email": "a@x.example", "nonsense": 1}, "/nonsense", "unknown_field"),
        ({"email": "a@x.example", "stage": "sql"}, "/stage", "read_only"),
        ({"email": 1}, "/email", "wrong_type"),
        ({"email": "a@b"}, "/email", "invalid_email"),
        ({"email": "a@x.example", "country": "Narnia"}, "/country", "unknown_country"),
        ({"email": "a@x.example", "city": "x" * 101}, "/city", "too_long"),
        ({"email": "a@x.example", "company": {"size": 1}}, "/company/size", "unknown_field"),
        (
            {"email": "a@x.example", "company": {"name": "A", "employees": 1.5}},
            "/company/employees",
            "out_of_range",
        ),
        (
            {"email": "a@x.example", "consent": {"marketing": "perhaps"}},
            "/consent/marketing",
            "wrong_type",
        ),
        (
            {"email": "a@x.example", "consent": {"marketing": {"at": "2026-01-01"}}},
            "/consent/marketing/at",
            "no_offset",
        ),
        ({"email": "a@x.example", "attributes": {"a": {"b": 1}}}, "/attributes/a", "wrong_type"),
        ({"email": "a@x.example", "attributes": {"?!": 1}}, "/attributes/?!", "invalid_name"),
        (
            {"email": "a@x.example", "attributes": {"email": "x"}},
            "/attributes/email",
            "reserved_name",
        ),
        ({"email": "a@x.example", "estimated_value": -1}, "/estimated_value", "out_of_range"),
        ("text", "", "wrong_type"),
    ],
)
def test_what_is_wrong_is_named(send, item, pointer, code):
    (result,) = send(item, strict=True)

    assert (result.errors[0].pointer, result.errors[0].code) == (pointer, code)
    assert not Lead.objects.exists()


# --- values ------------------------------------------------------------------------------------


def test_a_phone_number_is_kept_the_international_way_where_that_is_known(one):
    assert one(phone="040-123 45 67", country="Sweden").phone == "+46401234567"
    assert one(phone="+1 (650) 253-0000").phone == "+16502530000"
    assert one(phone="040 123").phone == "040 123"


def test_twins_follow_the_text(one):
    lead = one(
        email="a@x.example",
        first_name="Zoë",
        job_title="VP, Sales",
        city="Malmö",
        attributes={"tool": "Excel & Co", "n": 3},
    )

    assert (lead.job_title_key, lead.city_key) == (" vp , sales ", " malmo ")
    assert lead.attribute_keys == {"first_name": " zoe ", "tool": " excel & co "}
    assert lead.word_keys == {"job_title": " vp sales ", "tool": " excel co "}
    assert lead.search_key == "zoe a@x.example x.example"


def test_words_between_signs_follow_the_text(one):
    one(external_id="1", job_title="V.P.", attributes={"tool": "Excel & Co", "day": "2026-01-01"})

    lead = one(external_id="1", job_title="Sr. V.P.", attributes={"tool": "Excel"})
    assert lead.word_keys == {"job_title": " sr vp ", "day": " 2026 01 01 "}

    lead = one(external_id="1", job_title="VP", attributes={"day": 1})
    assert lead.word_keys is None


def test_a_company_that_is_named_later_has_the_words_of_its_name(one):
    one(email="ann@nord-licht.example")
    lead = one(
        email="ben@nord-licht.example",
        company={"name": "Nord-Licht", "industry": "R&D"},
    )

    assert lead.company.word_keys == {"name": " nord licht ", "industry": " r d "}


def test_money_keeps_its_cents(one):
    assert one(email="a@x.example", estimated_value=1200.5).estimated_value == Decimal("1200.50")


# --- sources and campaigns ---------------------------------------------------------------------


def test_a_source_is_made_once_whatever_its_spelling(send):
    send({"phone": "1", "source": "Google Ads"}, {"phone": "2", "source": "google  ads"})

    assert Source.objects.count() == 1


def test_the_source_is_what_was_sent_else_of_the_campaign_else_of_the_key(send):
    send({"phone": "0", "campaign": "Nordic", "source": "Paid"})

    results = send(
        {"phone": "1", "source": "Partner", "campaign": "Nordic"},
        {"phone": "2", "campaign": "nordic"},
        {"phone": "3"},
        default_source="Website",
    )

    names = [Lead.objects.get(pk=result.lead_id).source.name for result in results]
    assert names == ["Partner", "Paid", "Website"]
    assert Campaign.objects.get().source.name == "Paid"


def test_the_source_of_the_key_never_replaces_a_known_one(send):
    send({"external_id": "1", "source": "Webinar"})
    send({"external_id": "1"}, default_source="Website")

    assert Lead.objects.get().source.name == "Webinar"


# --- consent -----------------------------------------------------------------------------------


def test_a_withdrawal_acts_at_once_and_both_words_stay(one):
    one(external_id="1", consent={"marketing": True})
    factories.nothing_due()

    lead = one(external_id="1", consent={"marketing": False})

    assert lead.consent == {"marketing": False}
    assert factories.due() == {lead.pk}
    assert list(Consent.objects.order_by("id").values_list("given", flat=True)) == [True, False]


def test_an_older_word_on_consent_is_kept_but_does_not_count(one):
    now = datetime.now(UTC)
    one(external_id="1", consent={"marketing": {"given": False, "at": now.isoformat()}})

    older = {"given": True, "at": (now - timedelta(days=3)).isoformat(), "channel": "form"}
    lead = one(external_id="1", consent={"marketing": older})
    one(external_id="1", consent={"marketing": older})

    assert lead.consent == {"marketing": False}
    assert Consent.objects.count() == 2


# --- companies ---------------------------------------------------------------------------------


def test_a_company_is_found_by_the_domain_of_its_site_or_of_the_mail(send):
    send(
        {"email": "a@mail.acme.co.uk"},
        {"phone": "1", "company": {"name": "Acme", "domain": "www.acme.co.uk"}},
        {"phone": "2", "company": {"domain": "https://acme.co.uk/about", "employees": 40}},
    )

    company = Company.objects.get()
    assert (company.domain, company.name, company.employees) == ("acme.co.uk", "Acme", 40)
    assert company.leads.count() == 3


def test_a_free_mailbox_shows_no_company(one):
    assert one(email="someone@gmail.com").company is None


def test_a_company_without_a_domain_is_found_by_its_name_without_the_legal_form(send):
    send(
        {"phone": "1", "company": "ACME GmbH & Co. KG"},
        {"phone": "2", "company": "Acme"},
        {"phone": "3", "company": "Acme S.A.S."},
    )

    assert Company.objects.get().leads.count() == 3


def test_what_is_said_later_of_a_company_corrects_and_all_of_it_are_judged_anew(send, one):
    one(email="a@x.example", company={"name": "X", "employees": 5, "country": "DE"})
    colleague = one(email="b@x.example")
    factories.nothing_due()

    send({"email": "c@x.example", "company": {"name": "X", "employees": 500, "industry": "Food"}})

    company = Company.objects.get()
    told = (company.name, company.employees, company.industry, company.country)
    assert told == ("X", 500, "Food", "DE")
    assert colleague.pk in factories.due()


def test_a_new_mail_alone_does_not_move_somebody_to_another_company(one):
    one(external_id="1", email="a@x.example")

    lead = one(external_id="1", email="a@other.example")

    assert lead.company.domain == "x.example"


# --- attributes --------------------------------------------------------------------------------


def test_a_name_that_is_no_field_is_stored_and_listed(one, integration):
    lead = one(email="a@x.example", attributes={"tool": "Excel", "seats": 12, "old": None})

    assert lead.attributes == {"tool": "Excel", "seats": 12}
    assert set(SeenAttribute.objects.values_list("name", flat=True)) == {"tool", "seats"}


def test_attributes_are_added_to_those_that_are_there(one):
    one(external_id="1", attributes={"a": 1, "b": "x"})

    lead = one(external_id="1", attributes={"b": True})

    assert lead.attributes == {"a": 1, "b": True}
    assert lead.attribute_keys == {}
    assert LeadChange.objects.get().fields == {"attributes.b": ["x", True]}
