"""Celery tasks: thin and repeatable. They carry nothing but "drain"."""

import os
import threading
import time

import structlog
from celery import Task, current_app, shared_task

from leads import due, history
from leads.api import idempotency
from leads.impact import counting

log = structlog.get_logger(__name__)

# A drain gives the worker back after this long; what is left is found by the next look.
SECONDS = 20.0
# After a nudge its sender rests, and gathers what is asked meanwhile into one message.
PAUSE_SECONDS = 0.05
# After a failed one the broker is left alone this long (RELIABILITY 2).
BREAKER_SECONDS = 5.0
SOCKET_SECONDS = 0.2


@shared_task(name="leads.tasks.drain", ignore_result=True)
def drain() -> None:
    due.drain(seconds=SECONDS)


@shared_task(name="leads.tasks.forget_answers", ignore_result=True)
def forget_answers() -> None:
    idempotency.forget()


@shared_task(name="leads.tasks.forget_scores", ignore_result=True)
def forget_scores() -> None:
    history.forget()


@shared_task(name="leads.tasks.count_impact", ignore_result=True)
def count_impact() -> None:
    counting.drain(seconds=SECONDS)


class Nudge:
    """Asks for a drain soon. Asking sets a flag; a thread of this process does the sending.

    So a request never waits for the broker, whatever state that is in, and one message serves all
    who asked meanwhile. What a process asked for in its last moment may be lost: the sweep looks
    anyway.
    """

    def __init__(self, task: Task = drain) -> None:
        self.task = task
        self._start_afresh()
        # A thread stays behind in the parent, and a lock might stay taken.
        os.register_at_fork(after_in_child=self._start_afresh)

    def _start_afresh(self) -> None:
        self.asked = threading.Event()
        self.starting = threading.Lock()
        self.sender: threading.Thread | None = None

    def __call__(self) -> None:
        self.asked.set()
        if self.sender is None:
            self._start_sender()

    def _start_sender(self) -> None:
        with self.starting:
            if self.sender:
                return
            sender = threading.Thread(target=self._send_when_asked, name="nudge", daemon=True)
            try:
                sender.start()
            except RuntimeError as error:  # no thread to be had; the next who asks tries again
                _note(error)
            else:
                self.sender = sender

    def _send_when_asked(self) -> None:
        connection = None
        while self.asked.wait():
            self.asked.clear()
            try:
                connection = connection or _own_connection()
                self.task.apply_async(connection=connection, retry=False, expires=10)
            except Exception as error:
                connection = None
                _note(error)
                time.sleep(BREAKER_SECONDS)
            else:
                time.sleep(PAUSE_SECONDS)


def _note(error: Exception) -> None:
    log.warning("nudge failed; the sweep will find the work", error=type(error).__name__)


def _own_connection():  # type: ignore[no-untyped-def]
    """One that gives up soon; the pool of Celery is made for a worker's patience."""
    options = {
        **current_app.conf.broker_transport_options,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
        "max_retries": 0,  # kombu would try for two seconds
    }
    return current_app.connection_for_write(transport_options=options)


nudge = Nudge()
nudge_counting = Nudge(count_impact)
