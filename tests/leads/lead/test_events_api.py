"""What leads did, read across all of them."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from funnel.stages import Stage
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_events_of_all_leads_come_newest_first_and_page_without_a_gap(api):
    made = [
        factories.event(factories.lead(f"P {n}"), "chat", occurred_at=NOW - timedelta(hours=n))
        for n in range(5)
    ]

    seen, url = [], "/events?limit=2"
    while url:
        answer = api.get(url)
        seen += ids(answer)
        url = (answer.json()["next"] or "").partition("/api/v1")[2]

    assert seen == [event.pk for event in made]


def test_an_event_says_whose_it_is_in_both_lists(api):
    event = factories.event(factories.lead(), "demo_request", external_id="form-1")

    (row,) = api.get("/events").json()["results"]
    assert (row["lead"], row["type"], row["external_id"]) == (
        *(event.lead_id, "demo_request"),
        "form-1",
    )
    assert api.get(f"/leads/{event.lead_id}/events").json()["results"] == [row]


def test_events_are_found_by_lead_type_and_time(api, as_problem):
    lead, other = factories.lead("One"), factories.lead("Two")
    old = factories.event(lead, "chat", occurred_at=NOW - timedelta(days=9))
    new = factories.event(lead, "demo_request", occurred_at=NOW - timedelta(days=1))
    others = factories.event(other, "chat", occurred_at=NOW - timedelta(days=2))
    between = quote((NOW - timedelta(days=3)).isoformat())

    assert ids(api.get(f"/events?lead={lead.pk}")) == [new.pk, old.pk]
    assert ids(api.get("/events?type=chat")) == [others.pk, old.pk]
    assert ids(api.get(f"/events?since={between}")) == [new.pk, others.pk]
    assert ids(api.get(f"/events?until={between}")) == [old.pk]
    as_problem(api.get("/events?kind=chat"), 400)
    as_problem(api.get("/events?since=yesterday"), 400)


def test_a_rep_reads_events_of_leads_they_see(client):
    dana = factories.rep()
    seen = factories.event(factories.handoff().lead, "chat")
    factories.event(factories.lead("Not Yours"), "chat")
    client.force_login(dana)

    assert ids(client.get("/api/v1/events")) == [seen.pk]


def test_events_of_who_is_no_lead_any_more_are_not_told(api):
    gone = factories.lead("Gone Away")
    factories.event(gone, "chat")
    factories.merged(gone, into=factories.lead(stage=Stage.MQL))

    assert ids(api.get("/events")) == []


def test_a_list_of_events_is_one_query_however_long_it_is(api, django_assert_num_queries):
    api.get("/events")
    for n in range(12):
        factories.event(factories.lead(f"P {n}"), "chat")
    with django_assert_num_queries(2):  # the key, what they did
        assert len(ids(api.get("/events"))) == 12
