"""The background work about people."""

from datetime import timedelta

from accounts import tries, visits
from leadportal.db.sweeps import Sweep

SWEEPS = (
    Sweep(
        name="forget_tries",
        queue="bulk",
        period=timedelta(hours=1),
        drain=tries.forget_tries,
        oldest_due=tries.oldest_due,
    ),
    Sweep(
        name="forget_sessions",
        queue="bulk",
        period=timedelta(hours=1),
        drain=visits.forget_expired,
        oldest_due=visits.oldest_expired,
    ),
)
