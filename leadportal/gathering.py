"""Many nudges are few drains: hints in the broker say who has asked, and whether somebody looks.

A drain that was asked for once more while it worked looks again by itself, a moment later, when
more has come together; so under load no message is sent, and a burst is judged in few batches.
Hints fade. Without them, or with wrong ones, work waits for the next look of its sweep.
"""

import time
from typing import NamedTuple

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from leadportal.db.sweeps import SWEEPS, Sweep

# A drain that looks again waits so long, and judges what came in meanwhile together.
GATHER_SECONDS = 0.05
# Whoever asked first so long ago was heard, or the message was lost: then another is sent.
ASKED_SECONDS = 2
# How much longer than its drain a hint of it lasts, if the worker was killed.
LEFT_SECONDS = 5
SOCKET_SECONDS = 0.2

hints = Redis.from_url(
    settings.REDIS_URL,
    socket_connect_timeout=SOCKET_SECONDS,
    socket_timeout=SOCKET_SECONDS,
    retry=Retry(NoBackoff(), 0),
)


def ask(sweep: Sweep) -> bool:
    """Note that somebody asks for a look; whether a message to a worker is needed for it."""
    try:
        with hints.pipeline() as both:
            both.set(_asked(sweep), 1, ex=ASKED_SECONDS, nx=True)
            both.exists(_drains(sweep))
            first, drains = both.execute()
    except RedisError:
        return True
    return bool(first) and not drains


class Look(NamedTuple):
    """What came of a look for work: whether any was done, and whether more may be left."""

    did: bool
    left: bool


def drain(sweep: Sweep) -> Look:
    """Drain until nobody asks any more, or the time is over."""
    stop, left, did = time.monotonic() + sweep.seconds, sweep.seconds, False
    while True:
        done, asked = _drain_once(sweep, seconds=left)
        did |= bool(done)
        left = stop - time.monotonic() - GATHER_SECONDS
        if not asked or left <= 0:
            return Look(did, asked or time.monotonic() >= stop)
        time.sleep(GATHER_SECONDS)


def forget_drains() -> None:
    """Called by a worker that starts: the hints of a killed one are true no more."""
    try:
        hints.delete(*[_drains(sweep) for sweep in SWEEPS.values()])
    except RedisError:
        return


def _drain_once(sweep: Sweep, *, seconds: float) -> tuple[int, bool]:
    """How much it did, and whether somebody asked meanwhile; its hint ends with it."""
    _begin(sweep)
    try:
        done = sweep.drain(seconds=seconds)
    except BaseException:
        _end(sweep)
        raise
    return done, _end(sweep)


def _begin(sweep: Sweep) -> None:
    """From here on, whoever asks is heard by this drain."""
    try:
        with hints.pipeline() as both:
            both.set(_drains(sweep), 1, ex=round(sweep.seconds) + LEFT_SECONDS)
            both.delete(_asked(sweep))
            both.execute()
    except RedisError:
        return


def _end(sweep: Sweep) -> bool:
    """Whether somebody asked meanwhile. Who asks later needs a message, as both are one step."""
    try:
        with hints.pipeline() as both:
            both.delete(_drains(sweep))
            both.exists(_asked(sweep))
            _, asked = both.execute()
    except RedisError:
        return False
    return bool(asked)


def _asked(sweep: Sweep) -> str:
    return f"asked:{sweep.name}"


def _drains(sweep: Sweep) -> str:
    return f"drains:{sweep.name}"
