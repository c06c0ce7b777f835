"""A nudge makes the drain prompt; whatever state the broker is in, it costs a request nothing."""

import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from django.conf import settings
from redis import Redis

from leadportal import gathering, nudges
from leadportal.celery import app, task_of
from leadportal.db.sweeps import CALLERS, QUEUES, SENDERS, SWEEPS
from leadportal.nudges import BREAKER_SECONDS, PAUSE_SECONDS, NudgeSender
from tests.processes import eventually


def nudge_of(sender, name="judge"):
    return partial(sender, SWEEPS[name])


def a_thousand(nudge):
    for _ in range(1000):
        nudge()


class Rests:
    """What a sender that has sent does: it says for how long it would rest, and waits for us."""

    def __init__(self):
        # Senders of other tests and of the process itself rest as they like.
        self.others = set(threading.enumerate())
        self.seconds = []
        self.over = threading.Semaphore(0)
        self.all_over = False

    def sleep(self, seconds):
        if self.all_over or threading.current_thread() in self.others:
            return time.sleep(seconds)
        self.seconds.append(seconds)
        return self.over.acquire()

    def end(self):
        self.over.release()

    def end_all(self):
        self.all_over = True
        self.over.release(100)


@pytest.fixture
def rests(monkeypatch):
    rests = Rests()
    monkeypatch.setattr(nudges, "time", SimpleNamespace(sleep=rests.sleep))
    yield rests
    rests.end_all()


@pytest.fixture
def no_broker(monkeypatch):
    """A broker's address where nobody listens."""
    nobody = f"{settings.DATA_DIR}/nobody"
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{nobody}")
    monkeypatch.setattr(gathering, "hints", Redis.from_url(f"unix://{nobody}"))


@pytest.fixture
def tries(monkeypatch):
    """Which sweeps were tried to be asked for, and by which thread; they are, all the same."""
    made = []

    def noting(name, send):
        def noted(**options):
            made.append((name, threading.current_thread().name))
            return send(**options)

        return noted

    for name in SWEEPS:
        task = task_of(name)
        monkeypatch.setattr(task, "apply_async", noting(name, task.apply_async))
    return made


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


def test_a_live_broker_has_the_message_and_who_asked_did_not_send_it(messages, tries):
    nudge = nudge_of(NudgeSender())

    nudge()

    eventually(lambda: messages() == 1)
    assert tries == [("judge", "nudges")]


def test_nobody_waits_while_a_message_is_being_sent(messages, rests, monkeypatch):
    is_sending, may_end = threading.Event(), threading.Event()
    monkeypatch.setattr(
        task_of("judge"), "apply_async", lambda **_: is_sending.set() or may_end.wait()
    )
    nudge = nudge_of(NudgeSender())
    nudge()
    assert is_sending.wait(10)

    asking = threading.Thread(target=a_thousand, args=[nudge], daemon=True)
    asking.start()
    asking.join(10)

    assert not asking.is_alive()
    # Nothing it was asked for is left to be sent into another test.
    may_end.set()
    rests.end()
    eventually(lambda: len(rests.seconds) == 2)


def a_drain_begins(name="judge"):
    """Whoever asked before is heard: from here on a message is needed again."""
    gathering.hints.delete(f"asked:{name}")


def test_many_nudges_are_one_message_until_a_drain_begins(messages, tries, rests):
    nudge, of_another_process = nudge_of(NudgeSender()), nudge_of(NudgeSender())
    nudge()
    eventually(lambda: len(rests.seconds) == 1)

    a_thousand(nudge)
    of_another_process()
    # Both rest: else the other one could take the end of the first one's rest for its own.
    eventually(lambda: len(rests.seconds) == 2)
    rests.end()
    eventually(lambda: len(rests.seconds) == 3)
    assert messages() == len(tries) == 1

    a_drain_begins()
    nudge()
    rests.end()
    rests.end()
    eventually(lambda: len(rests.seconds) == 4)
    assert messages() == len(tries) == 2
    assert set(rests.seconds) == {PAUSE_SECONDS}


