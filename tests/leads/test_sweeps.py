"""What each kind of background work calls due, and since when."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.keys import keys
from accounts.models import Scope
from funnel.stages import Stage
from funnel.versions import editing
from leadportal.db import sweeps
from leadportal.models import IdempotentAnswer
from leadportal.rest import idempotency
from leads.impact import counting
from leads.judging import due, history
from leads.models import DayScore, Judgement
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def judged(name="Ada Berg", **fields):
    """A lead that nothing is due of."""
    lead = factories.lead(name, fit=0)
    return factories.judged(lead, **fields)


# Judging.


def test_the_lead_that_waits_longest_is_told():
    judged()
    assert due.oldest_due(at=AT) is None

    factories.news(judged(), at=AT - 2 * HOUR)
    judged(rescore_at=AT - 3 * HOUR)
    judged(rescore_at=AT + HOUR)

    assert due.oldest_due(at=AT) == AT - 3 * HOUR
    Judgement.objects.update(rescore_at=None)
    assert due.oldest_due(at=AT) == AT - 2 * HOUR


def test_parked_leads_and_tombstones_are_not_due():
    judged(rescore_at=AT - HOUR, parked_error="InternalError")
    factories.moved(judged(rescore_at=AT - HOUR), Stage.ERASED)

    assert due.oldest_due(at=AT) is None


def test_news_of_parked_leads_and_tombstones_waits_until_somebody_looks():
    factories.news(judged(parked_error="InternalError"), at=AT - HOUR)
    factories.news(factories.moved(judged(), Stage.ERASED), at=AT - HOUR)

    assert due.drain(at=AT) == 0

    assert due.oldest_due(at=AT) is None


def test_leads_of_another_version_are_due_since_the_live_one_is():
    judged()
    version = factories.switched_on(simple.content(), at=AT - HOUR)

    assert due.oldest_due(at=AT) == AT - HOUR

    Judgement.objects.update(version=version)
    assert due.oldest_due(at=AT) is None


# Counting.


def test_a_count_is_due_from_its_begin_to_its_end():
    assert counting.oldest_due() is None
    factories.lead("Ada Berg")
    version = editing.draft(simple.content(), author=factories.marketing_manager())

    count = counting.start_count(version, at=AT)
    assert counting.oldest_due() == AT

    counting.finish(count)
    assert counting.oldest_due() is None


# Forgetting.


@pytest.fixture
def answers(db):
    """Two answers, of ten and of five hours ago."""
    key, _ = keys.create(factories.integration(), scopes=[Scope.LEADS_WRITE])
    return [
        IdempotentAnswer.objects.create(
            api_key=key, key=str(hours), route="POST /", status=201, created_at=AT - hours * HOUR
        )
        for hours in (10, 5)
    ]


def test_an_answer_is_to_be_forgotten_72_hours_after_it_was_given(answers):
    assert idempotency.oldest_due(at=AT + 62 * HOUR) is None
    assert idempotency.oldest_due(at=AT + 63 * HOUR) == AT + 62 * HOUR


def test_all_old_answers_are_forgotten_whatever_one_statement_takes(answers, monkeypatch):
    monkeypatch.setattr(sweeps, "FORGOTTEN_AT_ONCE", 1)

    assert idempotency.forget_answers(AT + 100 * HOUR) == 2
    assert not IdempotentAnswer.objects.exists()


def test_forgetting_stops_when_its_time_is_spent(answers):
    assert idempotency.forget_answers(AT + 100 * HOUR, seconds=0) == 0
    assert IdempotentAnswer.objects.count() == 2


def test_a_day_is_to_be_forgotten_when_it_ended_400_days_ago():
    lead = judged()
    DayScore.objects.create(
        lead=lead, day=AT.date(), fit=1, intent=1, total=2, version_id=lead.judgement.version_id
    )
    ended = datetime(2026, 11, 28, tzinfo=UTC) + timedelta(days=400)

    assert history.oldest_due(at=ended - HOUR) is None
    assert history.oldest_due(at=ended) == ended
    assert history.forget_scores(at=ended - HOUR) == 0
    assert history.forget_scores(at=ended, seconds=0) == 0
    assert history.forget_scores(at=ended, seconds=20) == 1
    assert history.oldest_due(at=ended) is None
