"""Many processes, the same people: whoever is later finds what the faster one wrote."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.ingest.results import Status
from leads.models import Company, Event, ExternalId, Lead, Source, StageChange
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, PEOPLE = 6, 60


def in_parallel(work, arguments):
    def alone(argument):
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(alone, arguments))


def test_overlapping_batches_make_each_person_once():
    website = factories.integration()

    def batch(seed):
        order = list(range(PEOPLE))
        random.Random(seed).shuffle(order)
        people = [
            {
                "external_id": f"id-{n}",
                "email": f"p{n}@c{n % 7}.example",
                "company": {"name": f"C{n % 7}", "employees": seed + 1},
                "source": f"Source {n % 3}",
                "campaign": f"Campaign {n % 5}",
                "attributes": {f"a{n % 4}": seed},
                "consent": {"marketing": True},
            }
            # Some are known by the mail alone, some by the id alone.
            | ({"email": None} if n % 10 == 3 else {})
            for n in order[: PEOPLE * 2 // 3]
        ]
        return ingest_leads(people, integration=website)

    results = in_parallel(batch, range(WORKERS * 3))

    everybody = [result for batch in results for result in batch]
    assert not [result for result in everybody if result.errors]
    created = [result.lead_id for result in everybody if result.status is Status.CREATED]
    assert len(created) == len(set(created)) == Lead.objects.count() == PEOPLE
    assert ExternalId.objects.count() == PEOPLE
    assert StageChange.objects.count() == PEOPLE
    assert Company.objects.exclude(domain="").count() == 7
    assert Source.objects.count() == 3


def test_single_posts_of_one_person_make_one_lead():
    website = factories.integration()
    person = {"email": "maya@brightwater.example"}

    results = in_parallel(
        lambda n: ingest_leads([person | {"external_id": f"id-{n}"}], integration=website),
        range(40),
    )

    statuses = [str(result.status) for (result,) in results]
    assert statuses.count("created") == 1
    assert Lead.objects.count() == 1
    assert ExternalId.objects.count() == 40


def test_overlapping_events_are_kept_once_and_their_people_made_once():
    website = factories.integration()

    def batch(seed):
        order = list(range(PEOPLE))
        random.Random(seed).shuffle(order)
        events = [
            {"type": "chat", "external_id": f"e{n}", "lead": {"email": f"p{n % 20}@x.example"}}
            for n in order
        ]
        return ingest_events(events, integration=website)

    in_parallel(batch, range(WORKERS * 2))

    assert Event.objects.count() == PEOPLE
    assert Lead.objects.count() == 20


def test_two_batches_that_fill_different_blanks_of_a_company_both_count():
    website = factories.integration()
    facts = [{"employees": 600}, {"industry": "Food"}, {"country": "SE"}]
    for round_ in range(5):
        domain = f"round{round_}.example"
        ingest_leads([{"email": f"first@{domain}"}], integration=website)

        in_parallel(
            lambda n, domain=domain: ingest_leads(
                [
                    {
                        "email": f"p{n}@{domain}",
                        "company": {"domain": domain, "name": "Filled", **facts[n]},
                    }
                ],
                integration=website,
            ),
            range(3),
        )

        company = Company.objects.get(domain=domain)
        assert (company.name, company.employees) == ("Filled", 600)
        assert (company.industry, company.country) == ("Food", "SE")


def test_a_migration_that_changes_a_column_under_a_plan_costs_no_lead():
    website = factories.integration()
    lead = {"email": "maya@brightwater.example", "source": "Demo form"}
    ingest_leads([lead], integration=website)
    with factories.as_owner() as cursor:
        cursor.execute("ALTER TABLE leads_source ALTER COLUMN name TYPE varchar(81)")

    try:
        (result,) = ingest_leads([lead | {"first_name": "Maya"}], integration=website)
        assert result.status is Status.MATCHED
    finally:
        with factories.as_owner() as cursor:
            cursor.execute("ALTER TABLE leads_source ALTER COLUMN name TYPE varchar(80)")
