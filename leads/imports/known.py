"""Who is meant by lines that tell of somebody known: found as whatever comes in is, nobody made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import Integration
from funnel.stages import Stage
from leadportal.db.races import again_when_raced
from leads.checks.leads import read_lead
from leads.checks.reading import FieldError, Refused
from leads.ingest.finding import find
from leads.ingest.reading import read
from leads.ingest.records import Arrival
from leads.ingest.results import erased
from leads.ingest.speaking import Sender
from leads.matching import email_identity
from leads.models import EmailKind

UNKNOWN = FieldError(
    "",
    "unknown_person",
    "Nobody here is known by this. Import the people first, then these lines again.",
)


def find_known(
    items: Sequence[Mapping[str, Any] | None], integration: Integration | None, at: datetime
) -> list[int | FieldError | None]:
    """The lead that each item means, locked, or why there is none; of no item nobody.

    Items of the API's shape with what names somebody. In the caller's transaction.
    """
    found: list[int | FieldError | None] = [None] * len(items)
    arrivals = []
    for place, item in enumerate(items):
        if item is None:
            continue
        try:
            values, _ = read(item, read_lead, {}, strict=False)
        except Refused as refused:
            found[place] = refused.errors[0]
        else:
            arrivals.append(Arrival(place, values))
    sender = Sender(integration, at)
    people = again_when_raced(lambda: find(arrivals, sender))
    for arrival in arrivals:
        record = people.of(arrival)
        if record is None:
            found[arrival.index] = _unknown(arrival)
        else:
            found[arrival.index] = erased() if record.get("stage") == Stage.ERASED else record.id
    return found


def _unknown(arrival: Arrival) -> FieldError:
    address = arrival.values.get("email", "")
    if not address or email_identity(address)[0] != EmailKind.ROLE:
        return UNKNOWN
    detail = "A shared address names no person. Give the id there, or an address of their own."
    return FieldError("/email", "no_identity", detail)
