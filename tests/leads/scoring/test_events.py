"""What an event counts for: its properties by type, its time, and how often it was sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads.ingest.events import ingest_events
from leads.judging.due import drain
from leads.models import Event, Lead
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAIL = {"email": "maya@brightwater.example"}


def asks(*whens: dict[str, Any], **more: Any) -> None:
    """Live criteria of intent rules for 10 points, one for each condition."""
    content = simple.content()
    content["rules"] = [
        {"id": f"r{n}", "label": f"R{n}", "kind": "intent", "points": 10, "when": when, **more}
        for n, when in enumerate(whens)
    ]
    factories.switched_on(content, at=NOW)


def judged(*events: dict[str, Any], at: datetime = NOW) -> list[int | None]:
    """The points per rule of the lead that did this, sent as the API sends it."""
    sender = factories.integration()
    found = ingest_events(
        [{"type": "chat", "lead": MAIL, **event} for event in events], integration=sender, at=at
    )
    assert not any(result.errors for result in found)
    drain(at=at)
    return Lead.objects.get().judgement.points


@pytest.mark.parametrize(
    ("op", "wanted", "same", "others"),
    [
        ("is", 3, [3, 3.0, "3"], [4, "3.0", "three", True, None, [3]]),
        ("is", "3", [3, "3", " 3 "], [31, "33", True]),
        ("is", 2.5, [2.5, "2.5"], [2, 25, "2.50"]),
        ("is", True, [True], [False, 1, "true", "yes"]),
        ("is", False, [False], [True, 0, "", "false", None]),
        ("is", "pro", ["Pro", "PRÓ"], ["pros", "pro plan"]),
        ("is_any_of", [5, "pro", True], [5, "5", "PRO", True], [False, 50, "enterprise"]),
    ],
)
def test_a_property_is_what_it_is_whatever_its_type(op, wanted, same, others):
    where = [{"property": "plan", "op": op, "value": wanted}]
    asks({"event": "chat", "where": where}, frequency={"count": "each"})

    assert judged(*({"properties": {"plan": value}} for value in others)) == [0]
    assert judged(*({"properties": {"plan": value}} for value in same)) == [10 * len(same)]


@pytest.mark.parametrize(
    ("ahead", "flagged"),
    [
        (timedelta(minutes=5), False),
        (timedelta(minutes=5, microseconds=1), True),
        (timedelta(days=400), True),
    ],
)
def test_an_event_of_the_future_counts_from_now_and_is_flagged_past_five_minutes(ahead, flagged):
    asks({"event": "chat", "within_days": 7})

    assert judged({"occurred_at": NOW + ahead}) == [10]
    event = Event.objects.get()
    assert event.occurred_at == NOW
    assert (event.stated_at is not None) is flagged

    assert Lead.objects.get().judgement.rescore_at == NOW + timedelta(days=7)
    drain(at=NOW + timedelta(days=7))
    assert Lead.objects.get().judgement.points == [0]


def test_an_event_sent_again_counts_once():
    asks({"event": "chat"}, frequency={"count": "each"})
    event = {"external_id": "e1"}

    assert judged(event, event) == [10]
    assert judged(event, {"external_id": "e2"}) == [20]


def test_a_late_event_counts_by_its_own_time():
    asks({"event": "chat", "within_days": 30}, ageing={"kind": "linear", "days": 10})

    assert judged({"occurred_at": NOW - timedelta(days=31)}) == [0]
    assert judged({"occurred_at": NOW - timedelta(days=4)}) == [6]


def test_two_rules_on_one_event_both_count_and_a_type_nobody_asks_for_counts_nothing():
    asks({"event": "chat"}, {"event": "chat", "within_days": 1})

    assert judged({}, {"type": "odd_thing"}) == [10, 10]
    assert Event.objects.filter(type="odd_thing").exists()


def test_a_burst_of_a_bot_counts_as_often_as_a_day_allows():
    asks({"event": "chat"}, frequency={"count": "each", "per_day": 2}, maximum=100)
    burst = [{"external_id": f"{n}", "occurred_at": NOW} for n in range(200)]

    assert judged(*burst) == [20]


@pytest.mark.parametrize(
    ("op", "wanted", "points"),
    [
        ("contains_any_word", ["maya"], 10),
        ("contains_any_word", ["may"], 0),
        ("contains_any_word", ["brightwater.example"], 10),
        ("contains_any_word", ["water", "EXAMPLE"], 10),
        ("contains", "water", 10),
        ("starts_with", "MAYA@", 10),
    ],
)
def test_the_words_of_an_address_stand_between_its_punctuation(op, wanted, points):
    asks({"fact": "email", "op": op, "value": wanted})

    assert judged({}) == [points]