def test_a_process_has_one_of_each_kind():
    assert [[one.always for one in many] for many in (SENDERS, CALLERS)] == [[False], [True]]


def test_another_is_called_though_a_drain_is_at_work(messages, tries):
    asked = []

    def drain(*, seconds):
        for ask in (NudgeSender(), NudgeSender(always=True)):
            nudge_of(ask)()
            eventually(lambda sender=ask: not sender.asked)
            time.sleep(2 * PAUSE_SECONDS)
            asked.append(messages())

    gathering.drain(replace(SWEEPS["judge"], drain=drain, seconds=0.0))

    assert asked == [0, 1]


def test_without_a_broker_it_is_tried_once_left_alone_and_tried_again(no_broker, tries, rests):
    nudge = nudge_of(NudgeSender())
    nudge()
    eventually(lambda: rests.seconds)

    a_thousand(nudge)
    assert len(tries) == 1
    rests.end()
    eventually(lambda: len(rests.seconds) == 2)

    assert tries == [("judge", "nudges")] * 2
    assert rests.seconds == [BREAKER_SECONDS] * 2


def test_a_frozen_broker_is_left_alone_and_is_served_when_it_wakes(valkey, messages, tries, rests):
    nudge = nudge_of(NudgeSender())
    nudge()
    eventually(lambda: rests.seconds)
    a_drain_begins()

    os.kill(valkey.popen.pid, signal.SIGSTOP)
    try:
        nudge()
        rests.end()
        eventually(lambda: len(rests.seconds) == 2)
        a_thousand(nudge)
    finally:
        os.kill(valkey.popen.pid, signal.SIGCONT)
    assert len(tries) == 2
    # What the broker took in while it was frozen says for a moment that a message is on its way.
    a_drain_begins()
    rests.end()
    eventually(lambda: len(rests.seconds) == 3)

    assert rests.seconds == [PAUSE_SECONDS, BREAKER_SECONDS, PAUSE_SECONDS]
    assert len(tries) == 3 and messages() >= 2


def test_a_forked_process_sends_its_own(messages):
    # A kind that no other test asks for: what one of them asked for may arrive any time.
    nudge = nudge_of(NudgeSender(), "forget_scores")
    nudge()
    eventually(lambda: messages("bulk") == 1)
    a_drain_begins("forget_scores")

    child = os.fork()
    if child == 0:
        nudge()
        signal.pause()
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

    eventually(lambda: messages() == 1)


# Several kinds of work.


def test_each_kind_of_work_has_a_message_of_its_own_in_its_own_queue(messages, tries, rests):
    sender = NudgeSender()
    sender(SWEEPS["judge"])
    eventually(lambda: len(rests.seconds) == 1)

    a_thousand(nudge_of(sender, "judge"))
    a_thousand(nudge_of(sender, "count_impact"))
    rests.end()
    eventually(lambda: len(rests.seconds) == 2)

    assert messages("score") == messages("bulk") == 1
    assert len(tries) == 2


def test_a_dead_broker_is_tried_once_and_not_once_for_each_kind(no_broker, tries, rests):
    sender = NudgeSender()
    sender(SWEEPS["judge"])
    eventually(lambda: rests.seconds)

    for name in SWEEPS:
        sender(SWEEPS[name])
    assert len(tries) == 1

    # Those whose message was not tried are not forgotten.
    for number in range(2, len(SWEEPS) + 2):
        rests.end()
        eventually(lambda number=number: len(rests.seconds) == number)
        assert len(tries) == number
    assert {name for name, _ in tries} == set(SWEEPS)
    assert set(rests.seconds) == {BREAKER_SECONDS}


def test_all_kinds_share_one_thread(messages):
    before = set(threading.enumerate())
    sender = NudgeSender()

    for name in SWEEPS:
        sender(SWEEPS[name])
    bulk = sum(sweep.queue == "bulk" for sweep in SWEEPS.values())
    eventually(lambda: messages("bulk") == bulk)

    assert [thread.name for thread in set(threading.enumerate()) - before] == ["nudges"]
