"""A kind of background work is one row of an app's SWEEPS: everything else follows from it."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from redis import Redis

import leads.sweeps
from leadportal.celery import TASK_PREFIX, app, gather_sweeps, task_of
from leadportal.db import sweeps
from leadportal.db.sweeps import Sweep, in_batches, nudge
from tests.processes import eventually


def tidy_up(**more):
    row = {
        "name": "tidy_up",
        "queue": "deliver",
        "period": timedelta(minutes=3),
        "drain": lambda *, seconds: None,
        "oldest_due": lambda: None,
    }
    return Sweep(**(row | more))


@pytest.fixture
def declare(monkeypatch):
    """Add a row to those of an app; nothing else is told of it."""

    def declare(sweep):
        rows.setattr(leads.sweeps, "SWEEPS", (*leads.sweeps.SWEEPS, sweep))
        gather_again()

    with monkeypatch.context() as rows:
        yield declare
    gather_again()


def gather_again():
    for name in [*app.tasks]:
        if name.startswith(TASK_PREFIX):
            app.tasks.unregister(name)
    gather_sweeps()


def test_a_row_is_a_task_that_drains_for_so_many_seconds(declare):
    drained = []

    declare(tidy_up(drain=lambda *, seconds: drained.append(seconds), seconds=7.0))
    task_of("tidy_up")()

    assert drained == [7.0]


def test_its_messages_go_to_its_queue(declare):
    declare(tidy_up())

    assert app.amqp.router.route({}, task_of("tidy_up").name)["queue"].name == "deliver"


def test_the_beat_asks_for_it_once_a_period(declare):
    declare(tidy_up())

    asked = app.conf.beat_schedule["tidy_up"]
    assert asked == {"task": task_of("tidy_up").name, "schedule": timedelta(minutes=3)}


@pytest.mark.parametrize(
    "period, patience", [(timedelta(seconds=2), 10), (timedelta(hours=1), 3600)]
)
def test_a_worker_that_was_away_finds_no_heap_of_messages(declare, period, patience):
    declare(tidy_up(period=period))

    assert task_of("tidy_up").expires == patience


@pytest.mark.django_db
def test_readyz_tells_how_long_its_oldest_has_waited(declare, client):
    declare(tidy_up(oldest_due=lambda: timezone.now() - timedelta(seconds=30)))

    waited = client.get("/readyz").json()["oldest_due_seconds"]

    assert 30 <= waited.pop("tidy_up") < 40
    names = ["judge", "return", "give_back", "read_again", "count_impact"]
    names += ["forget_answers", "forget_forms", "forget_scores", "forget_tries"]
    names += ["forget_sessions", "import", "forget_imports", "mail", "forget_mails", "move_names"]
    names += ["find_duplicates", "inbound", "fetch", "forget_deliveries"]
    names += ["settle_companies"]
    names += ["read_fields", "count_attributes"]
    assert waited == dict.fromkeys(names)


@pytest.mark.django_db
def test_a_nudge_is_a_message_that_carries_nothing(
    declare, valkey, django_capture_on_commit_callbacks
):
    declare(tidy_up())
    broker = Redis.from_url(settings.REDIS_URL)

    with django_capture_on_commit_callbacks(execute=True):
        nudge("tidy_up")

    eventually(lambda: broker.llen("deliver") == 1)
    message = json.loads(broker.lpop("deliver"))
    assert message["headers"]["task"] == "sweep.tidy_up"
    assert (message["headers"]["argsrepr"], message["headers"]["kwargsrepr"]) == ("()", "{}")


@pytest.mark.django_db(transaction=True)
def test_a_nudge_waits_for_the_commit_and_dies_with_a_rollback(monkeypatch):
    sent = []
    monkeypatch.setattr(sweeps, "SENDERS", [sent.append])

    with transaction.atomic():
        nudge("judge")
        assert not sent
    assert [sweep.name for sweep in sent] == ["judge"]

    with pytest.raises(RuntimeError), transaction.atomic():
        nudge("judge")
        raise RuntimeError
    assert len(sent) == 1


def test_a_nudge_for_work_that_nobody_does_is_an_error():
    with pytest.raises(KeyError, match="tidy_up"):
        nudge("tidy_up")


def test_two_kinds_of_work_have_two_names(declare):
    declare(tidy_up())

    with pytest.raises(ImproperlyConfigured, match="tidy_up"):
        declare(tidy_up())


# The loop that drains share.


def test_batches_go_on_until_one_finds_nothing():
    found = iter([5, 3, 0, 9])

    assert in_batches(lambda: next(found)) == 8


def test_batches_end_when_the_time_is_spent():
    assert in_batches(lambda: 1, seconds=0.02) > 0
    assert in_batches(lambda: 1, seconds=0) == 0
