"""A nudge makes the drain prompt; whatever state the broker is in, it costs a request nothing."""

import os
import signal
import threading
import time
from functools import partial
from itertools import pairwise

import pytest
from django.conf import settings
from redis import Redis

from leadportal import gathering, nudges
from leadportal.celery import app, task_of
from leadportal.db.sweeps import QUEUES, SENDERS, SWEEPS
from leadportal.nudges import NudgeSender
from tests.processes import eventually

NOTHING_NOTICEABLE = 0.05


def seconds(call):
    started = time.monotonic()
    call()
    return time.monotonic() - started


def nudge_of(sender, name="judge"):
    return partial(sender, SWEEPS[name])


def a_thousand(nudge):
    for _ in range(1000):
        nudge()


@pytest.fixture
def no_broker(monkeypatch):
    """A broker's address where nobody listens."""
    nobody = f"{settings.DATA_DIR}/nobody"
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{nobody}")
    monkeypatch.setattr(gathering, "hints", Redis.from_url(f"unix://{nobody}"))


@pytest.fixture
def tries(monkeypatch):
    """When each message was tried to be sent; it is sent all the same."""
    moments = []

    def noting(send):
        def noted(**options):
            moments.append(time.monotonic())
            return send(**options)

        return noted

    for name in SWEEPS:
        task = task_of(name)
        monkeypatch.setattr(task, "apply_async", noting(task.apply_async))
    return moments


@pytest.fixture
def messages(valkey):
    """How many messages wait for a worker; there is none here that would take them."""
    # What the process itself still wants to send is not of these tests.
    for sender in SENDERS:
        sender.asked.clear()
    broker = Redis.from_url(settings.REDIS_URL)
    broker.flushdb()
    yield lambda queue="score": broker.llen(queue)
    broker.delete(*QUEUES)
    broker.close()


def test_a_live_broker_has_the_message_promptly(messages):
    nudge = nudge_of(NudgeSender())

    assert seconds(nudge) < NOTHING_NOTICEABLE

    eventually(lambda: messages() == 1, within=0.5, every=0.01)


def test_many_nudges_are_one_message_whoever_sends_them(messages, tries):
    one, another = nudge_of(NudgeSender()), nudge_of(NudgeSender())

    assert seconds(lambda: a_thousand(one)) < NOTHING_NOTICEABLE
    assert seconds(lambda: a_thousand(another)) < NOTHING_NOTICEABLE
    eventually(lambda: messages() == 1, within=0.5)
    one()

    time.sleep(3 * nudges.PAUSE_SECONDS)
    assert messages() == len(tries) == 1


def test_without_a_broker_it_is_tried_once_and_then_left_alone(no_broker, tries):
    sender = NudgeSender()
    nudge = nudge_of(sender)

    assert seconds(nudge) < NOTHING_NOTICEABLE
    eventually(lambda: tries, within=0.5)
    assert seconds(lambda: a_thousand(nudge)) < NOTHING_NOTICEABLE

    time.sleep(0.5)
    assert len(tries) == 1
    # Else it tries again in the midst of a later test.
    sender.asked.clear()


def test_after_a_while_it_tries_again(no_broker, tries, monkeypatch):
    monkeypatch.setattr(nudges, "BREAKER_SECONDS", 0.3)
    nudge = nudge_of(NudgeSender())
    nudge()
    eventually(lambda: tries, within=0.5)

    nudge()

    eventually(lambda: len(tries) == 2, within=1)
    assert tries[1] - tries[0] >= 0.3


def test_a_frozen_broker_costs_nothing_and_is_served_when_it_wakes(
    valkey, messages, tries, monkeypatch
):
    monkeypatch.setattr(nudges, "BREAKER_SECONDS", 0.5)
    sender = NudgeSender()
    nudge = nudge_of(sender)
    nudge()
    eventually(lambda: messages() == 1, within=0.5)
    gathering.hints.delete("asked:judge")

    os.kill(valkey.popen.pid, signal.SIGSTOP)
    try:
        assert seconds(lambda: a_thousand(nudge)) < NOTHING_NOTICEABLE
        eventually(lambda: len(tries) == 2, within=0.5)
        time.sleep(0.3)  # longer than it waits for an answer, so the breaker is open
        assert seconds(lambda: a_thousand(nudge)) < NOTHING_NOTICEABLE
        assert len(tries) == 2
    finally:
        os.kill(valkey.popen.pid, signal.SIGCONT)

    def served():
        nudge()
        return len(tries) >= 3 and messages() >= 2

    # What it took in while it was frozen says for a moment that a message is on its way.
    eventually(served, within=2 * gathering.ASKED_SECONDS)
    sender.asked.clear()


def test_a_forked_process_sends_its_own(messages):
    # A kind that no other test asks for: what one of them asked for may arrive any time.
    nudge = nudge_of(NudgeSender(), "forget_scores")
    nudge()
    eventually(lambda: messages("bulk") == 1)
    gathering.hints.delete("asked:forget_scores")

    child = os.fork()
    if child == 0:
        nudge()
        time.sleep(30)
        os._exit(0)

    try:
        eventually(lambda: messages("bulk") == 2)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_without_a_thread_to_be_had_it_does_not_raise(messages, monkeypatch):
    def none_left(thread):
        raise RuntimeError("can't start new thread")

    nudge = nudge_of(NudgeSender())
    with monkeypatch.context() as poor:
        poor.setattr(threading.Thread, "start", none_left)
        nudge()

    nudge()

    eventually(lambda: messages() == 1, within=0.5)


# Several kinds of work.


def test_each_kind_of_work_has_a_message_of_its_own_in_its_own_queue(messages, tries):
    sender = NudgeSender()

    a_thousand(nudge_of(sender, "judge"))
    a_thousand(nudge_of(sender, "count_impact"))

    eventually(lambda: messages("score") and messages("bulk"), within=0.5, every=0.01)
    time.sleep(3 * nudges.PAUSE_SECONDS)
    assert messages("score") == messages("bulk") == 1
    assert len(tries) == 2


def test_a_dead_broker_is_tried_once_and_not_once_for_each_kind(no_broker, tries, monkeypatch):
    monkeypatch.setattr(nudges, "BREAKER_SECONDS", 0.3)
    sender = NudgeSender()

    for name in SWEEPS:
        sender(SWEEPS[name])
    eventually(lambda: tries, within=0.5)
    time.sleep(0.2)
    assert len(tries) == 1

    # Those whose message was not tried are not forgotten.
    eventually(lambda: len(tries) == len(SWEEPS), within=2)
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(tries))


def test_all_kinds_share_one_thread(messages):
    before = set(threading.enumerate())
    sender = NudgeSender()

    for name in SWEEPS:
        sender(SWEEPS[name])
    eventually(lambda: messages("bulk") == len(SWEEPS) - 1, within=0.5)

    assert [thread.name for thread in set(threading.enumerate()) - before] == ["nudges"]
