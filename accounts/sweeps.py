"""The background work about people."""

from datetime import timedelta

from accounts import tries
from leadportal.db.sweeps import Sweep

SWEEPS = (
    Sweep(
        name="forget_tries",
        queue="bulk",
        period=timedelta(hours=1),
        drain=tries.forget_tries,
        oldest_due=tries.oldest_due,
    ),
)
