"""The one clock that decides: the database's, which all processes on all machines share.

A web server whose own clock is wrong delays nothing and makes nothing late. Asked of the database
once a minute; in between the time is counted on from there, by a clock that nobody sets.
"""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

# A database whose clock was set is followed after so many seconds.
ASKED_EVERY = 60.0
# Of several answers the quickest says best when it was given.
QUESTIONS = 3

# When it was last asked, by our steady clock, and what the database's was then.
_known: tuple[float, datetime] | None = None


def now() -> datetime:
    """The moment it is for the database, in UTC. Raises what a query raises."""
    steady = time.monotonic()
    known = _known
    if known is None or (steady - known[0] > ASKED_EVERY and not connection.needs_rollback):
        known = _ask()
        steady = time.monotonic()
    asked, then = known
    return then + timedelta(seconds=steady - asked)


def day_end(at: datetime) -> datetime:
    """The midnight that ends the day, on the clock of whoever reads it."""
    here = timezone.localtime(at)
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _ask() -> tuple[float, datetime]:
    global _known
    connection.ensure_connection()
    answers = []
    # Not one of the queries of whoever asks.
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        for _ in range(QUESTIONS):
            before = time.monotonic()
            cursor.execute("SELECT clock_timestamp()")
            after = time.monotonic()
            answers.append((after - before, (before + after) / 2, cursor.fetchone()[0]))
    _, asked, then = min(answers)
    _known = (asked, then)
    return _known
