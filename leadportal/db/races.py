"""Two processes meet the same person: the later one starts again and finds them."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from django.db import IntegrityError, NotSupportedError, OperationalError, transaction
from psycopg2 import errors

ATTEMPTS = 8
_AGAIN = (
    errors.UniqueViolation,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    # A plan that a migration made old (leadportal/db/prepared.py).
    errors.FeatureNotSupported,
)
T = TypeVar("T")
_inside: ContextVar[bool] = ContextVar("inside", default=False)


class Raced(Exception):
    """Somebody else wrote the same identity first; it can be found now."""


def again_when_raced(write: Callable[[], T]) -> T:
    """Run `write` in a transaction of its own, again from the start when it was too late.

    Each round ends only when the faster one has committed, so the next round sees its rows. Inside
    another such call it is that one which starts again, with everything: one transaction, no
    savepoint.
    """
    if _inside.get():
        return write()
    outermost = _inside.set(True)
    try:
        for _ in range(ATTEMPTS - 1):
            try:
                with transaction.atomic():
                    return write()
            except (Raced, IntegrityError, NotSupportedError, OperationalError) as error:
                if not _helps_to_start_again(error):
                    raise
        with transaction.atomic():
            return write()
    finally:
        _inside.reset(outermost)


def _helps_to_start_again(error: Exception) -> bool:
    return isinstance(error, Raced) or isinstance(error.__cause__, _AGAIN)
