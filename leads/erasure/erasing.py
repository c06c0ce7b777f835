"""A person is erased: what was said of them goes, what was counted stays.

What goes with the move, leads/sql/erased.sql says, for whoever makes it; what is still under way
with them ends here.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, TextChoices

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import TOMBSTONES, Actor, Stage
from leadportal.db import clock
from leads import ledger, news
from leads.erasure import unnamed
from leads.models import Duplicate, Handoff, HandoffState, Lead, Nurture, Outcome, Override


class Why(TextChoices):
    """The reason stays in the ledger, so it is chosen: typed words might tell who it was."""

    ASKED = "Asked to be erased", "They asked to be erased"
    NEEDLESS = "Kept for no reason any more", "There is no reason to keep them any more"
    WRONGLY = "Should not have been recorded", "They should not have been recorded"


# What ended a wait, as nurture tells it.
ENDED_BY = "a person"


class EraseRefused(Exception):
    """There is nobody to erase any more; says what became of them."""


@transaction.atomic
def erase(lead: Lead, person: User, *, why: Why, at: datetime | None = None) -> Lead:
    """Erase a person with all that became a part of them; the lead is a tombstone from then on.

    Raises NotAllowed, or EraseRefused where the lead is one already.
    """
    policy.require(person, Action.ERASE_LEADS)
    at = at or clock.now()
    lead = Lead.objects.locked().select_related("judgement").get(pk=lead.pk)
    if lead.stage in TOMBSTONES:
        became = lead.get_stage_display().lower()
        raise EraseRefused(f"Lead {lead.pk} was {became} meanwhile. Nothing was changed.")
    company = lead.company_id
    unnamed.forget(unnamed.addresses_of(lead))
    handoff = _end_what_is_under_way(lead, person, at)
    moves = ledger.moves_to(
        Stage.ERASED,
        lead,
        at=at,
        actor=Actor.MANAGER,
        person=person,
        handoff=handoff,
        reason=why.value,
    )
    ledger.write(moves, {lead.pk: {"held_until": None, "updated_at": at}})
    if company is not None:
        news.of_companies([company], at)
    lead.refresh_from_db()
    return lead


def _end_what_is_under_way(lead: Lead, person: User, at: datetime) -> Handoff | None:
    """Nobody works with the lead, waits for it or has a question about it; gives what sales had."""
    live = Handoff.objects.exclude(state=HandoffState.CLOSED)
    handoff = live.select_for_update(no_key=True).filter(lead=lead).first()
    if handoff is not None:
        handoff.state, handoff.outcome, handoff.closed_at = (
            HandoffState.CLOSED,
            Outcome.WITHDRAWN,
            at,
        )
        handoff.save(update_fields=["state", "outcome", "closed_at"])
    waits = Nurture.objects.filter(lead=lead, ended_at=None)
    waits.update(ended_at=at, ended_by=ENDED_BY, look_at=None)
    Override.objects.filter(lead=lead, ends_at__gt=at).update(ends_at=at, ended_by=person)
    Duplicate.objects.open().filter(Q(first=lead) | Q(second=lead)).delete()
    return handoff
