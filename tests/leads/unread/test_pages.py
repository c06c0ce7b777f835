"""The page of values that were not understood, and the lead's page that shows them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from leads.ingest.leads import ingest_leads
from leads.models import Lead, Meaning
from leads.unread import rereading
from tests import factories

pytestmark = pytest.mark.django_db
MEANING = "/settings/values/meaning?system={}&field=country&value=hollandland"


@pytest.fixture
def website(db):
    made = factories.integration()
    ingest_leads(
        [
            {"email": "ann@brightwater.example", "country": "Hollandland"},
            {"email": "ben@brightwater.example", "country": "HOLLANDLAND"},
            {"email": "eve@brightwater.example", "country": "<b>Narnia</b>"},
        ],
        integration=made,
    )
    return made


def client_of(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(role))
    return client


@pytest.fixture
def manager(db):
    return client_of(Role.MARKETING_MANAGER)


def body(answer) -> str:
    return answer.content.decode()


def test_the_page_counts_leads_by_system_field_and_value(manager, website):
    page = body(manager.get("/settings/values"))

    assert page.lower().index("hollandland") < page.lower().index("&lt;b&gt;narnia")
    assert f"not_understood={website.pk}%2Fcountry%2Fhollandland" in page
    assert "2 values" in page
    assert "Values not understood" in body(manager.get("/settings"))


def test_a_count_opens_exactly_those_leads(manager, website):
    page = body(manager.get(f"/leads?not_understood={website.pk}/country/hollandland"))

    assert "ann@brightwater.example" in page and "ben@brightwater.example" in page
    assert "eve@brightwater.example" not in page
    assert "“hollandland”, not understood" in page
    for nonsense in ("", "x", "1", "9" * 40, "1/country/\u0661"):
        assert manager.get("/leads", {"not_understood": nonsense}).status_code == 200


def test_a_value_is_given_a_meaning_in_a_few_clicks(manager, website):
    url = MEANING.format(website.pk)
    form = body(manager.get(url))
    assert "2 leads said so" in form and "Netherlands" in form

    page = body(manager.post(url, {"means": "NL", "edition": "0"}, follow=True))
    rereading.drain()

    assert "means" in page and "Netherlands" in page
    assert Lead.objects.filter(country="NL").count() == 2
    again = body(manager.get("/settings/values"))
    assert "What values mean" in again and "being read again" not in again


def test_it_may_say_nothing_and_a_meaning_is_taken_away(manager, website):
    url = MEANING.format(website.pk)
    unsaid = manager.post(url, {"means": "", "edition": "0"})
    assert unsaid.status_code == 422
    assert not Meaning.objects.exists()

    said = {"means": "NL", "nothing": "yes", "edition": "0"}
    page = body(manager.post(url, said, follow=True))
    assert "says nothing, for" in page
    assert Meaning.objects.get().now == {"is": None}

    forget = url.replace("meaning", "forget", 1)
    assert "Take the meaning away" in body(manager.get(url))
    page = body(manager.post(forget, {"edition": "1"}, follow=True))
    rereading.drain()

    assert "nothing we know again" in page
    assert not Meaning.objects.exists()


def test_who_is_slower_reads_what_it_means_now(manager, website):
    url = MEANING.format(website.pk)
    client_of(Role.SALES_MANAGER).post(url, {"means": "NL", "edition": "0"})

    answer = manager.post(url, {"means": "HN", "edition": "0"})

    assert answer.status_code == 409
    assert "Netherlands" in body(answer)
    assert Meaning.objects.get().now == {"is": "NL"}


def test_what_it_cannot_mean_is_said_at_the_field(manager, website):
    answer = manager.post(MEANING.format(website.pk), {"means": "Atlantis", "edition": "0"})

    assert answer.status_code == 422
    assert not Meaning.objects.exists()


def test_a_value_nobody_sent_is_not_there(manager, website):
    for query in ("", "system=1&field=x&value=y", f"system={website.pk}&field=country&value=zz"):
        assert manager.get(f"/settings/values/meaning?{query}").status_code == 404
        assert manager.post(f"/settings/values/forget?{query}").status_code == 404


@pytest.mark.parametrize("role", [Role.SALES, Role.MARKETING])
def test_others_see_none_of_it(website, role):
    client, url = client_of(role), MEANING.format(website.pk)

    assert client.get("/settings/values").status_code == 403
    assert client.get(url).status_code == 403
    assert client.post(url, {"means": "NL", "edition": "0"}).status_code == 403


def test_a_get_of_what_only_writes_leads_to_the_page(manager):
    assert manager.get("/settings/values/forget")["Location"] == "/settings/values"


def test_more_values_ask_the_database_no_more(manager, website, django_assert_num_queries):
    manager.get("/settings/values")
    with CaptureQueriesContext(connection) as few:
        manager.get("/settings/values")
    ingest_leads(
        [{"email": f"p{n}@x.example", "country": f"Land {n}"} for n in range(120)],
        integration=website,
    )
    with django_assert_num_queries(len(few)):
        page = body(manager.get("/settings/values"))
    assert "the 100 values of most leads" in page


def test_one_system_is_shown_alone(manager, website):
    crm = factories.integration("CRM")
    ingest_leads([{"email": "tom@x.example", "country": "Mordor"}], integration=crm)

    page = body(manager.get(f"/settings/values?system={crm.pk}"))

    assert "Mordor" in page and "Hollandland" not in page


def test_the_leads_page_shows_what_was_not_understood_where_it_would_stand(manager, website):
    factories.live_version()
    ingest_leads(
        [
            {
                "email": "ann@brightwater.example",
                "estimated_value": "a lot",
                "job_title": {"a": 1},
                "company": {"name": "Brightwater", "employees": "many", "country": "Mordor"},
                "attributes": {"odd": {"a": 1}},
                "consent": {"marketing": "hmm"},
                "external_id": True,
                "website": "<i>none</i>",
            },
            {"phone": "+46401234567", "company": {"employees": "51-200"}},
        ],
        integration=website,
    )
    ann, stranger = Lead.objects.get(email="ann@brightwater.example"), Lead.objects.latest("pk")

    page = body(manager.get(f"/leads/{ann.pk}"))

    for value in ("Hollandland", "a lot", "many", "Mordor", "hmm", "&lt;i&gt;none"):
        assert value in page, value
    assert "Not understood" in page and "sent by" in page
    assert "A range was sent" in body(manager.get(f"/leads/{stranger.pk}"))


def test_the_leads_page_asks_no_query_more(manager, website, django_assert_num_queries):
    factories.live_version()
    lead = Lead.objects.get(email="ann@brightwater.example")
    manager.get(f"/leads/{lead.pk}")
    with CaptureQueriesContext(connection) as with_one:
        manager.get(f"/leads/{lead.pk}")
    lead.unread_values.all().delete()
    with django_assert_num_queries(len(with_one)):
        manager.get(f"/leads/{lead.pk}")
