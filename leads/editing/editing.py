"""A lead typed in, edited by a person, or changed by an integration that has read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import policy
from accounts.models import Integration, User
from accounts.policy import Action, NotAllowed
from funnel.stages import Actor
from leadportal.db import clock
from leadportal.db.races import again_when_raced
from leads import fields
from leads.checks.leads import emptied, read_change, read_lead
from leads.checks.reading import FieldError, Refused
from leads.field_values import own_path
from leads.ingest.leads import write_leads
from leads.ingest.reading import read
from leads.ingest.records import Arrival
from leads.ingest.results import IngestResult, Status
from leads.ingest.speaking import Sender
from leads.ingest.whence import ORIGIN
from leads.models import ExternalId, Lead

# Where a lead comes from whose source nobody chose.
TYPED_IN = "Typed in"
ONLY_HOLDER = "Only who holds this lead, marketers and managers can edit it."


class AlreadyThere(Exception):
    """The address belongs to somebody we know; nothing was written."""

    def __init__(self, lead_id: int) -> None:
        super().__init__(f"Lead {lead_id} has this address.")
        self.lead_id = lead_id


def may_edit(person: User, lead: Lead) -> bool:
    """Whether a person may change what is known of a lead: a rep, of those they hold."""
    holds = lead.owner_id == person.pk and policy.can(person, Action.WORK_HANDOFFS)
    return holds or policy.can(person, Action.EDIT_LEADS)


def create(payload: Mapping[str, Any], person: User) -> Lead:
    """A new lead of the API's shape, typed in by a person; judged within seconds.

    Raises NotAllowed, Refused with everything that is wrong, or AlreadyThere.
    """
    policy.require(person, Action.EDIT_LEADS)
    sender = _typing(person, payload)
    values, _ = read(payload, read_lead, sender.defined, strict=True)

    def write() -> int:
        (result,) = write_leads([Arrival(0, values)], sender)
        if result.status is Status.MATCHED:
            assert result.lead_id is not None  # known, so it has an id
            raise AlreadyThere(result.lead_id)
        lead_id = _written(result).lead_id
        assert lead_id is not None  # written, so it has an id
        return lead_id

    return Lead.objects.get(pk=again_when_raced(write))


def edit(
    lead: Lead, payload: Mapping[str, Any], person: User, *, at: datetime | None = None
) -> None:
    """Write what a person changed; it stands against machines from now on.

    `payload` holds what differs, in the API's shape; null or blank empties. Raises NotAllowed or
    Refused.
    """
    if not may_edit(person, lead):
        raise NotAllowed(ONLY_HOLDER)
    _write(lead, payload, _typing(person, payload, at))


def change(
    lead: Lead, payload: object, integration: Integration, *, strict: bool = False
) -> list[FieldError]:
    """The same by an integration: what a person typed stands, its word is kept beside.

    Answers what was not understood and so left as it was. In the transaction in which the caller
    has locked the lead. Raises Refused.
    """
    sender = Sender(integration, clock.now(), defined=_defined(payload), strict=strict)
    return _write(lead, payload, sender)


def _typing(person: User, payload: Mapping[str, Any], at: datetime | None = None) -> Sender:
    """A person as the sender."""
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    return Sender(None, at or clock.now(), TYPED_IN, actor, _defined(payload), person)


def _defined(payload: object) -> Mapping[str, Any]:
    return fields.definitions() if isinstance(payload, Mapping) and "attributes" in payload else {}


def _write(lead: Lead, payload: Any, sender: Sender) -> list[FieldError]:
    by_hand = sender.person is not None
    strict = sender.strict or by_hand
    values, unread = read(payload, read_change, sender.defined, strict=strict)
    gone = emptied(payload, values, unread, by_hand=by_hand)
    empty = frozenset(own_path(name, sender.defined) for name in gone)
    if not by_hand:
        _refuse_homeless(empty)
    _refuse_nameless(lead, values, empty)
    arrival = Arrival(0, values, lead_id=lead.pk, emptied=empty, unread=unread)
    return again_when_raced(lambda: _written(write_leads([arrival], sender)[0]).warnings)


def _written(result: IngestResult) -> IngestResult:
    if result.errors:
        raise Refused(*result.errors)
    return result


def _refuse_homeless(emptied: frozenset[str]) -> None:
    """What is counted under a source stays counted, unless a person corrects it."""
    if gone := sorted(emptied & frozenset(ORIGIN)):
        detail = "Where a lead came from stays; a person may correct it here."
        raise Refused(*(FieldError(f"/{name}", "never_emptied", detail) for name in gone))


def _refuse_nameless(lead: Lead, values: Mapping[str, Any], emptied: frozenset[str]) -> None:
    """Nobody could find a lead again that has no address, no phone and no name elsewhere."""
    if not emptied & {"email", "phone"}:
        return
    left = [name for name in ("email", "phone") if getattr(lead, name) and name not in emptied]
    if left or values.keys() & {"email", "phone", "external_id"}:
        return
    if not ExternalId.objects.filter(lead=lead).exists():
        (name, *_) = sorted(emptied & {"email", "phone"})
        detail = "A lead needs an email, a phone or an external id to be found again."
        raise Refused(FieldError(f"/{name}", "required", detail))
