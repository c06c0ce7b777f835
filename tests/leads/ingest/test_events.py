from datetime import timedelta

import pytest
from django.utils import timezone

from leads.ingest.results import BatchRefused, Status
from leads.models import Event, Lead, StageChange
from tests import factories

pytestmark = pytest.mark.django_db
MAIL = "maya@brightwater.example"


def test_an_event_marks_its_lead_to_be_judged(one, send_events):
    lead = one(external_id="1", email=MAIL)
    factories.nothing_due()

    results = send_events(
        {
            "type": "page_view",
            "lead": {"id": lead.pk},
            "properties": {"path": "/Pricing", "n": 1, "on": "C++"},
        },
        {"type": "download", "lead": {"external_id": "1"}},
        {"type": "chat", "lead": {"email": MAIL.upper()}},
    )

    assert {result.lead_id for result in results} == {lead.pk}
    view = Event.objects.get(type="page_view")
    assert view.properties == {"path": "/Pricing", "n": 1, "on": "C++"}
    assert view.property_keys == {"path": " / pricing ", "on": " c ++ "}
    assert view.word_keys == {"on": " c++ "}
    assert factories.due() == {lead.pk}


def test_an_unknown_mail_makes_one_inquiry(send_events):
    results = send_events(
        *({"type": "page_view", "lead": {"email": MAIL}} for _ in range(3)),
        default_source="Tracker",
    )

    lead = Lead.objects.get()
    assert {result.lead_id for result in results} == {lead.pk}
    assert (lead.stage, lead.source.name) == ("inquiry", "Tracker")
    assert StageChange.objects.count() == 1
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    ("lead", "pointer", "code"),
    [
        ({"id": 10**15}, "/lead/id", "not_found"),
        ({"external_id": "?"}, "/lead/external_id", "not_found"),
        ({"email": "info@brightwater.example"}, "/lead/email", "no_identity"),
        ({}, "/lead", "required"),
        ({"id": "1"}, "/lead/id", "wrong_type"),
        ({"phone": "1"}, "/lead/phone", "unknown_field"),
    ],
)
def test_an_event_of_nobody_is_refused(send_events, lead, pointer, code):
    (result,) = send_events({"type": "page_view", "lead": lead})

    assert result.status is Status.REFUSED
    assert (result.errors[0].pointer, result.errors[0].code) == (pointer, code)
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        ({}, "/type", "required"),
        ({"type": "?!"}, "/type", "invalid_name"),
        ({"type": "chat", "occurred_at": "2026-11-22"}, "/occurred_at", "no_offset"),
        ({"type": "chat", "occurred_at": "9999-12-31T23:59:59-12:00"}, "/occurred_at", ""),
        ({"type": "chat", "properties": {"a": "x" * 9_000}}, "/properties", "too_long"),
        ({"type": "chat", "score": 1}, "/score", "unknown_field"),
    ],
)
def test_what_is_wrong_with_an_event_is_named(send_events, item, pointer, code):
    (result,) = send_events({"lead": {"email": MAIL}} | item, strict=True)

    assert result.errors[0].pointer == pointer
    assert result.errors[0].code == (code or "out_of_range")


def test_the_same_event_is_kept_once(send_events):
    event = {"type": "chat", "external_id": "e1", "lead": {"email": MAIL}}

    first, second = send_events(event, event)
    (again,) = send_events(event | {"type": "download"})

    assert (first.status, second.status, again.status) == ("created", "duplicate", "duplicate")
    assert second.first_index == 0
    assert first.event_id == second.event_id == again.event_id
    assert Event.objects.get().type == "chat"


def test_an_event_that_is_a_duplicate_leaves_its_lead_alone(send_events):
    event = {"type": "chat", "external_id": "e1", "lead": {"email": MAIL}}
    send_events(event)
    factories.nothing_due()

    send_events(event)

    assert not factories.due()


def test_a_clock_ahead_of_ours_counts_as_now_and_says_so(send_events):
    now = timezone.now()
    send_events(
        {"type": "late", "occurred_at": now - timedelta(days=90), "lead": {"email": MAIL}},
        {"type": "ahead", "occurred_at": now + timedelta(days=1), "lead": {"email": MAIL}},
        {"type": "skewed", "occurred_at": now + timedelta(minutes=4), "lead": {"email": MAIL}},
        at=now,
    )

    at = {event.type: (event.occurred_at, event.stated_at) for event in Event.objects.all()}
    assert at["late"] == (now - timedelta(days=90), None)
    assert at["ahead"] == (now, now + timedelta(days=1))
    assert at["skewed"] == (now, None)


def test_all_or_none_keeps_no_event(send_events):
    with pytest.raises(BatchRefused):
        send_events(
            {"type": "chat", "lead": {"email": MAIL}},
            {"type": "chat", "lead": {"id": 10**15}},
            all_or_none=True,
        )

    assert not Event.objects.exists()
    assert not Lead.objects.exists()


def test_events_cost_the_same_number_of_queries_whatever_their_number(
    send_events, django_assert_max_num_queries, django_assert_num_queries
):
    def batch(size):
        return [
            {
                "type": "chat",
                "external_id": f"{size}-{n}",
                "lead": {"email": f"{n}-{size}@x.example"},
            }
            for n in range(size)
        ]

    send_events(*batch(1))
    with django_assert_max_num_queries(25) as few:
        send_events(*batch(2))
    with django_assert_num_queries(len(few)):
        send_events(*batch(50))


def test_a_duplicate_makes_nobody(api):
    """Whoever an event names that is known already, or comes twice, is not made for it."""
    event = {"type": "demo_request", "external_id": "form-1", "lead": {"email": "a@acme.example"}}
    other = event | {"lead": {"email": "b@acme.example"}}
    twice = [
        event | {"external_id": "form-2", "lead": {"email": mail}}
        for mail in ("c@acme.example", "d@acme.example")
    ]

    first = api.post("/events", event).json()
    again = api.post("/events", other).json()
    batch = api.post("/events/batch", {"events": twice}).json()["results"]

    assert again == first | {"status": "duplicate"}
    assert [one["status"] for one in batch] == ["created", "duplicate"]
    assert batch[0]["lead"] == batch[1]["lead"]
    mails = sorted(Lead.objects.values_list("email", flat=True))
    assert mails == ["a@acme.example", "c@acme.example"]
