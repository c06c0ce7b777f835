"""Leads that were posted as ids alone: each becomes a delivery of its own, to be fetched once."""

from collections.abc import Iterable

from django.db.models import QuerySet

from leadportal.db import clock, sweeps
from leads.models import Delivery, DeliveryState
from leads.models.inbound import BODY_KEPT

SWEEP = "fetch"


def name(delivery: Delivery, ids: Iterable[str]) -> list[int]:
    """Have the leads of these ids fetched that were not; the numbers of their deliveries."""
    ids, now = list(dict.fromkeys(ids)), clock.now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                inlet=delivery.inlet,
                asks_for=one,
                named_by=delivery,
                state=DeliveryState.FETCHING,
                received_at=delivery.received_at,
                content_type="application/json",
                let_in_by=delivery.let_in_by,
                due_at=now,
                forget_at=delivery.received_at + BODY_KEPT,
            )
            for one in ids
        ],
        ignore_conflicts=True,
    )
    there = Delivery.objects.filter(inlet=delivery.inlet, asks_for__in=ids)
    fetch_again(there)
    sweeps.nudge(SWEEP)
    return list(there.order_by("pk").values_list("pk", flat=True))


def fetch_again(some: "QuerySet[Delivery]") -> int:
    """Have those of them fetched that were given up; how many."""
    given_up = some.filter(state=DeliveryState.FAILED, body=b"", forget_at__isnull=False)
    return given_up.exclude(asks_for="").update(
        state=DeliveryState.FETCHING, reason="", attempts=0, due_at=clock.now()
    )
