"""Nudges on their way to the broker; whatever state that is in, a request does not wait for it."""

import os
import threading
import time

import structlog
from kombu import Connection

from leadportal import gathering
from leadportal.celery import app, task_of
from leadportal.db import errors
from leadportal.db.sweeps import SWEEPS, Sweep

log = structlog.get_logger(__name__)

# After its messages the sender rests, and gathers what is asked meanwhile into one of each kind.
PAUSE_SECONDS = 0.05
# After a failure the broker is left alone this long, by all kinds of work (RELIABILITY 2).
BREAKER_SECONDS = 5.0
SOCKET_SECONDS = 0.2


class NudgeSender:
    """Asks for drains soon. Asking notes the sweep; one thread of this process does the sending.

    So a request never waits for the broker, and a dead broker is tried once in a while, however
    many kinds of work there are. One message serves all who ask until a drain begins, and while it
    works none is needed (leadportal/gathering.py). What a process asked for in its last moment may
    be lost: the sweep looks anyway.

    With `always` a message is sent though a drain is at work: there is more than it does at once.
    """

    def __init__(self, *, always: bool = False) -> None:
        self.always = always
        self._start_afresh()
        # A thread stays behind in the parent, and a lock might stay taken.
        os.register_at_fork(after_in_child=self._start_afresh)

    def _start_afresh(self) -> None:
        self.asked: set[str] = set()
        self.somebody_asked = threading.Event()
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None
        self.connection: Connection | None = None

    def __call__(self, sweep: Sweep) -> None:
        # In this order: the thread looks into the set after it has taken the event back.
        self.asked.add(sweep.name)
        self.somebody_asked.set()
        if self.thread is None:
            self._start_thread()

    def _start_thread(self) -> None:
        with self.starting:
            if self.thread:
                return
            thread = threading.Thread(target=self._send_when_asked, name="nudges", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # no thread to be had; the next who asks tries again
                _note(error)
            else:
                self.thread = thread

    def _send_when_asked(self) -> None:
        while self.somebody_asked.wait():
            self.somebody_asked.clear()
            while self.asked:
                time.sleep(self._send())

    def _send(self) -> float:
        """A message for each sweep that was asked for, if no drain will look without one.

        Gives how long to leave the broker alone.
        """
        try:
            self.connection = self.connection or _own_connection()
            # Whoever asks from here on may wait for the next round.
            for _ in range(len(self.asked)):
                name = self.asked.pop()
                if self.always or gathering.ask(SWEEPS[name]):
                    task_of(name).apply_async(connection=self.connection, retry=False)
        except Exception as error:
            self.connection = None
            _note(error)
            return BREAKER_SECONDS
        return PAUSE_SECONDS


def _note(error: Exception) -> None:
    log.warning("nudge failed; the sweep will find the work", error=errors.name_of(error))


def _own_connection() -> Connection:
    """One that gives up soon; the pool of Celery is made for a worker's patience."""
    options = {
        **app.conf.broker_transport_options,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
        "max_retries": 0,  # kombu would try for two seconds
    }
    return app.connection_for_write(transport_options=options)
