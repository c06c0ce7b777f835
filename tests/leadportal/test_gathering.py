"""A burst of nudges is few drains: while one is queued or at work, nobody needs another message."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from celery import signals
from django.db import InterfaceError, connection
from redis import Redis

from leadportal import celery, gathering
from leadportal.db.sweeps import SWEEPS, Sweep
from leadportal.gathering import Look


@pytest.fixture(autouse=True)
def hints(valkey):
    hints = gathering.hints
    hints.flushdb()
    yield hints
    hints.flushdb()


class Drained:
    """A sweep that notes each drain, and does something in it."""

    def __init__(self, *deeds):
        self.deeds = list(deeds)
        self.times = 0
        self.sweep = Sweep(
            name="noted",
            queue="score",
            period=timedelta(seconds=2),
            drain=self.drain,
            oldest_due=lambda: None,
        )

    def drain(self, *, seconds):
        self.times += 1
        return self.deeds.pop(0)() if self.deeds else 0

    def ask(self):
        return gathering.ask(self.sweep)


def test_the_first_who_asks_needs_a_message_and_the_others_wait_for_it():
    drained = Drained()

    assert [drained.ask() for _ in range(3)] == [True, False, False]


def test_whoever_asks_after_a_drain_needs_a_message_again():
    drained = Drained()
    drained.ask()

    assert not gathering.drain(drained.sweep).left

    assert drained.times == 1
    assert drained.ask()


def test_whoever_asks_while_it_drains_needs_none_and_is_heard():
    answers = []
    drained = Drained()
    drained.deeds = [lambda: answers.extend(drained.ask() for _ in range(400))]

    gathering.drain(drained.sweep)

    assert not any(answers)
    assert drained.times == 2


def test_who_is_not_heard_in_time_is_left_to_another_drain():
    drained = Drained()
    drained.sweep = replace(drained.sweep, seconds=0.0)
    drained.deeds = [drained.ask]

    assert gathering.drain(drained.sweep).left
    assert drained.times == 1


def test_a_drain_that_used_its_time_is_asked_for_again_by_itself():
    drained = Drained(lambda: time.sleep(0.02))
    drained.sweep = replace(drained.sweep, seconds=0.01)

    assert gathering.drain(drained.sweep).left
    assert drained.times == 1


def test_whether_there_was_anything_to_do_is_told():
    def work():
        drained.ask()
        return 3

    drained = Drained()
    assert gathering.drain(drained.sweep) == Look(did=False, left=False)

    drained = Drained(work, lambda: 0)
    assert gathering.drain(drained.sweep) == Look(did=True, left=False)
    assert drained.times == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_connection_while_there_is_work(monkeypatch):
    def after(retval, seconds):
        connection.ensure_connection()
        monkeypatch.setattr(time, "monotonic", lambda: seconds)
        celery.renew_connections(retval=retval)
        return connection.connection is not None

    monkeypatch.setattr(celery, "_worked", {"at": -celery.WARM_SECONDS})
    assert after(retval=True, seconds=0)
    assert after(retval=False, seconds=1)
    assert after(retval=None, seconds=9)
    assert not after(retval=False, seconds=celery.WARM_SECONDS + 1)


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_no_more_there_for_the_next_task():
    connection.ensure_connection()
    connection.connection.close()
    with pytest.raises(InterfaceError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    signals.task_prerun.send(sender=None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_a_task_whose_time_is_over_sends_for_another(monkeypatch):
    sent = []
    task = celery.task_of("judge")
    left = Look(did=True, left=True)
    monkeypatch.setattr(gathering, "drain", lambda sweep: left if sweep.name == "judge" else None)
    monkeypatch.setattr(task, "apply_async", lambda: sent.append(task.name))

    task()

    assert sent == ["sweep.judge"]


def test_a_drain_that_fails_is_at_work_no_more():
    def fail():
        raise ValueError

    drained = Drained(fail)

    with pytest.raises(ValueError):
        gathering.drain(drained.sweep)

    assert drained.ask()


def test_hints_of_a_killed_worker_fade_and_end_with_the_next_that_starts(hints):
    judge = SWEEPS["judge"]
    gathering._begin(judge)
    assert not gathering.ask(judge)
    assert 0 < hints.ttl("drains:judge") <= judge.seconds + gathering.LEFT_SECONDS
    assert 0 < hints.ttl("asked:judge") <= gathering.ASKED_SECONDS
    hints.delete("asked:judge")

    celery.forget_what_was_drained()

    assert gathering.ask(judge)


def test_without_hints_everybody_sends_and_drains(monkeypatch, tmp_path):
    monkeypatch.setattr(gathering, "hints", Redis.from_url(f"unix://{tmp_path}/nobody"))
    drained = Drained()

    assert drained.ask()
    assert drained.ask()
    assert not gathering.drain(drained.sweep).left
    assert drained.times == 1
