"""Celery tasks: thin and repeatable. They carry nothing but "drain"."""

import threading
import time

import structlog
from celery import current_app, shared_task

from leads import due
from leads.api import idempotency

log = structlog.get_logger(__name__)

# A drain gives the worker back after this long; what is left is found by the next look.
SECONDS = 20.0
# After a failed nudge the broker is left alone this long (RELIABILITY 2).
BREAKER_SECONDS = 5.0
SOCKET_SECONDS = 0.2


@shared_task(name="leads.tasks.drain", ignore_result=True)
def drain() -> None:
    due.drain(seconds=SECONDS)


@shared_task(name="leads.tasks.forget_answers", ignore_result=True)
def forget_answers() -> None:
    idempotency.forget()


class Nudge:
    """Sends "drain" on a connection of its own, with a breaker, and never raises."""

    def __init__(self) -> None:
        self.closed_until = 0.0
        self.local = threading.local()

    def __call__(self) -> None:
        if time.monotonic() < self.closed_until:
            return
        try:
            drain.apply_async(connection=self._connection(), retry=False, expires=10)
        except Exception as error:
            self.closed_until = time.monotonic() + BREAKER_SECONDS
            self.local.connection = None
            log.warning("nudge failed; the sweep will find the work", error=type(error).__name__)

    def _connection(self):  # type: ignore[no-untyped-def]
        """One connection per thread, with timeouts a web request can afford."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            options = {
                **current_app.conf.broker_transport_options,
                "socket_connect_timeout": SOCKET_SECONDS,
                "socket_timeout": SOCKET_SECONDS,
                "max_retries": 0,  # kombu would try for two seconds, and a request would wait
            }
            connection = self.local.connection = current_app.connection_for_write(
                transport_options=options
            )
        return connection


nudge = Nudge()
