"""Background work as a table: each kind of it is one row, and a row is all that tells of it.

An app declares its rows as SWEEPS in its module `sweeps`; once all apps are loaded the wiring
gathers them here. Celery's tasks, their queues and beat, nudges and `/readyz` come from them.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, Protocol, get_args

from django.db import models, transaction

from leadportal.db import clock

# Celery's queues, which a worker may serve all or some of.
Queue = Literal["score", "deliver", "bulk"]
QUEUES: tuple[Queue, ...] = get_args(Queue)


class Drain(Protocol):
    """Works until nothing is due, or so many seconds are spent; gives how much it did.

    Any number may run at once.
    """

    def __call__(self, *, seconds: float) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One kind of work. What of it is due stands in rows with a due time, and nowhere else."""

    name: str
    queue: Queue
    # Between two looks. A look that finds nothing should cost one probe of an index.
    period: timedelta
    drain: Drain
    # The due time of what waits longest; None when nothing is due.
    oldest_due: Callable[[], datetime | None]
    # A drain gives the worker back after this long, and asks for another look at what is left.
    seconds: float = 20.0


# Every app's rows by name, filled by the wiring (leadportal/celery.py).
SWEEPS: dict[str, Sweep] = {}

# What carries a nudge to a worker: never waits, never raises. The wiring hangs it in.
SENDERS: list[Callable[[Sweep], None]] = []


def nudge(name: str) -> None:
    """After this transaction commits, ask a worker to look for work of this kind.

    Losing it loses time only: the next look finds the work. KeyError where there is no such sweep.
    """
    sweep = SWEEPS[name]
    for send in SENDERS:
        transaction.on_commit(partial(send, sweep), robust=True)


# What carries it though somebody is at it; never waits, never raises either.
CALLERS: list[Callable[[Sweep], None]] = []


def call_another(name: str) -> None:
    """Within a drain that found more than it does at once: ask a second worker to look, now."""
    for call in CALLERS:
        call(SWEEPS[name])


def in_batches(batch: Callable[[], int], *, seconds: float | None = None) -> int:
    """Call `batch` until it has nothing to do or the seconds are spent; the sum of what it did."""
    stop = math.inf if seconds is None else time.monotonic() + seconds
    done = 0
    while time.monotonic() < stop and (count := batch()):
        done += count
    return done


# Rows one statement forgets: short enough for every timeout.
FORGOTTEN_AT_ONCE = 10_000


def forget(
    model: type[models.Model],
    column: str,
    *,
    kept: timedelta,
    now: datetime | None = None,
    seconds: float | None = None,
) -> int:
    """Delete rows whose time in `column` is longer ago than `kept`, in batches; gives how many."""
    old = model._default_manager.filter(**{f"{column}__lt": (now or clock.now()) - kept})
    some = old.order_by(column).values("pk")[:FORGOTTEN_AT_ONCE]
    forget_some = model._default_manager.filter(pk__in=some).delete
    return in_batches(lambda: forget_some()[0], seconds=seconds)


def oldest_kept_too_long(
    model: type[models.Model], column: str, *, kept: timedelta, now: datetime | None = None
) -> datetime | None:
    """When the oldest row was to be forgotten; None when none is due."""
    oldest: datetime | None = model._default_manager.aggregate(at=models.Min(column))["at"]
    return oldest + kept if oldest and oldest + kept < (now or clock.now()) else None
