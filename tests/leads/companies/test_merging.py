"""Two companies that are one, and apart again."""

from datetime import timedelta

import pytest

from accounts.policy import NotAllowed
from leads.companies import keeping, linking, merging, settling
from leads.companies.keeping import CompanyRefused, MergedMeanwhile
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.models import Company, Lead
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.sales_manager()


@pytest.fixture
def pair():
    """One that stays, and one that goes."""
    return (
        factories.company("Brightwater", domain="brightwater.example", industry="", employees=5),
        factories.company("Wrenfield", domain="wrenfield.example", employees=500, country=""),
    )


def sound():
    return not [answer for answer in invariants.violations() if answer.offences]


def test_leads_names_and_what_only_one_knew_come_to_the_heir(pair, manager):
    heir, gone = pair
    former = factories.company("Old Mill", merged_into=gone)
    lead = factories.lead(company=gone)
    factories.nothing_due()

    merging.merge(gone, heir, manager, chosen={"employees": True})

    lead.refresh_from_db()
    heir.refresh_from_db()
    former.refresh_from_db()
    assert lead.company == heir
    assert "brightwater" in lead.search_key
    assert lead.changes.get().fields == {"company": ["Wrenfield", "Brightwater"]}
    told = (heir.name, heir.domain, heir.employees, heir.industry, heir.country)
    assert told == ("Brightwater", "brightwater.example", 500, "Food and beverage", "SE")
    assert former.merged_into == heir
    assert lead.pk in factories.due()
    assert sound()


def test_what_comes_under_the_other_name_or_domain_arrives_at_the_heir(pair, manager):
    heir, gone = pair
    merging.merge(gone, heir, manager)

    items = [{"email": "a@wrenfield.example"}, {"phone": "1", "company": "Wrenfield"}]
    ingest_leads(items, integration=factories.integration())

    assert set(Lead.objects.values_list("company", flat=True)) == {heir.pk}


def test_a_company_without_a_domain_gets_that_of_the_other(manager):
    heir = factories.company("Brightwater", domain="")
    gone = factories.company("Brightwater", domain="brightwater.example")

    done = merging.merge(gone, heir, manager)
    heir.refresh_from_db()
    assert heir.domain == "brightwater.example"

    merging.undo(done, manager)
    heir.refresh_from_db()
    gone.refresh_from_db()
    assert (heir.domain, gone.domain) == ("", "brightwater.example")


def test_an_undo_parts_the_two_as_they_were_but_for_what_came_since(pair, manager):
    heir, gone = pair
    moved, since = factories.lead(company=gone), factories.lead(company=heir)
    former = factories.company("Old Mill", merged_into=gone)
    done = merging.merge(gone, heir, manager, chosen={"name": True})
    keeping.edit(heir, {"country": "NO"}, manager)

    merging.undo(done, manager)

    for row in (heir, gone, moved, since, former):
        row.refresh_from_db()
    assert (moved.company, since.company, former.merged_into) == (gone, heir, gone)
    assert (heir.name, heir.industry, heir.country) == ("Brightwater", "", "NO")
    assert "wrenfield" in moved.search_key
    assert gone.merged_into is None
    assert sound()


def test_a_merge_is_undone_once_and_within_thirty_days(pair, manager):
    heir, gone = pair
    done = merging.merge(gone, heir, manager)

    with pytest.raises(CompanyRefused, match="30 days"):
        merging.undo(done, manager, at=done.at + timedelta(days=30))
    merging.undo(done, manager)
    with pytest.raises(CompanyRefused, match="undone already"):
        merging.undo(done, manager)


def test_who_comes_second_hears_that_it_was_merged(pair, manager):
    heir, gone = pair
    other = factories.company("Third")
    merging.merge(gone, heir, manager)

    with pytest.raises(MergedMeanwhile):
        merging.merge(gone, other, manager)
    with pytest.raises(MergedMeanwhile):
        keeping.edit(gone, {"name": "X"}, manager)
    with pytest.raises(CompanyRefused):
        merging.merge(heir, heir, manager)


def test_a_lead_written_meanwhile_follows(pair, manager):
    heir, gone = pair
    merging.merge(gone, heir, manager)
    late = factories.lead(company=gone)
    Company.objects.filter(pk=gone.pk).update(due_at=late.created_at)

    settling.drain()

    late.refresh_from_db()
    assert late.company == heir
    assert settling.oldest_due() is None
    assert sound()


def test_who_does_not_work_at_the_one_does_not_work_at_the_other(pair, manager):
    heir, gone = pair
    lead = factories.lead(email="ana@wrenfield.example", company=gone)
    linking.refuse(lead, gone, manager)
    there = factories.lead(company=gone, not_of=[heir.pk])

    merging.merge(gone, heir, manager)
    ingest_leads(
        [{"email": lead.email, "company": "Wrenfield"}], integration=factories.integration()
    )

    lead.refresh_from_db()
    there.refresh_from_db()
    assert (lead.company, there.company, there.not_of) == (None, heir, None)
    assert sound()


def test_a_rep_merges_nothing(pair):
    with pytest.raises(NotAllowed):
        merging.merge(*pair, factories.rep())


def test_who_refused_one_refuses_that_one_alone_when_they_are_parted(pair, manager):
    heir, gone = pair
    third = factories.company("Old Mill")
    refused = {
        factories.lead(not_of=[third.pk, gone.pk]): [third.pk, gone.pk],
        factories.lead(company=gone, not_of=[heir.pk]): [heir.pk],
        factories.lead(not_of=[gone.pk, heir.pk]): [gone.pk, heir.pk],
        factories.lead(not_of=[heir.pk]): [heir.pk],
    }
    done = merging.merge(gone, heir, manager)
    assert Lead.objects.filter(not_of__contains=[heir.pk]).count() == 3

    merging.undo(done, manager)

    for lead, not_of in refused.items():
        lead.refresh_from_db()
        assert sorted(lead.not_of or ()) == sorted(not_of)
    assert sound()
