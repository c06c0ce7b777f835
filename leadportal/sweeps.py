"""The background work of the ground."""

from datetime import timedelta

from leadportal.db.sweeps import Sweep
from leadportal.rest import idempotency

SWEEPS = (
    Sweep(
        name="forget_answers",
        queue="bulk",
        period=timedelta(hours=1),
        drain=idempotency.forget_answers,
        oldest_due=idempotency.oldest_due,
    ),
)
