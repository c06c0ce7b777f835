"""The background work about people."""

from datetime import timedelta

from accounts import tries, visits
from accounts.mails import mails, sending
from leadportal.db.sweeps import Sweep

SWEEPS = (
    Sweep(
        name="mail",
        queue="deliver",
        period=timedelta(seconds=10),
        drain=sending.drain,
        oldest_due=sending.oldest_due,
    ),
    Sweep(
        name="forget_mails",
        queue="bulk",
        period=timedelta(hours=1),
        drain=mails.forget_mails,
        oldest_due=mails.oldest_kept,
    ),
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
