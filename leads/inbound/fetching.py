"""Fetching what was posted as an id alone, by any number of workers, each lead by one at a time.

A try is noted before it begins: the lead is due again after the pause that follows it, so a worker
that dies leaves it to the next. No transaction is open while the other side is asked. What it said
is kept as it came, and read like any other post.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Min

from leadportal.db import clock, sweeps
from leadportal.db.sealed import CannotOpen, opened
from leads.inbound import taking
from leads.inbound.systems.catalogue import road
from leads.inbound.systems.lead_apis import NotFetched
from leads.models import Delivery, DeliveryState, Inlet

# From one try to the next. The first is longer than a task may last, so no two try at once.
PAUSES = [
    *(timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)),
    *(timedelta(hours=4), timedelta(hours=12), timedelta(hours=24)),
]
TRIES = len(PAUSES) + 1
# What has trouble for one lead is asked for no other before that.
AWAY = timedelta(minutes=1)
FETCHING = DeliveryState.FETCHING

log = structlog.get_logger(__name__)

# Index delivery_due.
_TAKE = """
UPDATE leads_delivery SET attempts = attempts + 1, due_at = clock_timestamp()
    + (%(pauses)s::interval[])[least(attempts + 1, cardinality(%(pauses)s::interval[]))]
WHERE id = (SELECT id FROM leads_delivery WHERE state = 'fetching' AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING *
"""


def drain(*, seconds: float | None = None) -> int:
    """Fetch what is due until nothing is, or the seconds are spent; gives how many were tried."""
    return sweeps.in_batches(_fetch_next, seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the lead that waits longest was to be fetched; None when none is due."""
    due = Delivery.objects.filter(state=FETCHING, due_at__lte=at or clock.now())
    oldest: datetime | None = due.aggregate(at=Min("due_at"))["at"]
    return oldest


def _fetch_next() -> int:
    taken = list(Delivery.objects.raw(_TAKE, {"pauses": PAUSES}))
    if not taken:
        return 0
    (delivery,) = taken
    inlet = Inlet.objects.get(pk=delivery.inlet_id)
    try:
        body = _fetched(inlet, delivery.asks_for)
    except NotFetched as error:
        _failed(delivery, inlet, error)
    else:
        _came(delivery, body)
    return 1


def _fetched(inlet: Inlet, key: str) -> bytes:
    api = road(inlet.system).api
    try:
        token, secret = opened(inlet.access_token), opened(inlet.secret)
    except CannotOpen:
        why = "The access token cannot be read since the portal’s own key changed. Save it again."
        raise NotFetched(why, is_access=True) from None
    if api is None or not token:
        raise NotFetched("No access token is saved at this address.", is_access=True)
    return api.fetch(key, token=token, secret=secret, at=clock.now())


@transaction.atomic
def _came(delivery: Delivery, body: bytes) -> None:
    now = clock.now()
    received: dict[str, Any] = {"state": DeliveryState.RECEIVED, "reason": "", "attempts": 0}
    _held(delivery).update(body=body, due_at=now, **received)
    sweeps.nudge(taking.SWEEP)


def _failed(delivery: Delivery, inlet: Inlet, error: NotFetched) -> None:
    why = str(error)[: taking.REASON_MAX]
    log.warning(
        "a lead was not fetched",
        delivery_id=delivery.pk,
        attempts=delivery.attempts,
        is_lasting=error.is_lasting,
    )
    others = inlet.deliveries.filter(state=FETCHING).exclude(pk=delivery.pk)
    given_up = {"state": DeliveryState.FAILED, "reason": why, "due_at": None}
    if error.is_access:
        # Unless somebody has saved another one meanwhile.
        others.filter(inlet__access_token=inlet.access_token).update(**given_up)
    if error.is_lasting or delivery.attempts >= TRIES:
        _held(delivery).update(**given_up)
        return
    now = clock.now()
    pause = max(PAUSES[delivery.attempts - 1], error.wait)
    _held(delivery).update(reason=why, due_at=now + pause)
    soon = now + max(AWAY, error.wait)
    others.filter(due_at__lt=soon).update(due_at=soon)


def _held(delivery: Delivery) -> Any:
    """This one, if nobody began another try since we took it."""
    return Delivery.objects.filter(pk=delivery.pk, state=FETCHING, attempts=delivery.attempts)
