"""What people do with an inlet: make, change, say what its values are, switch off and on."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, FilteredRelation, Max, Q, QuerySet

from accounts import policy
from accounts.keys import keys
from accounts.models import User
from accounts.policy import Action
from leadportal.db import sealed
from leadportal.db.meanwhile import really_new
from leads import fields
from leads.inbound import deliveries, mapping, taking
from leads.inbound.mapping import Seen
from leads.inbound.systems.catalogue import road
from leads.inbound.systems.said import Submission, Unreadable
from leads.models import DeliveryState, Inlet, System

TOKEN_BYTES = 18
# Deliveries looked at for the values of an inlet.
LOOKED_AT = 20
# What a person changes of one, beside its secrets.
FIELDS = ("name", "integration", "source", "campaign", "event_type")


@transaction.atomic
def create(
    person: User,
    *,
    system: str,
    name: str,
    integration: str = "",
    source: str = "",
    campaign: str = "",
    event_type: str | None = None,
    secret: str = "",
) -> Inlet:
    """A new address for this system to post to. Raises NotAllowed.

    `integration` is the name of the system whose ids its ids are: that of the inlet if none is
    given.
    """
    policy.require(person, Action.EDIT_INBOUND)
    return Inlet.objects.create(
        system=System(system),
        name=name,
        integration=keys.integration_named(integration or name),
        source=source,
        campaign=campaign,
        event_type=road(system).event if event_type is None else event_type,
        secret=sealed.seal(secret),
        token=_new_token(),
        created_by=person,
    )


def _new_token() -> str:
    """An address nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def values(inlet: Inlet) -> dict[str, Any]:
    """What a form of it shows."""
    return {name: str(getattr(inlet, name)) for name in FIELDS if name != "integration"} | {
        "integration": inlet.integration.name
    }


@transaction.atomic
def change(
    inlet: Inlet,
    person: User,
    *,
    read: Mapping[str, Any] | None = None,
    secret: str | None = None,
    access_token: str | None = None,
    **wanted: Any,
) -> Inlet:
    """Another name, origin, event, secret or access token (None: as they are).

    With another token what failed is tried again. `read` is what the person saw. Raises
    ChangedMeanwhile or NotAllowed.
    """
    policy.require(person, Action.EDIT_INBOUND)
    inlet = _held(inlet)
    now = values(inlet)
    for name, value in really_new(now, wanted, read).items():
        if name == "integration":
            value = keys.integration_named(value)
        setattr(inlet, name, value)
    if secret is not None:
        inlet.secret = sealed.seal(secret)
    if access_token is not None:
        inlet.access_token = sealed.seal(access_token)
    inlet.save()
    if access_token:
        deliveries.replay_failed(inlet, person)
    return inlet


@transaction.atomic
def say_what_is(
    inlet: Inlet,
    person: User,
    chosen: Mapping[str, str | None],
    *,
    read: Mapping[str, str | None] | None = None,
) -> Inlet:
    """What values are, by their places; None is guessed, and those not named stay as they are.

    `read` is what the person saw. Raises ChangedMeanwhile or NotAllowed.
    """
    policy.require(person, Action.EDIT_INBOUND)
    inlet = _held(inlet)
    now = {path: inlet.mapping.get(path) for path in chosen}
    said = inlet.mapping | really_new(now, chosen, read)
    inlet.mapping = {path: target for path, target in said.items() if target is not None}
    inlet.save(update_fields=["mapping"])
    return inlet


@transaction.atomic
def switch(inlet: Inlet, person: User, *, on: bool) -> Inlet:
    """Let it take posts, or none. Raises NotAllowed."""
    policy.require(person, Action.EDIT_INBOUND)
    inlet = _held(inlet)
    inlet.is_on = on
    inlet.save(update_fields=["is_on"])
    return inlet


def _held(inlet: Inlet) -> Inlet:
    rows = Inlet.objects.select_related("integration")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=inlet.pk)


# --- what there is to see ----------------------------------------------------------------------


def counted() -> "QuerySet[Inlet, Any]":
    """All but those of forms made here, each with what came lately and waits for somebody."""
    recent = FilteredRelation("deliveries", condition=Q(deliveries__forget_at__isnull=False))
    rows = Inlet.objects.exclude(system=System.FORM).annotate(recent=recent)
    return rows.annotate(
        last_at=Max("recent__received_at"),
        taken=Count("recent", filter=Q(recent__state=DeliveryState.TAKEN)),
        waiting=Count("recent", filter=Q(recent__state=DeliveryState.QUARANTINED)),
        failed=Count("recent", filter=Q(recent__state=DeliveryState.FAILED)),
    ).order_by("name", "pk")


def seen(inlet: Inlet) -> list[Seen]:
    """The values that came lately by their places, and what each is taken for."""
    return mapping.seen(_lately(inlet), inlet, fields.definitions())


def _lately(inlet: Inlet) -> Iterable[Submission]:
    recent = deliveries.of(inlet).filter(is_test=False).exclude(forget_at=None)
    for delivery in recent.select_related("inlet")[:LOOKED_AT]:
        try:
            yield from taking.submissions(delivery)
        except Unreadable:
            continue
