"""Who is active counts for their colleagues: these are judged anew, where the criteria ask."""

import random
from concurrent.futures import wait
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadportal.db import races
from leads.ingest.events import ingest_events
from leads.ingest.results import Status
from leads.judging import due
from leads.models import Lead
from tests import factories
from tests.concurrently import at_once, meanwhile
from tests.leads.judging import simple

AT = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def counted(db):
    """Live criteria that count active colleagues in 7 and in 30 days."""
    asked = {"fact": "colleagues_active", "op": "at_least", "value": 1}
    content = simple.content()
    content["rules"] = [
        {
            "id": f"in-{days}",
            "label": f"Colleagues in {days} days",
            "kind": "intent",
            "points": points,
            "when": asked | {"within_days": days},
        }
        for days, points in ((7, 10), (30, 5))
    ]
    factories.switched_on(content)


def people(count=2, **fields):
    company = factories.company()
    made = [factories.lead(f"Person {n}", company=company, **fields) for n in range(count)]
    Lead.objects.update(stale_at=None)
    return made


def did(lead, *ages, send):
    """The lead did something so long ago, told of now."""
    send(
        *(
            {"type": "chat", "lead": {"id": lead.pk}, "occurred_at": AT - age}
            for age in ages or (timedelta(0),)
        ),
        at=AT,
    )


def stale():
    found = set(Lead.objects.exclude(stale_at=None).values_list("pk", flat=True))
    Lead.objects.update(stale_at=None)
    return found


def test_an_event_marks_the_colleagues_of_whoever_became_active(counted, send_events):
    active, colleague = people()
    factories.lead("Of Elsewhere", stale_at=None)

    did(active, send=send_events)

    assert stale() == {active.pk, colleague.pk}


def test_nobody_is_marked_for_what_a_lead_goes_on_doing(counted, send_events):
    active, _ = people()
    did(active, send=send_events)
    stale()

    did(active, timedelta(0), DAY, 40 * DAY, send=send_events)

    assert stale() == {active.pk}


def test_criteria_that_count_no_colleagues_mark_none_and_cost_nothing(db, send_events):
    active, _ = people()
    did(active, send=send_events)
    stale()

    with CaptureQueriesContext(connection) as queries:
        did(active, send=send_events)

    assert stale() == {active.pk}
    marking = [query["sql"] for query in queries if "stale_at" in query["sql"]]
    assert len(marking) == 1
    assert "company_id" not in marking[0]
    assert not [query for query in queries if '"content"' in query["sql"]]


@pytest.mark.parametrize(
    ("before", "age", "marked"),
    [
        # Inside the month only: its own first event there counts, in the week it does not.
        ([], 20 * DAY, True),
        ([25 * DAY], 20 * DAY, False),
        ([31 * DAY], 20 * DAY, True),
        # In the week, after a quiet one.
        ([8 * DAY], timedelta(0), True),
        ([6 * DAY], timedelta(0), False),
        # The earlier one is leaving its window, so it does not speak for this one.
        ([7 * DAY - timedelta(minutes=1)], timedelta(0), True),
        # Too old for every window.
        ([], 31 * DAY, False),
        ([], 30 * DAY, False),
        ([], 30 * DAY - timedelta(seconds=1), True),
    ],
)
def test_a_late_event_marks_where_it_changes_a_count(counted, send_events, before, age, marked):
    active, colleague = people()
    for earlier in before:
        factories.event(active, occurred_at=AT - earlier)

    did(active, age, send=send_events)

    assert stale() == {active.pk} | ({colleague.pk} if marked else set())


def test_a_batch_of_several_people_of_a_company_marks_everybody_once(counted, send_events):
    first, second, third = people(3)

    did_both = [{"type": "chat", "lead": {"id": lead.pk}} for lead in (first, second)]
    send_events(*did_both, at=AT)

    assert stale() == {first.pk, second.pk, third.pk}


def test_a_duplicate_marks_nobody(counted, send_events):
    active, _ = people()
    event = {"type": "chat", "lead": {"id": active.pk}, "external_id": "e1"}
    send_events(event, at=AT)
    stale()

    send_events(event, at=AT)

    assert stale() == set()


