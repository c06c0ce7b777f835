"""What sales knows of budget, authority, need and timing: asked for before a lead is accepted."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import IN_WORK, Stage
from leadportal.db import clock
from leads.models import BantItem, Handoff, HandoffState, Lead, Outcome

ITEMS = tuple(BantItem.Item)


class BantRefused(Exception):
    """This person may not say it of this lead, or not like this; says why."""


@transaction.atomic
def say(
    lead: Lead,
    person: User,
    item: str,
    *,
    state: str,
    note: str = "",
    at: datetime | None = None,
) -> BantItem:
    """Save what somebody found out about one of the four; the last word on it stands.

    By who holds the lead, or a teammate in the queue it was handed to, while sales works with it.
    Raises BantRefused or NotAllowed.
    """
    policy.require(person, Action.WORK_HANDOFFS)
    if item not in BantItem.Item or state not in BantItem.State:
        raise BantRefused("Say known, partly or not known of budget, authority, need or timing.")
    _check_person(lead, person)
    said = {"state": state, "note": note.strip()[:300], "by": person, "at": at or clock.now()}
    return BantItem.objects.update_or_create(lead=lead, item=item, defaults=said)[0]


def _check_person(lead: Lead, person: User) -> None:
    worked = Handoff.objects.filter(lead=lead).filter(state=HandoffState.CLAIMED) | (
        Handoff.objects.filter(lead=lead, outcome=Outcome.ACCEPTED)
    )
    handoff = worked.order_by("-opened_at").first()
    if handoff is None:
        raise BantRefused("Claim the lead first; then say what you found out.")
    stage = Stage(Lead.objects.values_list("stage", flat=True).get(pk=lead.pk))
    if stage not in IN_WORK:
        raise BantRefused(f"{lead} is {stage.label.lower()}; its BANT stays as it is.")
    is_teammate = handoff.queue.memberships.filter(user=person).exists()
    if not (person.pk in (handoff.claimed_by_id, lead.owner_id) or is_teammate):
        raise BantRefused("Only its owner or a teammate in its queue fills in BANT.")


def of_lead(lead: Lead) -> dict[BantItem.Item, BantItem | None]:
    """The four in their order; None where nothing was said yet. One query."""
    said = {one.item: one for one in BantItem.objects.filter(lead=lead).select_related("by")}
    return {item: said.get(item) for item in ITEMS}


def known(rows: Mapping[BantItem.Item, BantItem | None]) -> list[BantItem.Item]:
    """Those of the four that are known, not only in part."""
    return [item for item, row in rows.items() if row and row.state == BantItem.State.KNOWN]
