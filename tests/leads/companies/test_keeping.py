"""What a person says of a company, and of whom a lead works for."""

import pytest

from accounts.policy import NotAllowed
from leadportal.db.meanwhile import ChangedMeanwhile
from leads.companies import keeping, linking
from leads.companies.keeping import CompanyRefused
from leads.ingest.leads import ingest_leads
from leads.models import Company, Lead
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer():
    return factories.marketer()


@pytest.fixture
def company():
    return factories.company("Brightwater", domain="brightwater.example", employees=5)


def test_what_is_typed_stands_and_all_who_work_there_are_judged_anew(company, marketer):
    lead = factories.lead(company=company)
    factories.nothing_due()

    keeping.edit(company, {"employees": 500}, marketer)
    item = {"email": "a@brightwater.example", "company": {"name": "Brightwater", "employees": 7}}
    ingest_leads([item], integration=factories.integration())

    company.refresh_from_db()
    assert (company.employees, company.typed["employees"]["value"]) == (500, 7)
    assert company.said["employees"]["person"] == marketer.pk
    assert lead.pk in factories.due()


def test_by_its_old_name_and_domain_a_company_is_still_found(company, marketer):
    lead = factories.lead(company=company)

    keeping.edit(company, {"name": "Wrenfield", "domain": "wrenfield.example"}, marketer)
    keeping.edit(company, {"name": "Wrenfield Group"}, marketer)

    for item in ({"email": "a@brightwater.example"}, {"email": "a@wrenfield.example"}):
        ingest_leads([item], integration=factories.integration())
    lead.refresh_from_db()
    assert set(Lead.objects.values_list("company", flat=True)) == {company.pk}
    assert "wrenfield group" in lead.search_key


def test_a_company_gets_its_former_domain_and_name_back(company, marketer):
    keeping.edit(company, {"name": "Wrenfield", "domain": "wrenfield.example"}, marketer)

    company = keeping.edit(
        company, {"name": "Brightwater", "domain": "brightwater.example"}, marketer
    )

    assert (company.name, company.domain) == ("Brightwater", "brightwater.example")


def test_the_name_or_domain_of_another_is_refused(company, marketer):
    other = factories.company("Old Mill", domain="")
    bare = factories.company("Wrenfield", domain="")

    with pytest.raises(CompanyRefused) as refused:
        keeping.edit(other, {"domain": "brightwater.example"}, marketer)
    assert refused.value.field == "domain"
    with pytest.raises(CompanyRefused) as refused:
        keeping.edit(bare, {"name": "Old Mill Ltd"}, marketer)
    assert refused.value.field == "name"


def test_nobody_writes_over_what_somebody_saved_meanwhile(company, marketer):
    read = {"employees": 5, "industry": company.industry}
    keeping.edit(company, {"employees": 500}, marketer)

    with pytest.raises(ChangedMeanwhile):
        keeping.edit(company, {"employees": 50}, marketer, read=read)
    keeping.edit(company, {"employees": 5, "industry": "Fish"}, marketer, read=read)

    company.refresh_from_db()
    assert (company.employees, company.industry) == (500, "Fish")


def test_a_refusal_sticks_until_a_person_takes_it_back(marketer):
    website = factories.integration()
    item = {"email": "ana@brightwater.example", "company": "Brightwater"}
    ingest_leads([item], integration=website)
    lead = Lead.objects.get()
    company = lead.company

    linking.refuse(lead, company, marketer)
    ingest_leads([item], integration=website)
    lead.refresh_from_db()
    assert lead.company is None
    assert lead.changes.get().fields == {"company": ["Brightwater", ""]}

    linking.link(lead, company, marketer)
    ingest_leads([item | {"company": "Wrenfield"}], integration=website)
    lead.refresh_from_db()
    assert (lead.company, lead.not_of) == (company, None)
    assert lead.typed["company"]["value"] == "Wrenfield"


def test_who_looks_at_an_old_page_refuses_nothing_else(company, marketer):
    lead = factories.lead(company=factories.company("Wrenfield"))

    with pytest.raises(linking.LinkRefused):
        linking.refuse(lead, company, marketer)
    company.merged_into = lead.company
    company.save()
    with pytest.raises(linking.LinkRefused):
        linking.link(lead, company, marketer)


def test_a_rep_says_it_of_the_leads_they_hold(company):
    rep = factories.rep()
    held, other = factories.lead(company=company, owner=rep), factories.lead(company=company)

    linking.refuse(held, company, rep)
    with pytest.raises(NotAllowed):
        linking.refuse(other, company, rep)

    assert Company.objects.get(pk=company.pk).leads.get() == other
