"""Whom a lead works for: strangers are never one, and the sender knows better than a mail."""

import pytest

from leads.editing import editing
from leads.ingest.leads import ingest_leads
from leads.models import Company, Lead
from leads.no_company import says_nothing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def website():
    return factories.integration()


@pytest.fixture
def company_of(website):
    """Send a lead; whom it works for by then."""

    def send(email="", **company):
        item = {"email": email} if email else {"external_id": str(Lead.objects.count())}
        given = company.pop("company", company) or None
        (result,) = ingest_leads([item | {"company": given}], integration=website)
        assert not result.errors
        return Lead.objects.get(pk=result.lead_id).company

    return send


@pytest.mark.parametrize(
    "site",
    [
        "gmail.com",
        "facebook.com/brightwater",
        "https://www.linkedin.com/company/brightwater",
        "instagram.com/brightwater",
        "etsy.com/shop/brightwater",
        "www.myshopify.com",
        "wordpress.com",
        "sites.google.com/view/brightwater",
        "linktr.ee/brightwater",
        "https://google.com/maps/place/brightwater",
        "mailinator.com",
    ],
)
def test_a_site_that_is_nobodys_own_makes_no_two_strangers_one(company_of, site):
    first = company_of(name="Brightwater", domain=site)
    second = company_of(name="Wrenfield", domain=site)

    assert (first.name, first.domain) == ("Brightwater", "")
    assert (second.name, second.domain) == ("Wrenfield", "")
    assert company_of(domain=site) is None


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("brightwater.myshopify.com", "brightwater.myshopify.com"),
        ("https://brightwater.wordpress.com/about", "brightwater.wordpress.com"),
        ("www.brightwater.github.io", "brightwater.github.io"),
        ("brightwater.blogspot.de", "brightwater.blogspot.de"),
        ("shop.brightwater.co.uk", "brightwater.co.uk"),
    ],
)
def test_below_a_host_the_whole_name_is_somebodys(company_of, site, domain):
    assert company_of(domain=site).domain == domain


@pytest.mark.parametrize(
    "name",
    ["n/a", "None", "-", "Self-employed", "Private", "unknown", "Freelance", "Student", "test"]
    + ["xxxx", "123"]
    + [
        "Selbstständig",
        "Étudiante",
        "Autónomo",
        "Частное лицо",
        "個人事業主",
        "무직",
        "لا يوجد",
        "xxxx",
        "123",
    ],
)
def test_a_name_that_says_nothing_is_no_company(company_of, name):
    assert company_of(company=name) is None
    assert company_of("ana@brightwater.example", name=name).domain == "brightwater.example"


@pytest.mark.parametrize("name", ["Acme", "3M", "1&1", "X", "AAA", "Nada Foods", "Testo", "小米"])
def test_a_name_that_says_something_is_one(name):
    assert not says_nothing(name)


def test_a_company_that_was_named_outranks_the_mail(company_of):
    agency = company_of("jo@adworks.example")

    assert company_of("leads@adworks.example", company="Client Foods").name == "Client Foods"
    assert company_of("sales@adworks.example", domain="client.example").domain == "client.example"
    assert Company.objects.filter(domain="adworks.example").get() == agency


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Brightwater GmbH", "ana@brightwater.example"),
        ("Brightwater Foods", "ana@brightwater-foods.example"),
        ("International Business Machines", "ana@ibm.example"),
        ("Deutsche Telekom AG", "ana@telekom.example"),
    ],
)
def test_a_name_that_is_like_the_mails_domain_is_that_company(company_of, name, email):
    of_mail = company_of(email.replace("ana", "maya"))

    named = company_of(email, company=name)

    assert named == of_mail
    assert named.name == name


def test_a_company_whose_mail_is_called_otherwise_is_found_by_the_name_it_has(company_of):
    known = company_of("ana@nwt.example", name="Northwind Traders", domain="nwt.example")

    assert company_of("maya@nwt.example", company="Northwind Traders Ltd.") == known


def test_the_site_says_the_name_later_and_who_works_there_does_not(company_of):
    company_of("ana@nwt.example", name="Nwt", domain="nwt.example")

    company_of("maya@nwt.example", company="NWT Europe")
    assert Company.objects.get(domain="nwt.example").name == "Nwt"

    company_of("jo@nwt.example", name="Northwind Traders", domain="nwt.example")
    assert Company.objects.get(domain="nwt.example").name == "Northwind Traders"


def test_of_several_words_in_one_batch_the_last_counts(website):
    items = [
        {"email": f"{n}@x.example", "company": {"name": "X", "employees": n}} for n in (5, 7, 9)
    ]

    ingest_leads(items, integration=website)
    assert Company.objects.get().employees == 9

    ingest_leads(items, integration=website)
    assert Company.objects.get().employees == 9


def test_a_value_says_whose_word_it_is(company_of, website):
    found = company_of("ana@brightwater.example", name="Brightwater", employees=5)
    assert found.said["employees"]["integration"] == website.pk

    person = factories.marketer()
    payload = {"phone": "1", "company": {"domain": "brightwater.example", "industry": "Food"}}
    editing.create(payload, person)

    found.refresh_from_db()
    assert found.said["industry"]["person"] == person.pk
    assert found.typed == {"industry": None}


def test_what_a_person_typed_of_a_company_stands_and_the_machine_is_heard_beside(company_of):
    payload = {"phone": "1", "company": {"domain": "brightwater.example", "employees": 500}}
    editing.create(payload, factories.marketer())
    factories.nothing_due()

    found = company_of("ana@brightwater.example", name="Brightwater", employees=5)

    assert found.employees == 500
    assert found.typed["employees"]["value"] == 5
    assert company_of("jo@brightwater.example", employees=500).typed["employees"] is None


def test_what_was_merged_away_is_found_by_its_name_and_domain(company_of):
    heir = factories.company("Brightwater", domain="brightwater.example")
    factories.company("Wrenfield", domain="wrenfield.example", merged_into=heir)
    factories.company("Old Mill", merged_into=heir)

    assert company_of("ana@wrenfield.example") == heir
    assert company_of(company="Wrenfield Ltd") == heir
    assert company_of(company="Old Mill") == heir


def test_a_lead_that_does_not_belong_to_a_company_is_never_linked_there_again(company_of, website):
    company_of("ana@brightwater.example")
    lead = Lead.objects.get()
    Lead.objects.update(company=None, not_of=[lead.company_id])

    assert company_of("ana@brightwater.example", company="Brightwater") is None
    assert company_of("ana@brightwater.example", company="Wrenfield").name == "Wrenfield"


def test_a_person_who_types_that_somebody_is_freelance_says_that_there_is_no_company(company_of):
    company_of("ana@brightwater.example")

    editing.edit(Lead.objects.get(), {"company": "Freelance"}, factories.marketer())

    assert Lead.objects.get().company is None
    assert company_of("ana@brightwater.example", company="Brightwater") is None
