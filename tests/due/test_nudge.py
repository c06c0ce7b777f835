"""A nudge makes the drain prompt; a broker that is away costs a moment once, and nothing else."""

import os
import signal
import time

import pytest
from django.conf import settings

from leads import tasks
from leads.tasks import Nudge


def seconds(call):
    started = time.monotonic()
    call()
    return time.monotonic() - started


@pytest.fixture
def no_broker(monkeypatch):
    """A broker's address where nobody listens."""
    monkeypatch.setattr(
        tasks.current_app.conf, "broker_write_url", f"redis+socket://{settings.DATA_DIR}/nobody"
    )


def test_without_a_broker_a_nudge_is_short_once_and_then_nothing(no_broker):
    nudge = Nudge()

    assert seconds(nudge) < 0.5
    assert nudge.closed_until > time.monotonic()
    assert seconds(lambda: [nudge() for _ in range(1000)]) < 0.05


def test_after_a_while_it_tries_again(no_broker, monkeypatch):
    nudge = Nudge()
    nudge()
    first = nudge.closed_until
    monkeypatch.setattr(tasks, "BREAKER_SECONDS", 60.0)
    nudge.closed_until = 0.0

    nudge()

    assert nudge.closed_until > first


def test_a_frozen_broker_costs_less_than_half_a_second_once(valkey):
    nudge = Nudge()
    nudge()
    assert nudge.closed_until == 0.0

    os.kill(valkey.popen.pid, signal.SIGSTOP)
    try:
        assert seconds(nudge) < 0.5
        assert seconds(lambda: [nudge() for _ in range(1000)]) < 0.05
        fresh = Nudge()
        assert seconds(fresh) < 0.5
        assert fresh.closed_until > 0
    finally:
        os.kill(valkey.popen.pid, signal.SIGCONT)
    nudge.closed_until = 0.0
    nudge()
    assert nudge.closed_until == 0.0
