"""The work behind the inlets: read what came in, one delivery a transaction; forget what is old.

A worker takes some by moving their due time ahead and counts the try in the same breath, so that
what a killed one held is read a minute later, and what cannot be read ends after some tries.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Min, QuerySet

from leadportal.db import clock, errors, sweeps
from leads.inbound import taking
from leads.models import Delivery, DeliveryState
from leads.models.inbound import DUE

AT_ONCE = 20
LEASE = timedelta(seconds=60)
TRIES = 5

log = structlog.get_logger(__name__)


def drain(*, seconds: float | None = None) -> int:
    """Read what is due until nothing is left, or `seconds` are spent; how many."""
    return sweeps.in_batches(_some, seconds=seconds)


def oldest_due() -> datetime | None:
    """Since when the next delivery waits."""
    found: datetime | None = _received().aggregate(at=Min("due_at"))["at"]
    return found


def _received() -> "QuerySet[Delivery]":
    return Delivery.objects.filter(state=DeliveryState.RECEIVED)


def _some() -> int:
    leased = _lease()
    for pk in leased:
        _read(pk)
    return len(leased)


@transaction.atomic
def _lease() -> list[int]:
    now = clock.now()
    due = _received().filter(due_at__lte=now).order_by("due_at", "pk")
    found = list(
        due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:AT_ONCE]
    )
    Delivery.objects.filter(pk__in=found).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    return found


def _read(pk: int) -> None:
    try:
        with transaction.atomic():
            held = (
                _received()
                .filter(pk=pk)
                .select_for_update(no_key=True, of=("self",))
                .select_related("inlet__integration", "inlet__form")
            )
            if delivery := held.first():
                taking.take(delivery)
    except Exception as error:
        log.exception("a delivery cannot be read", error=errors.name_of(error))
        _give_up(pk, errors.name_of(error))


def _give_up(pk: int, name: str) -> None:
    """After some tries it is said to have failed, until somebody has it read again."""
    tried = _received().filter(pk=pk, attempts__gte=TRIES)
    why = f"It could not be read ({name}). Whoever looks after the portal finds it in its log."
    tried.update(state=DeliveryState.FAILED, reason=why, due_at=None)


# --- forgetting --------------------------------------------------------------------------------

FORGOTTEN_AT_ONCE = 500


def forget(*, seconds: float | None = None) -> int:
    """Forget what stood in deliveries 30 days ago, and whence they came; how many."""
    return sweeps.in_batches(_forget_some, seconds=seconds)


def oldest_to_forget() -> datetime | None:
    oldest: datetime | None = _to_forget().aggregate(at=Min("forget_at"))["at"]
    return oldest


def _to_forget() -> "QuerySet[Delivery]":
    return Delivery.objects.filter(forget_at__lte=clock.now()).exclude(state__in=DUE)


@transaction.atomic
def _forget_some() -> int:
    some = _to_forget().select_for_update(skip_locked=True, no_key=True)
    found = list(some.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    Delivery.objects.filter(pk__in=found).update(body=b"", headers={}, address="", forget_at=None)
    return len(found)
