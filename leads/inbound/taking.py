"""One delivery becomes leads and events, in one transaction; what becomes of it is said on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts.models import Portal
from leadportal.db import clock, sweeps
from leads import fields
from leads.checks import spellings
from leads.checks.reading import FieldError
from leads.inbound import mapping, naming, suspicion
from leads.inbound.systems.catalogue import road
from leads.inbound.systems.said import Happened, Raw, Submission, Unreadable
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.ingest.results import IngestResult, Status
from leads.matching import email_identity
from leads.models import CustomField, Delivery, DeliveryState, ExternalId

SWEEP = "inbound"
TAKEN, FAILED, IGNORED, QUARANTINED = (
    DeliveryState.TAKEN,
    DeliveryState.FAILED,
    DeliveryState.IGNORED,
    DeliveryState.QUARANTINED,
)
REASON_MAX = 300
# What is said of a delivery that was read; its body stays as it came.
_WRITTEN = ["state", "reason", "due_at", "key", "waits_for", "lead", "results"]
UNKNOWN = "Nobody is known by this id yet. It is read again once somebody says who that is."
NOBODY = "Nobody can be reached by it: no email, phone or id that we know."


@dataclass
class Became:
    """What became of one submission."""

    state: DeliveryState
    reason: str = ""
    status: str = ""
    lead_id: int | None = None
    problems: list[FieldError] = field(default_factory=list)
    waits_for: str = ""


def raw_of(delivery: Delivery) -> Raw:
    """A delivery as its system wrote it."""
    return Raw(
        body=bytes(delivery.body),
        content_type=delivery.content_type,
        headers=delivery.headers,
        received_at=delivery.received_at,
        url=urljoin(f"{settings.BASE_URL}/", delivery.inlet.address.lstrip("/")),
        address=delivery.address,
        inlet_id=delivery.inlet_id,
    )


def submissions(delivery: Delivery) -> list[Submission]:
    """What it says. Raises Unreadable."""
    return road(delivery.inlet.system).read(raw_of(delivery))


def take(delivery: Delivery, *, at: datetime | None = None) -> Delivery:
    """Read a delivery that is held, and do what it says; written on it, and saved.

    A try leaves nothing but what would have been.
    """
    at = at or clock.now()
    raw, let_in = raw_of(delivery), delivery.is_test or delivery.let_in_by_id is not None
    if not let_in and (why := suspicion.unproven(delivery, raw)):
        return settle(delivery, QUARANTINED, why)
    try:
        found = road(delivery.inlet.system).read(raw)
    except Unreadable as error:
        return settle(delivery, FAILED, str(error))
    if ids := [one.asks_for for one in found if one.asks_for and delivery.inlet.access_token]:
        return settle(delivery, DeliveryState.NAMED, _named(naming.name(delivery, ids)))
    delivery.key = _key(delivery, found)
    if before := _same(delivery):
        delivery.lead_id = before.lead_id
        return settle(delivery, IGNORED, f"The same came before, as number {before.pk}.")
    task = _Task(delivery, ZoneInfo(Portal.load().zone), fields.definitions(), at)
    if not let_in and (why := suspicion.suspicious(delivery, raw, task.addresses(found))):
        return settle(delivery, QUARANTINED, why)
    if not delivery.is_test:
        return _conclude(delivery, [task.take(one) for one in found])
    with transaction.atomic():
        became = [task.take(one) for one in found]
        transaction.set_rollback(True)
    return settle(delivery, IGNORED, _would_be(became))


def _named(numbers: Sequence[int]) -> str:
    """Which deliveries the leads are."""
    told = ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")
    return f"Its lead is number {told}." if len(numbers) == 1 else f"Its leads are numbers {told}."


def _key(delivery: Delivery, found: Sequence[Submission]) -> str:
    """The sender's own id of it; else its letters, of one day, as a person may say it again."""
    if len(found) == 1 and found[0].key:
        return found[0].key[:200]
    digest = sha256(bytes(delivery.body)).hexdigest()
    return f"{digest[:40]} {delivery.received_at:%Y-%m-%d}"


def _same(delivery: Delivery) -> Delivery | None:
    taken = Delivery.objects.filter(inlet=delivery.inlet, key=delivery.key, state=TAKEN)
    return taken.exclude(pk=delivery.pk).only("lead_id").first()


