"""Two processes meet the same person: the later one starts again and finds them."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction
from psycopg2 import errors

ATTEMPTS = 8
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure)
T = TypeVar("T")


class Raced(Exception):
    """Somebody else wrote the same identity first; it can be found now."""


def again_when_raced(write: Callable[[], T]) -> T:
    """Run `write` in a transaction of its own, again from the start when it was too late.

    Each round ends only when the faster one has committed, so the next round sees its rows.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return write()
        except Raced:
            if attempt == ATTEMPTS:
                raise
        except IntegrityError as error:
            if not isinstance(error.__cause__, errors.UniqueViolation) or attempt == ATTEMPTS:
                raise
        except OperationalError as error:
            if not isinstance(error.__cause__, _AGAIN) or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")
