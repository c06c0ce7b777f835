"""The move of one lead by a person, with its row in the ledger."""

from datetime import datetime
from decimal import Decimal

from accounts.models import User
from funnel.stages import Actor, Stage, check_move
from leads.models import Handoff, Lead, StageChange


def move(
    lead_id: int,
    target: Stage,
    *,
    by: User,
    at: datetime,
    actor: Actor = Actor.REP,
    handoff: Handoff | None = None,
    reason: str = "",
    owner: User | None = None,
    amount: Decimal | None = None,
) -> Lead:
    """Move a lead, with its ledger row, inside the caller's transaction. Raises MoveNotAllowed."""
    lead = Lead.objects.select_for_update(no_key=True, of=("self",)).get(pk=lead_id)
    check_move(lead.stage, target, actor)
    StageChange.objects.create(
        lead=lead,
        origin=lead.stage,
        target=target,
        at=at,
        actor=actor,
        person=by,
        reason=reason,
        version=lead.version,
        handoff=handoff,
        cycle=lead.cycle,
        total=lead.total,
        amount=amount,
    )
    lead.stage = target
    lead.stage_since = at
    lead.owner = owner
    fields = ["stage", "stage_since", "owner"]
    if target == Stage.DISQUALIFIED:
        # By a person: the machine does not bring it back.
        lead.disqualifier = ""
        fields.append("disqualifier")
    if target == Stage.SQL:
        # Back on the machine's side of the line: it may have changed while it was held.
        lead.stale_at = at
        fields.append("stale_at")
    lead.save(update_fields=fields)
    return lead