def test_a_stranger_with_a_work_mail_counts_for_who_is_there_already(counted, send_events):
    company = factories.company(domain="brightwater.example")
    there = factories.lead(company=company)
    Lead.objects.update(stale_at=None)

    send_events({"type": "chat", "lead": {"email": "new@brightwater.example"}}, at=AT)

    assert there.pk in stale()


@pytest.mark.parametrize(("active", "marked"), [(True, True), (False, False)])
def test_who_changes_company_counts_there_and_no_longer_here(counted, send, active, marked):
    mover, left = people()
    joined = factories.lead(company=factories.company("Joined", domain="joined.example"))
    if active:
        factories.event(mover, occurred_at=AT - DAY)
    Lead.objects.update(stale_at=None)

    send({"email": mover.email, "company": {"domain": "joined.example"}}, at=AT)

    assert stale() == {mover.pk} | ({left.pk, joined.pk} if marked else set())


def test_a_known_colleague_in_the_batch_learns_what_its_company_learned(send):
    send({"external_id": "1", "email": "a@brightwater.example"})
    send({"external_id": "2", "email": "b@brightwater.example"})
    stale()

    send(
        {"external_id": "1", "company": {"domain": "brightwater.example", "employees": 600}},
        {"external_id": "2"},
    )

    assert len(stale()) == 2


def test_the_judgement_follows_the_colleagues_to_the_moment(counted, send_events):
    active, colleague = people()
    Lead.objects.update(stale_at=AT)
    due.drain(at=AT)
    assert Lead.objects.get(pk=colleague.pk).intent == 0

    did(active, send=send_events)
    due.drain(at=AT)
    seen = Lead.objects.get(pk=colleague.pk)
    assert (seen.intent, seen.rescore_at) == (15, AT + 7 * DAY)

    due.drain(at=AT + 7 * DAY - timedelta(microseconds=1))
    assert Lead.objects.get(pk=colleague.pk).intent == 15
    due.drain(at=AT + 7 * DAY)
    seen = Lead.objects.get(pk=colleague.pk)
    assert (seen.intent, seen.rescore_at) == (5, AT + 30 * DAY)


def test_the_new_criteria_are_asked_as_soon_as_they_are_live(db, send_events, request):
    active, colleague = people()
    did(active, 60 * DAY, send=send_events)
    stale()

    request.getfixturevalue("counted")
    did(active, send=send_events)

    assert stale() == {active.pk, colleague.pk}


@pytest.mark.django_db(transaction=True)
def test_an_event_waits_for_whoever_judges_a_colleague_and_marks_it_then(counted):
    active, colleague = people()
    website = factories.integration()
    holds, go_on = Event(), Event()

    def judge_without_the_event():
        with transaction.atomic():
            Lead.objects.select_for_update(no_key=True).get(pk=colleague.pk)
            holds.set()
            go_on.wait(10)
            Lead.objects.filter(pk=colleague.pk).update(stale_at=None)

    with meanwhile(judge_without_the_event) as judged:
        holds.wait(10)
        item = {"type": "chat", "lead": {"id": active.pk}}
        with meanwhile(lambda: ingest_events([item], integration=website)) as sent:
            waited = not wait([sent], timeout=0.3).done
            go_on.set()
            assert judged.result(10) is None
            assert sent.result(10)[0].status is Status.CREATED

    assert waited
    assert stale() == {active.pk, colleague.pk}


@pytest.mark.django_db(transaction=True)
def test_events_of_one_company_from_everywhere_never_deadlock_with_each_other_or_the_workers(
    counted, monkeypatch
):
    everybody = people(30)
    website = factories.integration()
    # A deadlock is an error here, not a reason to start again.
    monkeypatch.setattr(races, "_AGAIN", ())

    def send(seed):
        order = random.Random(seed)
        for n in range(8):
            items = [
                # Eight days on, so that everybody is newly active in the week.
                {"type": "chat", "lead": {"id": lead.pk}, "occurred_at": AT + n * 8 * DAY}
                for lead in order.sample(everybody, 6)
            ]
            ingest_events(items, integration=website, at=AT + n * 8 * DAY)

    def work():
        return sum(due.drain(at=AT + n * 8 * DAY) for n in range(20))

    found = at_once([*(lambda seed=seed: send(seed) for seed in range(5)), work, work])

    assert not [result for result in found if isinstance(result, Exception)]
    end = AT + 100 * DAY
    due.drain(at=end)
    assert not Lead.objects.filter(stale_at__lte=end).exists()