class _Task:
    """The submissions of one delivery, one after the other."""

    def __init__(
        self,
        delivery: Delivery,
        zone: ZoneInfo,
        defined: dict[str, CustomField],
        at: datetime,
    ) -> None:
        self.delivery, self.inlet = delivery, delivery.inlet
        self.zone, self.defined, self.at = zone, defined, at

    def addresses(self, found: Sequence[Submission]) -> list[str]:
        items = (self.item(one) for one in found)
        return [spellings.address(one["email"]) for one in items if one.get("email")]

    def item(self, one: Submission) -> dict[str, Any]:
        at = mapping.when(one, self.delivery.received_at, self.zone)
        return mapping.item_of(one, self.inlet, self.defined, self.zone, at)

    def take(self, one: Submission) -> Became:
        if one.passed_over:
            return Became(IGNORED, one.passed_over)
        if one.lost:
            return Became(FAILED, one.lost)
        item = self.item(one)
        if not {"email", "phone", "external_id"} & item.keys():
            return self._of_known(one, item)
        became = self._lead(one, item)
        if became.lead_id:
            became.problems += self._events(one, became.lead_id)
            self._wake(one.ids)
        return became

    def _of_known(self, one: Submission, item: dict[str, Any]) -> Became:
        """Of who is not named: whoever has one of these ids."""
        if not one.ids:
            return Became(FAILED, NOBODY)
        known = ExternalId.objects.filter(integration=self.inlet.integration, value__in=one.ids)
        named = known.values_list("value", "lead").first()
        if named is None:
            return Became(IGNORED, UNKNOWN, waits_for=one.ids[0][:200])
        value, lead_id = named
        became = Became(TAKEN, status=Status.MATCHED, lead_id=lead_id)
        if item:
            became = self._lead(one, item | {"external_id": value})
        became.problems += self._events(one, lead_id)
        return became

    def _lead(self, one: Submission, item: dict[str, Any]) -> Became:
        at = mapping.when(one, self.delivery.received_at, self.zone)
        item.setdefault("created_at", at.isoformat())
        results = ingest_leads(
            [item | named for named in self._names(one, item)],
            integration=self.inlet.integration,
            default_source=self.inlet.source,
            at=self.at,
            keeps_dates=True,
        )
        return _of_lead(results[0])

    def _names(self, one: Submission, item: dict[str, Any]) -> list[dict[str, str]]:
        """By which ids of the sender the lead is to be known, each with an item of its own."""
        if one.ids:
            # Only the address makes several ids one person.
            is_one = email_identity(spellings.address(item.get("email", "")))[1]
            ids = one.ids if is_one else one.ids[:1]
            return [{"external_id": value[:200]} for value in ids]
        if "external_id" not in item and one.key and road(self.inlet.system).names_lead:
            return [{"external_id": one.key[:200]}]
        return [{}]

    def _events(self, one: Submission, lead_id: int) -> list[FieldError]:
        """Write what the person did; what is wrong with it."""
        happened = self._own(one) if one.events is None else one.events
        sent = mapping.when(one, self.delivery.received_at, self.zone)
        items = [
            {
                "type": event.type,
                "external_id": event.key[:200],
                "occurred_at": self._moment(event, sent).isoformat(),
                "properties": dict(event.properties),
                "lead": {"id": lead_id},
            }
            for event in happened
            if event.type
        ]
        if not items:
            return []
        results = ingest_events(items, integration=self.inlet.integration, at=self.at)
        return [error for result in results for error in result.errors + result.warnings]

    def _own(self, one: Submission) -> list[Happened]:
        """The event of the inlet."""
        key = one.key or f"delivery {self.delivery.pk}"
        about = {"form": self.inlet.name, **one.about}
        return [Happened(self.inlet.event_type, f"{self.inlet.pk} {key}", None, about)]

    def _moment(self, event: Happened, sent: datetime) -> datetime:
        if event.at is None:
            return sent
        return mapping.when(Submission(at=event.at), self.delivery.received_at, self.zone)

    def _wake(self, ids: Sequence[str]) -> None:
        """Have read again what was sent of this person before anybody knew them."""
        if not ids:
            return
        waiting = Delivery.objects.filter(
            inlet=self.inlet, waits_for__in=list(ids), state=IGNORED, forget_at__isnull=False
        )
        if waiting.update(
            state=DeliveryState.RECEIVED, due_at=self.at, reason="", waits_for="", attempts=0
        ):
            sweeps.nudge(SWEEP)


def _of_lead(result: IngestResult) -> Became:
    if result.lead_id is None:
        reachable = not any(error.code == "required" for error in result.errors)
        why = " ".join(error.detail for error in result.errors[:2]) if reachable else NOBODY
        return Became(FAILED, why, Status.REFUSED, problems=result.errors)
    return Became(TAKEN, status=result.status, lead_id=result.lead_id, problems=result.warnings)


# --- what became of it -------------------------------------------------------------------------


def _conclude(delivery: Delivery, became: Sequence[Became]) -> Delivery:
    states = {one.state for one in became}
    state = next((one for one in (TAKEN, FAILED) if one in states), IGNORED)
    # Those of what is lost before those of what is nothing.
    first = sorted((one for one in became if one.reason), key=lambda one: one.state != FAILED)
    told = first[0].reason if first else ""
    if len(first) > 1:
        told += f" (and {len(first) - 1} more)"
    lost = sum(one.state == FAILED for one in became)
    if len(became) > 1 and lost and state == TAKEN:
        told = f"{lost} of {len(became)} were not taken. {told}"
    delivery.results = [
        {
            "status": one.status,
            "lead": one.lead_id,
            "problems": [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail}
                for error in one.problems
            ],
        }
        for one in became
    ]
    delivery.lead_id = next((one.lead_id for one in became if one.lead_id), None)
    delivery.waits_for = next((one.waits_for for one in became if one.waits_for), "")
    return settle(delivery, state, told or ("" if state == TAKEN else "It says nothing."))


def _would_be(became: Sequence[Became]) -> str:
    """What a try found."""
    for one in became:
        if one.state == TAKEN:
            made = "find a lead that is here" if one.status == Status.MATCHED else "make a new lead"
            wrong = f" {len(one.problems)} values were not understood." if one.problems else ""
            return f"A try: it would {made}.{wrong}"
    why = " ".join(one.reason for one in became if one.reason)
    return f"A try: it would not be taken in. {why}"


def settle(delivery: Delivery, state: DeliveryState, reason: str = "") -> Delivery:
    """Say what became of it; nothing is due any more."""
    delivery.state, delivery.reason, delivery.due_at = state, reason[:REASON_MAX], None
    delivery.save(update_fields=_WRITTEN)
    return delivery
