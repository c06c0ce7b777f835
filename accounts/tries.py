"""Guessing passwords is slowed down, for who guesses and for nobody else.

What is counted is the account together with the place it is tried from, and, more widely, the
place alone: what one does elsewhere closes an account to nobody. A browser in which this account
signed in before is a place of its own. After some tries that failed each further one has to wait
for twice as long; a try that comes too early is not looked at, and does not count.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

from accounts.models import SignInTries
from leadportal.db import clock, sweeps

# After as long without a try, one begins anew.
FORGIVEN = timedelta(minutes=15)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Patience:
    """So many tries may fail; then there are pauses of 1, 2, 4 … seconds, up to the longest."""

    free: int
    longest: int


OF_ACCOUNT = Patience(free=5, longest=300)
OF_PLACE = Patience(free=30, longest=60)

# One statement, so that of many tries at once each is counted. The clock is the database's.
_TRY = """
WITH tried AS (
    INSERT INTO accounts_signintries AS t (key, tries, at)
    VALUES (%(key)s, 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN t.at < clock_timestamp() - %(forgiven)s THEN 1 ELSE t.tries + 1 END,
        at = clock_timestamp()
    WHERE t.at < clock_timestamp() - %(forgiven)s
       OR t.tries < %(free)s
       OR t.at + least(power(2, least(t.tries - %(free)s, 20)), %(longest)s) * interval '1 second'
          <= clock_timestamp()
    RETURNING key)
SELECT extract(epoch FROM
    t.at + least(power(2, least(t.tries - %(free)s, 20)), %(longest)s) * interval '1 second'
    - clock_timestamp())
  FROM (SELECT %(key)s AS key) asked LEFT JOIN accounts_signintries t USING (key)
 WHERE NOT EXISTS (SELECT FROM tried)
"""


def key_of(*parts: str) -> str:
    """What one counter is called: a digest, so that the table names nobody."""
    return salted_hmac("accounts.tries", "\0".join(parts), algorithm="sha256").hexdigest()


def begin(key: str, patience: Patience) -> int:
    """Count one try. 0, or how many seconds too early it came; then it is not counted."""
    terms: dict[str, Any] = {
        "key": key,
        "forgiven": FORGIVEN,
        "free": patience.free,
        "longest": patience.longest,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TRY, terms)
        refused = cursor.fetchone()
    # Of two at once the later may read the row as it was before the other: a moment, then.
    return max(1, math.ceil(refused[0] or 0)) if refused else 0


def forgive(key: str) -> None:
    """A try was right: whoever came in begins anew."""
    SignInTries.objects.filter(key=key).delete()


def take_back(key: str) -> None:
    """A try was right, and says nothing of the others from there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_signintries SET tries = greatest(tries - 1, 0) WHERE key = %s", [key]
        )


def forget_tries(at: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete what counts for nobody any more, a batch at a time; gives how many."""
    return sweeps.forget(SignInTries, "at", kept=KEPT, now=at, seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the oldest one was to be forgotten; None when none is due."""
    return sweeps.oldest_kept_too_long(SignInTries, "at", kept=KEPT, now=at or clock.now())
