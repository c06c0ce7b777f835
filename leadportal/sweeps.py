"""The background work of the ground."""

from datetime import timedelta

from leadportal.db.sweeps import Sweep
from leadportal.rest import idempotency
from leadportal.web import once

SWEEPS = (
    Sweep(
        name="forget_answers",
        queue="bulk",
        period=timedelta(hours=1),
        drain=idempotency.forget_answers,
        oldest_due=idempotency.oldest_due,
    ),
    Sweep(
        name="forget_forms",
        queue="bulk",
        period=timedelta(hours=1),
        drain=once.forget_forms,
        oldest_due=once.oldest_due,
    ),
)
