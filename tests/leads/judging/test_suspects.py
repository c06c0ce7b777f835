"""One lead that takes for ever, or ends its worker, is found; the others of its batch go on."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.judging import due, suspects
from leads.judging.due import drain
from leads.models import Judgement, Suspect
from tests import factories
from tests.leads.judging.test_due import AT, arrivals


def take_long(last_name, seconds):
    """Judging leads of this name takes so many seconds each."""
    with factories.as_owner() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.scored_at IS DISTINCT FROM OLD.scored_at AND '{last_name}' =
                    (SELECT last_name FROM leads_lead WHERE id = NEW.lead_id) THEN
                    PERFORM pg_sleep({seconds});
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER take_long BEFORE UPDATE ON leads_judgement
                FOR EACH ROW EXECUTE FUNCTION take_long();
            """
        )


@pytest.fixture
def slow(db):
    """A lead whose judging takes 100 seconds, among 30 others."""
    take_long("Slow", 100)
    arrivals(15)
    slow = factories.lead("Maya Slow", rescore_at=AT)
    arrivals(15)
    return slow


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch):
    monkeypatch.setattr(due, "PATIENCE", "1s")
    monkeypatch.setattr(due, "PATIENCE_WITH_SUSPECTS", "1s")


@pytest.fixture
def batches(monkeypatch):
    """How many leads each batch had that was tried."""
    sizes = []
    judge_taken = due.judge_taken

    def spy(taken, basis):
        if taken.ids:
            sizes.append(len(taken.ids))
        return judge_taken(taken, basis)

    monkeypatch.setattr(due, "judge_taken", spy)
    return sizes


def judged():
    return Judgement.objects.filter(scored_at__isnull=False).count()


@pytest.mark.django_db
def test_a_lead_that_takes_100_seconds_holds_the_others_up_for_a_moment_only(slow, batches):
    drain(at=AT)

    assert judged() == 30
    judgement = Judgement.objects.get(pk=slow.pk)
    assert (judgement.attempts, judgement.scored_at) == (1, None)
    # The batch, then its parts of three, then one by one.
    assert batches[0] == 31
    assert max(batches[1:]) <= 3
    assert [row.pk for row in Suspect.objects.all()] == [slow.pk]


@pytest.mark.django_db
def test_it_is_tried_again_alone_and_then_set_aside(slow, batches):
    for attempt in range(due.MOST_ATTEMPTS):
        drain(at=AT + attempt * (due.RETRY_AFTER + timedelta(seconds=1)))
        if attempt == 0:
            batches.clear()

    assert batches == [1] * (due.MOST_ATTEMPTS - 1)  # nobody else was with it
    judgement = Judgement.objects.get(pk=slow.pk)
    assert (judgement.attempts, judgement.parked_error) == (5, "OperationalError 57014")
    assert not Suspect.objects.exists()


@pytest.mark.django_db
def test_a_worker_whose_time_is_over_leaves_the_search_to_the_next(slow, batches):
    drain(at=AT, seconds=0.3)
    assert batches == [31]
    assert {row.size for row in Suspect.objects.all()} == {3}

    drain(at=AT)

    assert judged() == 30


@pytest.mark.django_db
def test_a_batch_that_is_only_late_is_judged_in_parts_and_nobody_is_blamed(batches):
    take_long("Late", 0.12)
    for _ in range(12):
        factories.lead("Maya Late", rescore_at=AT)

    drain(at=AT)

    assert batches == [12] + [1] * 12
    assert judged() == 12
    assert not Suspect.objects.exists()
    assert not Judgement.objects.exclude(attempts=0).exists()


# --- killed ------------------------------------------------------------------------------------


def killed(monkeypatch, *, after=0.0):
    """Whoever judges from here on is killed, so long after it began."""

    def die(*_):
        time.sleep(after)
        raise KeyboardInterrupt

    monkeypatch.setattr(due, "judge_taken", die)
    with pytest.raises(KeyboardInterrupt):
        drain()
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_a_task_that_is_killed_leaves_a_trace_that_narrows_the_batch(monkeypatch):
    arrivals(30)
    monkeypatch.setattr(suspects, "TOO_LONG", 0.05)
    killed(monkeypatch, after=1.0)
    assert {(row.size, row.at <= timezone.now()) for row in Suspect.objects.all()} == {(3, True)}

    killed(monkeypatch)

    # Those it had in hand are alone next time; the others come first.
    assert sorted(row.size for row in Suspect.objects.all()) == [1] * 3 + [3] * 27
    assert Judgement.objects.filter(attempts=0).count() == 30
    drain()
    assert judged() == 30
    assert not Suspect.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_ends_its_worker_each_time_is_counted_before_each_try(monkeypatch):
    lead = factories.lead("Maya Deadly", rescore_at=AT)
    suspects.note([lead.pk], AT)

    for _ in range(3):
        killed(monkeypatch)

    assert Judgement.objects.get().attempts == 3
    assert Suspect.objects.get().size == 1


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_done_in_time_leaves_nothing(monkeypatch, batches):
    arrivals(3)
    monkeypatch.setattr(suspects, "TOO_LONG", 30)

    drain(at=AT)

    assert batches == [3]
    assert not Suspect.objects.exists()
