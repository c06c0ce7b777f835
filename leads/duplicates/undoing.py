"""A merge taken back, for 30 days: two leads again, each as it was but for what came since.

What people, events or systems have added to the heir since is the heir's. What it took with the
merge it gives back, where it still says so.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import TOMBSTONES, Stage
from leadportal.db import clock
from leadportal.db.races import again_when_raced
from leads import ledger, news
from leads.duplicates import consents, pieces
from leads.duplicates.merging import MOVED, MergeRefused, actor_of, both, shown, write
from leads.models import (
    Alias,
    Duplicate,
    Handoff,
    HandoffState,
    Lead,
    LeadChange,
    Merge,
    Nurture,
    Uncompared,
)


def why_not(done: Merge, at: datetime) -> str:
    """Why a merge cannot be undone any more, or not yet; blank where it can."""
    if done.undone_at is not None:
        return "It was undone already."
    if at >= done.undo_until:
        return "A merge can be undone for 30 days."
    heir = Stage(done.heir.stage)
    if heir == Stage.MERGED:
        return f"Lead {done.heir_id} was merged into another since: undo that first."
    if heir in TOMBSTONES:
        return f"Lead {done.heir_id} is there no more."
    return ""


def undo(done: Merge, by: User, *, at: datetime | None = None) -> Lead:
    """Part two leads again; gives the one that was merged away. Raises NotAllowed, MergeRefused."""
    policy.require(by, Action.MERGE_LEADS)
    at = at or clock.now()
    return again_when_raced(lambda: _undo(done.pk, by, at))


def _undo(merge_id: int, by: User, at: datetime) -> Lead:
    done = Merge.objects.get(pk=merge_id)
    lead, heir = both(done.lead_id, done.heir_id)
    done = Merge.objects.select_related("handoff").get(pk=merge_id)
    done.lead, done.heir = lead, heir
    if refusal := why_not(done, at):
        raise MergeRefused(refusal)
    _hand_back(done)
    _give_back(done, by, at)
    moves = ledger.moves_to(
        Stage(done.stage),
        lead,
        at=at,
        actor=actor_of(by),
        person=by,
        handoff=done.handoff,
        reason=ledger.UNDONE,
    )
    ledger.write(moves, {lead.pk: {"merged_into_id": None, "updated_at": at}})
    _reopen(done)
    done.undone_at, done.undone_by = at, by
    done.save(update_fields=["undone_at", "undone_by"])
    news.of_leads([lead.pk, heir.pk], at, spreads=True)
    lead.refresh_from_db()
    return lead


def _hand_back(done: Merge) -> None:
    """The rows that changed hands, but those that somebody has taken away since."""
    first, second = sorted((done.lead_id, done.heir_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_hand_back(%s)", [done.pk])
    for model in MOVED:
        rows = model._default_manager.filter(pk__in=done.moved.get(model.__name__, []))
        rows.filter(lead=done.heir_id).update(lead=done.lead_id)
    Duplicate.objects.filter(pk__in=done.moved.get(Duplicate.__name__, [])).delete()
    Uncompared.objects.create(lead=done.heir)
    # Somebody may look at the two again.
    merged = Duplicate.objects.filter(first=first, second=second)
    merged.filter(decision=Duplicate.Decision.MERGED).update(
        decision="", decided_by=None, decided_at=None
    )


def _give_back(done: Merge, by: User, at: datetime) -> None:
    """What the heir took, as it was before, where nobody has said something else since."""
    heir, changes = done.heir, {}
    address = heir.email_key
    for name, (before, since) in done.taken.items():
        if name == pieces.NOT_OF:
            heir.not_of = [pk for pk in heir.not_of or () if pk not in since["value"]] or None
        elif pieces.same(heir, name, since):
            old = shown(heir, name)
            pieces.put(heir, name, before)
            if name != pieces.VISITS:
                changes[name] = [old, shown(heir, name)]
    if heir.email_key and heir.email_key == done.lead.email_key:
        # Given to the heir by hand since: an address is one lead's.
        heir.email, heir.email_key, heir.email_kind = "", "", ""
    if address != heir.email_key:
        # As if the heir had never had it, and had not lost the other.
        Alias.objects.filter(lead=heir, email_key__in=(address, heir.email_key)).delete()
    write(heir, consents.without(done), at=at)
    consents.part(done, at)
    if changes:
        LeadChange.objects.create(lead=heir, at=at, person=by, fields=changes)


def _reopen(done: Merge) -> None:
    """The handoff and the wait that ended with the merge go on."""
    if done.handoff_id is not None:
        reopened: dict[str, Any] = {"outcome": "", "closed_at": None, "state": done.handoff_state}
        Handoff.objects.filter(pk=done.handoff_id, state=HandoffState.CLOSED).update(**reopened)
    if done.wait and done.stage == Stage.NURTURE:
        Nurture.objects.filter(pk=done.wait["id"]).update(
            ended_at=None, ended_by="", look_at=done.wait["look_at"] or None
        )
