"""Who is active counts for their colleagues: these are judged anew, where the criteria ask.

Whoever sends an event only leaves news of its lead; judging finds out for whom it counts.
"""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadportal.db import races
from leads.ingest.events import ingest_events
from leads.ingest.results import Status
from leads.judging import due
from leads.models import Company, Judgement, Lead, News
from tests import factories
from tests.concurrently import at_once, meanwhile, rolled_back
from tests.leads.judging import simple

AT = timezone.now()
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


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
    factories.nothing_due()
    return made


def did(lead, *ages, send, at=AT):
    """The lead did something so long ago, told of now."""
    send(
        *(
            {"type": "chat", "lead": {"id": lead.pk}, "occurred_at": AT - age}
            for age in ages or (timedelta(0),)
        ),
        at=at,
    )


def judged(at=AT):
    """Whom a drain judges at a moment at which nobody was judged before."""
    due.drain(at=at)
    return factories.judged_as_of(at)


def test_an_event_is_news_of_its_lead_alone_until_it_is_judged(counted, send_events):
    active, _ = people()

    did(active, send=send_events)

    (news,) = News.objects.all()
    assert (news.lead, news.company, news.at, news.spreads) == (active, None, AT, True)


def test_an_event_has_the_colleagues_judged_of_whoever_became_active(counted, send_events):
    active, colleague = people()
    factories.lead("Of Elsewhere", rescore_at=None)

    did(active, send=send_events)

    assert judged() == {active.pk, colleague.pk}
    assert not News.objects.exists()


def test_nobody_else_is_judged_for_what_a_lead_goes_on_doing(counted, send_events):
    active, _ = people()
    did(active, send=send_events)
    judged()

    did(active, timedelta(0), DAY, 40 * DAY, send=send_events, at=AT + MINUTE)

    assert judged(AT + MINUTE) == {active.pk}


def test_criteria_that_count_no_colleagues_have_none_judged_and_cost_nothing(db, send_events):
    active, _ = people()
    did(active, send=send_events)
    assert judged() == {active.pk}

    with CaptureQueriesContext(connection) as queries:
        did(active, send=send_events, at=AT + MINUTE)
        assert News.objects.count() == 1
        assert judged(AT + MINUTE) == {active.pk}

    assert not [query for query in queries if "woken" in query["sql"]]


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
def test_a_late_event_has_colleagues_judged_where_it_changes_a_count(
    counted, send_events, before, age, marked
):
    active, colleague = people()
    for earlier in before:
        factories.event(active, occurred_at=AT - earlier, received_at=AT - earlier)

    did(active, age, send=send_events)

    assert judged() == {active.pk} | ({colleague.pk} if marked else set())


def test_a_batch_of_several_people_of_a_company_has_everybody_judged(counted, send_events):
    first, second, third = people(3)

    did_both = [{"type": "chat", "lead": {"id": lead.pk}} for lead in (first, second)]
    send_events(*did_both, at=AT)

    assert judged() == {first.pk, second.pk, third.pk}


def test_a_duplicate_is_no_news(counted, send_events):
    active, _ = people()
    event = {"type": "chat", "lead": {"id": active.pk}, "external_id": "e1"}
    send_events(event, at=AT)
    judged()

    send_events(event, at=AT + MINUTE)

    assert not News.objects.exists()
    assert judged(AT + MINUTE) == set()


def test_a_stranger_with_a_work_mail_counts_for_who_is_there_already(counted, send_events):
    company = factories.company(domain="brightwater.example")
    there = factories.lead(company=company)
    factories.nothing_due()

    send_events({"type": "chat", "lead": {"email": "new@brightwater.example"}}, at=AT)

    assert there.pk in judged()


@pytest.mark.parametrize(("active", "marked"), [(True, True), (False, False)])
def test_who_changes_company_counts_there_and_no_longer_here(counted, send, active, marked):
    mover, left = people()
    joined = factories.lead(company=factories.company("Joined", domain="joined.example"))
    if active:
        factories.event(mover, occurred_at=AT - DAY)
    factories.nothing_due()

    send({"email": mover.email, "company": {"domain": "joined.example"}}, at=AT)

    assert judged() == {mover.pk} | ({left.pk, joined.pk} if marked else set())


def test_a_known_colleague_in_the_batch_learns_what_its_company_learned(send):
    send({"external_id": "1", "email": "a@brightwater.example"})
    send({"external_id": "2", "email": "b@brightwater.example"})
    factories.nothing_due()

    send(
        {"external_id": "1", "company": {"domain": "brightwater.example", "employees": 600}},
        {"external_id": "2"},
        at=AT,
    )

    assert len(judged()) == 2


def test_the_judgement_follows_the_colleagues_to_the_moment(counted, send_events):
    active, colleague = people()
    factories.news(active, colleague, at=AT)
    due.drain(at=AT)
    assert Lead.objects.get(pk=colleague.pk).judgement.intent == 0

    did(active, send=send_events)
    due.drain(at=AT)
    seen = Lead.objects.get(pk=colleague.pk).judgement
    assert (seen.intent, seen.rescore_at) == (15, AT + 7 * DAY)

    due.drain(at=AT + 7 * DAY - timedelta(microseconds=1))
    assert Lead.objects.get(pk=colleague.pk).judgement.intent == 15
    due.drain(at=AT + 7 * DAY)
    seen = Lead.objects.get(pk=colleague.pk).judgement
    assert (seen.intent, seen.rescore_at) == (5, AT + 30 * DAY)


def test_the_new_criteria_are_asked_as_soon_as_they_are_live(db, send_events, request):
    active, colleague = people()
    did(active, 60 * DAY, send=send_events)
    assert judged() == {active.pk}

    request.getfixturevalue("counted")
    judged(AT + MINUTE)
    did(active, send=send_events, at=AT + 2 * MINUTE)

    assert judged(AT + 2 * MINUTE) == {active.pk, colleague.pk}


@pytest.mark.django_db(transaction=True)
def test_an_event_waits_for_nobody_who_judges_or_writes_its_lead_its_colleagues_or_company(counted):
    active, colleague = people()
    website = factories.integration()
    item = {"type": "chat", "lead": {"id": active.pk}}

    with rolled_back():
        list(Lead.objects.locked())
        list(Judgement.objects.select_for_update())
        list(Company.objects.select_for_update())
        with meanwhile(lambda: ingest_events([item], integration=website, at=AT)) as sent:
            assert sent.result(5)[0].status is Status.CREATED

    assert judged() == {active.pk, colleague.pk}


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
    assert not factories.due(end)
    assert not News.objects.exists()
