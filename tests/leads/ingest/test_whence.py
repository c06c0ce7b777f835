"""Where a lead came from at first stands; where it came from last is kept beside."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from leads.editing import editing
from leads.ingest.leads import ingest_leads
from leads.models import Campaign, Lead, LeadChange, Source
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

MAYA = "maya@brightwater.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def api(db: None) -> Api:
    return Api()


def post(at: datetime = NOON, **said: object) -> Lead:
    (result,) = ingest_leads(
        [{"email": MAYA} | said], integration=factories.integration(), at=at, keeps_dates=True
    )
    assert not result.errors
    return Lead.objects.select_related("source", "campaign", "last_source").get()


def names(lead: Lead) -> list[str | None]:
    """Source and campaign, those of the last time."""
    rows = (lead.source, lead.campaign, lead.last_source, lead.last_campaign)
    return [row.name if row else None for row in rows]


def test_a_second_form_leaves_where_they_came_from() -> None:
    post(source="Webinar", campaign="Q1")

    lead = post(NOON + timedelta(days=2), source="Newsletter", campaign="March issue")

    assert names(lead) == ["Webinar", "Q1", "Newsletter", "March issue"]
    assert lead.last_came_at == NOON + timedelta(days=2)
    change = LeadChange.objects.get()
    assert change.fields["came"][0] is None
    assert change.fields["came"][1] | {"source_id": 0, "campaign_id": 0} == {
        "source": "Newsletter",
        "campaign": "March issue",
        "source_id": 0,
        "campaign_id": 0,
        "tags": None,
        "at": lead.last_came_at.isoformat(),
    }


def test_the_last_time_is_the_last() -> None:
    post(source="Webinar")
    post(NOON + timedelta(days=1), source="Newsletter", campaign="March issue")

    lead = post(NOON + timedelta(days=2), source="Webinar")

    assert names(lead) == ["Webinar", None, "Webinar", None]
    newest = LeadChange.objects.first()
    assert newest and newest.fields["came"][0]["campaign"] == "March issue"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"source": "webinar"},
        {"campaign": "q1"},
        {"source": "WEBINAR", "campaign": "Q-1"},
        {"utm_medium": "cpc"},
        {"job_title": "CFO"},
    ],
)
def test_who_says_the_same_again_does_not_come_again(said) -> None:
    post(source="Webinar", campaign="Q1", utm_medium="cpc")

    lead = post(NOON + timedelta(days=1), **said)

    assert names(lead) == ["Webinar", "Q1", None, None]
    assert lead.last_came_at is None


def test_a_campaign_of_a_later_time_is_not_that_of_the_first() -> None:
    post(source="Webinar")

    lead = post(source="Newsletter", campaign="March issue")

    assert names(lead) == ["Webinar", None, "Newsletter", "March issue"]


def test_a_campaign_alone_comes_with_its_source() -> None:
    factories.campaign("March issue", source=factories.source("Newsletter"))
    post(source="Webinar")

    lead = post(campaign="March issue")

    assert names(lead) == ["Webinar", None, "Newsletter", "March issue"]


def test_the_same_person_twice_in_a_batch_came_first_by_the_first() -> None:
    items = [{"email": MAYA, "source": "Webinar"}, {"email": MAYA, "source": "Newsletter"}]

    ingest_leads(items, integration=factories.integration(), at=NOON)

    assert names(Lead.objects.get()) == ["Webinar", None, "Newsletter", None]


def test_what_is_told_late_is_not_the_last_time() -> None:
    post(source="Webinar")
    post(NOON + timedelta(days=9), source="Newsletter")

    lead = post(
        NOON + timedelta(days=10), source="Fair", created_at=(NOON + timedelta(days=3)).isoformat()
    )

    assert names(lead) == ["Webinar", None, "Newsletter", None]


def test_a_source_that_nobody_told_is_told_by_the_first_who_does() -> None:
    post()

    lead = post(source="Newsletter", campaign="March issue")

    assert names(lead) == ["Newsletter", "March issue", None, None]


def test_tags_of_both_times_are_kept() -> None:
    post(source="Ads", utm_source="google", gclid="Cj0", attributes={"utm_medium": "cpc", "n": 1})

    lead = post(NOON + timedelta(days=1), attributes={"utm_source": "linkedin", "li_fat_id": "7f"})

    assert lead.tags == {"utm_source": "google", "utm_medium": "cpc", "gclid": "Cj0"}
    assert lead.last_tags == {"utm_source": "linkedin", "li_fat_id": "7f"}
    # As before, criteria may ask for them as attributes.
    assert lead.attributes == {
        "utm_medium": "cpc",
        "n": 1,
        "utm_source": "linkedin",
        "li_fat_id": "7f",
    }


def test_a_person_corrects_the_first_time() -> None:
    lead = post(source="Webinar")
    post(source="Newsletter")
    lead.refresh_from_db()

    editing.edit(lead, {"source": "Trade fair", "campaign": "Hall 4"}, factories.marketer())
    lead = post(NOON + timedelta(days=1), source="Partner")

    assert names(lead) == ["Trade fair", "Hall 4", "Partner", None]
    assert LeadChange.objects.filter(fields__source=["Webinar", "Trade fair"]).exists()


def test_an_integration_changes_neither_and_empties_neither(api: Api) -> None:
    lead = post(source="Webinar", campaign="Q1")
    path, as_it_is = f"/leads/{lead.pk}", {"If-Match": "*"}

    emptied = api.send("PATCH", path, {"source": None}, **as_it_is)
    changed = api.send("PATCH", path, {"source": "CRM", "utm_source": "crm"}, **as_it_is)

    assert emptied.status_code == 400
    assert emptied.json()["errors"][0]["code"] == "never_emptied"
    told = changed.json()
    assert (told["source"], told["campaign"]) == ("Webinar", "Q1")
    assert (told["last_source"], told["last_campaign"]) == ("CRM", None)
    assert (told["tags"], told["last_tags"]) == ({}, {"utm_source": "crm"})


def test_the_api_tells_who_came_once_came_last_as_first(api: Api) -> None:
    lead = post(source="Webinar", campaign="Q1", gclid="Cj0")

    told = api.get(f"/leads/{lead.pk}").json()

    assert (told["last_source"], told["last_campaign"]) == ("Webinar", "Q1")
    assert told["tags"] == told["last_tags"] == {"gclid": "Cj0"}
    assert told["last_came_at"] == told["created_at"]


def test_the_database_lets_no_other_hand_change_it() -> None:
    lead = post(source="Webinar", campaign="Q1")
    other = factories.source("Newsletter")

    for change in ({"source": other}, {"source": None}, {"campaign": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**change)


@pytest.mark.parametrize(
    "written", ["google-ads", "GOOGLE ADS", "Google_Ads", "googleads", "Google–Ads"]
)
def test_a_name_is_one_however_it_is_written(written) -> None:
    post(source="Google Ads", campaign="Spring sale")

    (result,) = ingest_leads(
        [{"email": "b@y.example", "source": written, "campaign": "spring_sale"}],
        integration=factories.integration(),
    )

    other = Lead.objects.get(pk=result.lead_id)
    assert (Source.objects.count(), Campaign.objects.count()) == (1, 1)
    assert names(other)[:2] == ["Google Ads", "Spring sale"]


def test_the_database_knows_one_name() -> None:
    factories.source("Google Ads")

    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(name="google-ads", key="google - ads")


def test_the_page_tells_both_times() -> None:
    post(source="Webinar", campaign="Q1", utm_source="google")
    lead = post(NOON + timedelta(days=2), source="Newsletter", gclid="Cj0")
    client = Client()
    client.force_login(factories.marketer())

    page = client.get(lead.get_absolute_url()).content.decode()

    for told in ("Webinar", "Q1", "UTM source", "Came again", "Last source", "Last google click"):
        assert told in page
    assert "Source: Newsletter · Google click: Cj0" in page
    assert "Source: Webinar · Campaign: Q1" in page


def test_handoffs_keep_what_their_lead_came_from() -> None:
    lead = factories.lead(source=factories.source("Webinar"), stage="sql", fit=49, intent=40)
    handoff = factories.handoff(lead)

    editing.edit(lead, {"source": "Trade fair"}, factories.marketer())

    handoff.refresh_from_db()
    assert handoff.source and handoff.source.name == "Webinar"
