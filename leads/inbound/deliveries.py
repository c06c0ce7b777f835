"""What comes in, kept before anything of it is read; and what people do with it afterwards."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock, sweeps
from leads.inbound import naming, suspicion
from leads.inbound.systems.catalogue import kept
from leads.inbound.systems.samples import sample
from leads.inbound.taking import QUARANTINED, SWEEP, raw_of, settle
from leads.models import Delivery, DeliveryState, Inlet, System
from leads.models.inbound import BODY_KEPT

# Shown on the page of an inlet.
SHOWN = 100
TO_LOOK_AT = (DeliveryState.QUARANTINED, DeliveryState.FAILED)
# Of what could not be read at once are read again.
AGAIN_MAX = 1_000
_FINISHED = (
    *(DeliveryState.FAILED, DeliveryState.IGNORED, DeliveryState.TAKEN),
    *(DeliveryState.FETCHING, DeliveryState.NAMED),
)


class DeliveryRefused(Exception):
    """It cannot be done with this delivery now; says why."""


def receive(
    inlet: Inlet,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str],
    *,
    address: str = "",
    is_test: bool = False,
    at: datetime | None = None,
) -> Delivery:
    """Keep a post as it came, and ask a worker to read it.

    It is in quarantine at once where it is not signed as it should be: whoever set the other side
    up is told by the answer, and nothing is lost meanwhile.
    """
    at = at or clock.now()
    delivery = Delivery.objects.create(
        inlet=inlet,
        received_at=at,
        body=body,
        content_type=content_type[:200],
        headers=kept(headers, inlet.system),
        address=address[:45],
        is_test=is_test,
        due_at=at,
        forget_at=at + BODY_KEPT,
    )
    if why := "" if is_test else suspicion.unproven(delivery, raw_of(delivery)):
        return settle(delivery, QUARANTINED, why)
    sweeps.nudge(SWEEP)
    return delivery


def of(inlet: Inlet, state: DeliveryState | None = None) -> "QuerySet[Delivery]":
    """What came in by an inlet, the newest first; not the posts that only name others of these.

    With a state, what is in it and still kept.
    """
    if state is not None:
        return inlet.deliveries.filter(state=state, forget_at__isnull=False)
    return inlet.deliveries.exclude(state=DeliveryState.NAMED)


def are_read(inlet: Inlet) -> bool:
    """Whether something of an inlet is about to be read."""
    return inlet.deliveries.filter(state=DeliveryState.RECEIVED).exists()


def to_look_at(inlet: Inlet) -> dict[str, int]:
    """How many of an inlet wait for somebody: "waiting" in quarantine, "failed" not taken."""
    found: dict[str, int] = inlet.deliveries.filter(forget_at__isnull=False).aggregate(
        waiting=Count("pk", filter=Q(state=QUARANTINED)),
        failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
    )
    return found


def send_test(inlet: Inlet, person: User) -> Delivery:
    """Send a sample of this system all the way; it leaves no lead. Raises NotAllowed."""
    policy.require(person, Action.EDIT_INBOUND)
    kind, body = sample(System(inlet.system))
    return receive(inlet, body, kind, {}, is_test=True)


@transaction.atomic
def replay(delivery: Delivery, person: User) -> Delivery:
    """Read it once more, as things are now, or fetch what is still to be fetched, now.

    Raises DeliveryRefused or NotAllowed.
    """
    return _again(_held(delivery, person), _FINISHED)


@transaction.atomic
def let_in(delivery: Delivery, person: User) -> Delivery:
    """Take it in whatever speaks against it. Raises DeliveryRefused or NotAllowed."""
    delivery = _held(delivery, person)
    delivery.let_in_by = person
    return _again(delivery, (QUARANTINED,))


@transaction.atomic
def drop(delivery: Delivery, person: User) -> Delivery:
    """Throw one away that is in quarantine. Raises DeliveryRefused or NotAllowed."""
    delivery = _held(delivery, person)
    if delivery.state != QUARANTINED:
        raise DeliveryRefused("It is not in quarantine any more.")
    return settle(delivery, DeliveryState.IGNORED, f"Thrown away by {person.name}.")


@transaction.atomic
def replay_failed(inlet: Inlet, person: User, *, at: datetime | None = None) -> int:
    """Read or fetch again what could not be; how many. Raises NotAllowed."""
    policy.require(person, Action.EDIT_INBOUND)
    fetched = naming.fetch_again(inlet.deliveries.all())
    if fetched:
        sweeps.nudge(naming.SWEEP)
    failed = inlet.deliveries.filter(state=DeliveryState.FAILED, forget_at__isnull=False)
    some = failed.order_by("pk").select_for_update(no_key=True, skip_locked=True)
    found = list(some.values_list("pk", flat=True)[:AGAIN_MAX])
    Delivery.objects.filter(pk__in=found).update(
        state=DeliveryState.RECEIVED, reason="", attempts=0, due_at=at or clock.now()
    )
    if found:
        sweeps.nudge(SWEEP)
    return fetched + len(found)


def _held(delivery: Delivery, person: User) -> Delivery:
    policy.require(person, Action.EDIT_INBOUND)
    rows = Delivery.objects.select_related("inlet").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=delivery.pk)


def _again(delivery: Delivery, states: tuple[DeliveryState, ...]) -> Delivery:
    if delivery.state == DeliveryState.RECEIVED:
        return delivery
    if delivery.state not in states:
        raise DeliveryRefused("It is in quarantine: let it in, or throw it away.")
    if delivery.is_forgotten:
        raise DeliveryRefused("What was sent is forgotten after 30 days, so it cannot be read.")
    is_here = bool(delivery.body) or not delivery.asks_for
    delivery.state = DeliveryState.RECEIVED if is_here else DeliveryState.FETCHING
    delivery.due_at, delivery.attempts, delivery.reason = clock.now(), 0, ""
    delivery.save(update_fields=["state", "reason", "due_at", "attempts", "let_in_by"])
    sweeps.nudge(SWEEP if is_here else naming.SWEEP)
    return delivery
