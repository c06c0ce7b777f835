"""The background work of the record. A new kind of work is one row here, and its drain."""

from datetime import timedelta

from django.conf import settings

from leadportal.db.sweeps import Sweep
from leads.companies import settling
from leads.demo import player
from leads.duplicates import search
from leads.handoffs import claims
from leads.impact import counting
from leads.imports import job
from leads.inbound import fetching, naming
from leads.inbound import job as inbound
from leads.judging import due, history
from leads.nurture import nurture
from leads.own_fields import counting as attributes
from leads.own_fields import past
from leads.sources import moving
from leads.unread import rereading

# Only where the demonstration is served.
PLAY = Sweep(
    name="play_demo",
    queue="bulk",
    period=timedelta(seconds=90),
    drain=player.play,
    oldest_due=player.never_due,
)
SWEEPS = (
    *((PLAY,) if settings.DEMO else ()),
    Sweep(
        name="judge",
        queue="score",
        period=timedelta(seconds=2),
        drain=due.drain,
        oldest_due=due.oldest_due,
    ),
    Sweep(
        name="return",
        queue="score",
        period=timedelta(seconds=10),
        drain=nurture.return_due,
        oldest_due=nurture.oldest_due,
    ),
    Sweep(
        name="give_back",
        queue="score",
        period=timedelta(seconds=10),
        drain=claims.give_back_left,
        oldest_due=claims.oldest_left,
    ),
    Sweep(
        name="read_again",
        queue="bulk",
        period=timedelta(seconds=10),
        drain=rereading.drain,
        oldest_due=rereading.oldest_due,
    ),
    Sweep(
        name="read_fields",
        queue="bulk",
        period=timedelta(seconds=10),
        drain=past.drain,
        oldest_due=past.oldest_due,
    ),
    Sweep(
        name="count_attributes",
        queue="bulk",
        period=timedelta(seconds=30),
        drain=attributes.drain,
        oldest_due=attributes.oldest_due,
    ),
    Sweep(
        name="move_names",
        queue="bulk",
        period=timedelta(seconds=30),
        drain=moving.drain,
        oldest_due=moving.oldest_due,
    ),
    Sweep(
        name="settle_companies",
        queue="bulk",
        period=timedelta(seconds=30),
        drain=settling.drain,
        oldest_due=settling.oldest_due,
    ),
    Sweep(
        name="find_duplicates",
        queue="bulk",
        period=timedelta(seconds=10),
        drain=search.drain,
        oldest_due=search.oldest_due,
    ),
    Sweep(
        name="count_impact",
        queue="bulk",
        period=timedelta(seconds=5),
        drain=counting.count_due,
        oldest_due=counting.oldest_due,
    ),
    Sweep(
        name="import",
        queue="bulk",
        period=timedelta(seconds=2),
        drain=job.drain,
        oldest_due=job.oldest_due,
        # A batch at a time: a large file keeps two workers, and others wait for them.
        seconds=0.1,
    ),
    Sweep(
        name="inbound",
        queue="score",
        period=timedelta(seconds=5),
        drain=inbound.drain,
        oldest_due=inbound.oldest_due,
    ),
    Sweep(
        name=naming.SWEEP,
        queue="deliver",
        period=timedelta(seconds=5),
        drain=fetching.drain,
        oldest_due=fetching.oldest_due,
    ),
    Sweep(
        name="forget_deliveries",
        queue="bulk",
        period=timedelta(hours=1),
        drain=inbound.forget,
        oldest_due=inbound.oldest_to_forget,
    ),
    Sweep(
        name="forget_imports",
        queue="bulk",
        period=timedelta(hours=1),
        drain=job.forget,
        oldest_due=job.oldest_to_forget,
    ),
    Sweep(
        name="forget_scores",
        queue="bulk",
        period=timedelta(hours=1),
        drain=history.forget_scores,
        oldest_due=history.oldest_due,
    ),
)
