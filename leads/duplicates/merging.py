"""Two leads become one: what is known of both stays, and one id means the other from then on.

The ledger of each is its own for ever, with the handoffs it speaks of: who is merged away ends
with its last move, and pages of the heir tell both. Events, consents, notes, ids and former
addresses go to the heir. Who is in work stays, for a claim is a promise to one lead.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, Q

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import IN_WORK, LADDER, TOMBSTONES, Actor, Stage
from leadportal.db import clock
from leadportal.db.races import again_when_raced
from leads import ledger, news
from leads.duplicates import consents, pieces, visits
from leads.models import (
    Alias,
    BantItem,
    Delivery,
    Duplicate,
    ExternalId,
    Handoff,
    HandoffState,
    Lead,
    LeadChange,
    Merge,
    Nurture,
    Outcome,
    UnreadValue,
)
from leads.models.duplicates import DuplicateQuerySet, Rank

# What goes to the heir, beside the history of the person (leads/sql/hand_over.sql); of those that a
# lead has but once, what the heir has not.
MOVED: tuple[type[Model], ...] = (ExternalId, Alias, BantItem, UnreadValue, Delivery)
_ONCE = {BantItem: ("item",), UnreadValue: ("integration", "field")}
# So many at once by one click.
MOST_AT_ONCE = 100


class MergeRefused(Exception):
    """These two cannot be merged, or not like this; says why."""


class BothInWork(MergeRefused):
    """Somebody in sales works with each of the two: say whose work ends."""


def stays(one: Lead, other: Lead) -> Lead:
    """Which of two is kept where nobody chose: who is furthest with sales, else the older one."""
    return min(one, other, key=lambda lead: (-_weight(lead), lead.pk))


def _weight(lead: Lead) -> int:
    if lead.stage in IN_WORK:
        return 3
    if lead.stage == Stage.DISQUALIFIED:
        return 0
    return 1 if lead.stage in LADDER and lead.stage != Stage.SQL else 2


def must_stay(one: Lead, other: Lead) -> Lead | None:
    """The one of two that sales works with; None where it is neither or both."""
    working = [lead for lead in (one, other) if lead.stage in IN_WORK]
    return working[0] if len(working) == 1 else None


def merge(
    lead: Lead,
    into: Lead,
    by: User,
    *,
    chosen: Mapping[str, bool] | None = None,
    ends_work: bool = False,
    at: datetime | None = None,
) -> Merge:
    """Make `lead` a part of `into`, which is judged anew; for 30 days it can be undone.

    `chosen` says by field whether the word of `lead` counts; where it is silent the heir's does, if
    it has one. Where sales works with both, `ends_work` says that the work with `lead` ends. Raises
    NotAllowed, BothInWork or MergeRefused.
    """
    policy.require(by, Action.MERGE_LEADS)
    at = at or clock.now()
    return again_when_raced(
        lambda: _merge(lead.pk, into.pk, by, chosen or {}, ends_work=ends_work, at=at)
    )


def _merge(
    lead_id: int,
    heir_id: int,
    by: User,
    chosen: Mapping[str, bool],
    *,
    ends_work: bool,
    at: datetime,
) -> Merge:
    lead, heir = both(lead_id, heir_id)
    _refuse(lead, heir, ends_work=ends_work)
    done = Merge(lead=lead, heir=heir, by=by, at=at, stage=lead.stage)
    _end_handoff(done, at)
    wait = Nurture.objects.filter(lead=lead, ended_at=None).values("id", "look_at").first()
    done.wait = wait and {"id": wait["id"], "look_at": str(wait["look_at"] or "")}
    moves = ledger.moves_to(
        Stage.MERGED,
        lead,
        at=at,
        actor=actor_of(by),
        person=by,
        handoff=done.handoff,
        reason=f"Merged into lead {heir.pk}",
    )
    ledger.write(moves, {lead.pk: {"merged_into_id": heir.pk, "updated_at": at}})
    done.moved = _history(lead, heir)
    done.moved |= {model.__name__: _hand_over(model, lead, heir) for model in MOVED}
    _take(done, lead, heir, chosen)
    done.moved[Duplicate.__name__] = _settle_pairs(lead, heir, by, at)
    done.save()
    consents.note_stricter(done)
    news.of_leads([heir.pk], at, spreads=True)
    return done


def both(one: int, other: int) -> tuple[Lead, Lead]:
    """Two leads, locked in one order. Raises MergeRefused where one is nobody any more."""
    rows = Lead.objects.locked().filter(pk__in=(one, other)).order_by("pk")
    found = {lead.pk: lead for lead in rows.select_related("judgement", "company")}
    return found[one], found[other]


def actor_of(person: User) -> Actor:
    return Actor.MANAGER if person.is_manager else Actor.MARKETING


def _refuse(lead: Lead, heir: Lead, *, ends_work: bool) -> None:
    if lead.pk == heir.pk:
        raise MergeRefused("A lead cannot be merged into itself.")
    for one in (lead, heir):
        if one.stage in TOMBSTONES:
            raise MergeRefused(f"Lead {one.pk} was {one.get_stage_display().lower()} meanwhile.")
    working = must_stay(lead, heir)
    if working == lead:
        raise MergeRefused(f"Sales works with lead {lead.pk}, so that is the one that stays.")
    if working is None and lead.stage in IN_WORK and not ends_work:
        raise BothInWork("Sales works with both: say whose work goes on.")


def _end_handoff(done: Merge, at: datetime) -> None:
    """The lead that goes waits in no queue and is nobody's claim any more."""
    live = Handoff.objects.exclude(state=HandoffState.CLOSED)
    handoff = live.select_for_update(no_key=True).filter(lead=done.lead).first()
    if handoff is not None:
        done.handoff, done.handoff_state = handoff, handoff.state
        handoff.state, handoff.outcome, handoff.closed_at = (
            HandoffState.CLOSED,
            Outcome.WITHDRAWN,
            at,
        )
        handoff.save(update_fields=["state", "outcome", "closed_at"])


def _history(lead: Lead, heir: Lead) -> dict[str, list[int]]:
    """Give the events, notes and consents of a lead to its heir; their ids, by model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_hand_over(%s, %s)", [lead.pk, heir.pk])
        moved: dict[str, list[int]] = json.loads(cursor.fetchone()[0])
    return moved


def _hand_over(model: type[Model], lead: Lead, heir: Lead) -> list[int]:
    """Give the rows of a lead to its heir; their ids."""
    rows = model._default_manager.filter(lead=lead)
    if once := _ONCE.get(model):
        for has in model._default_manager.filter(lead=heir).values(*once):
            rows = rows.exclude(**has)
    moved = list(rows.order_by("pk").values_list("pk", flat=True))
    model._default_manager.filter(pk__in=moved).update(lead=heir)
    return moved


def _take(done: Merge, lead: Lead, heir: Lead, chosen: Mapping[str, bool]) -> None:
    """Write what the heir takes from the other, and on its timeline what changed."""
    address, changes = heir.email_key, {}
    consent = consents.strictest(heir.consent, lead.consent)
    came = visits.of_both(heir, lead, chosen)
    for name in [*pieces.names(heir, lead)]:
        theirs = chosen.get(name, False) and not pieces.is_blank(lead, name)
        if theirs and not pieces.differs(heir, lead, name):
            theirs = False
        if theirs or pieces.better(heir, lead, name) and chosen.get(name, True):
            before, since = pieces.piece(heir, name), pieces.piece(lead, name)
            changes[name] = [shown(heir, name), shown(lead, name)]
            done.taken[name] = [before, since]
            pieces.put(heir, name, since)
    for name, since in came.items():
        before = pieces.piece(heir, name)
        if since["value"] != before["value"]:
            if name != pieces.VISITS:
                changes[name] = [shown(heir, name), shown(lead, name)]
            done.taken[name] = [before, since]
            pieces.put(heir, name, since)
    if address and address != heir.email_key:
        Alias.objects.create(lead=heir, email_key=address, at=done.at)
    if refused := pieces.refused_beside(heir, lead):
        done.taken[pieces.NOT_OF] = [{"value": []}, {"value": refused}]
        heir.not_of = [*(heir.not_of or ()), *refused]
    write(heir, consent, at=done.at)
    if changes:
        LeadChange.objects.create(lead=heir, at=done.at, person=done.by, fields=changes)
    # As JSON keeps it: times and amounts as text.
    done.taken = {name: [_plain(one) for one in both] for name, both in done.taken.items()}


def _plain(piece: pieces.Piece) -> pieces.Piece:
    plain = (str, int, float, bool, list, dict, type(None))
    return {k: one if isinstance(one, plain) else str(one) for k, one in piece.items()}


def shown(lead: Lead, name: str) -> Any:
    """A value as a change of the timeline has it: what it points to by its name."""
    if name == pieces.COMPANY or name in ("source", "campaign"):
        target = getattr(lead, name)
        return target.name if target else ""
    found = pieces.value(lead, name)
    return found if found is None or isinstance(found, str | int | float | bool) else str(found)


def write(heir: Lead, consent: Mapping[str, bool], *, at: datetime) -> None:
    """Save a lead that took pieces, or gave them back."""
    pieces.finish(heir)
    heir.consent, heir.updated_at = dict(consent), at
    heir.save(update_fields=[*pieces.WRITTEN, "consent", "updated_at"])


def _settle_pairs(lead: Lead, heir: Lead, by: User, at: datetime) -> list[int]:
    """Whom one was said not to be, the other is not either; ids of the pairs that say so."""
    decided = {"decided_by": by, "decided_at": at}
    first, second = sorted((lead.pk, heir.pk))
    Duplicate.objects.filter(first=first, second=second).update(
        decision=Duplicate.Decision.MERGED, **decided
    )
    whose = Q(first=lead) | Q(second=lead)
    refused = Duplicate.objects.filter(whose, decision=Duplicate.Decision.REFUSED)
    added = []
    for pair in refused:
        other = pair.second_id if pair.first_id == lead.pk else pair.first_id
        first, second = sorted((other, heir.pk))
        Duplicate.objects.open().filter(first=first, second=second).delete()
        row, is_new = Duplicate.objects.get_or_create(
            first_id=first,
            second_id=second,
            defaults={
                "why": pair.why,
                "rank": pair.rank,
                "decision": pair.decision,
                "decided_by": pair.decided_by,
                "decided_at": pair.decided_at,
            },
        )
        if is_new:
            added.append(row.pk)
    Duplicate.objects.open().filter(whose).delete()
    return added


def refuse(pair: Duplicate, by: User, *, at: datetime | None = None) -> None:
    """Say that two are two, for ever; who said so first is kept.

    Raises NotAllowed, or MergeRefused where they were merged.
    """
    policy.require(by, Action.MERGE_LEADS)
    rows = Duplicate.objects.filter(pk=pair.pk)
    decided = {"decided_by": by, "decided_at": at or clock.now()}
    if rows.filter(decision="").update(decision=Duplicate.Decision.REFUSED, **decided):
        return
    if rows.filter(decision=Duplicate.Decision.MERGED).exists():
        raise MergeRefused("These two were merged meanwhile.")


def refuse_two(one: Lead, other: Lead, by: User, *, at: datetime | None = None) -> Duplicate:
    """The same of any two leads, so that no search brings them up."""
    policy.require(by, Action.MERGE_LEADS)
    if one.pk == other.pk:
        raise MergeRefused("One lead is no pair.")
    first, second = sorted((one.pk, other.pk))
    pair, _ = Duplicate.objects.get_or_create(
        first_id=first, second_id=second, defaults={"why": [], "rank": Rank.POSSIBLE}
    )
    refuse(pair, by, at=at)
    pair.refresh_from_db()
    return pair


def reopen(pair: Duplicate, by: User) -> None:
    """Take back that two are two. Raises NotAllowed."""
    policy.require(by, Action.MERGE_LEADS)
    rows = Duplicate.objects.filter(pk=pair.pk, decision=Duplicate.Decision.REFUSED)
    rows.update(decision="", decided_by=None, decided_at=None)


def merge_certain(by: User, *, at: datetime | None = None) -> list[Merge]:
    """Merge the certain pairs, up to a hundred, each as nobody had to choose; those of which sales
    works with both are left to be looked at. Raises NotAllowed."""
    policy.require(by, Action.MERGE_LEADS)
    done = []
    pairs = certain(by)[:MOST_AT_ONCE]
    for pair in pairs:
        heir = stays(*pair.leads)
        lead = pair.second if heir == pair.first else pair.first
        try:
            done.append(merge(lead, heir, by, at=at))
        except MergeRefused:
            continue  # merged a moment ago with another of these
    return done


def certain_pairs(by: User) -> DuplicateQuerySet:
    """The open pairs that nobody has to look at: certain, and not both in work."""
    pairs = Duplicate.objects.open().visible_to(by).filter(rank=Rank.CERTAIN)
    return pairs.exclude(first__stage__in=IN_WORK, second__stage__in=IN_WORK)


def certain(by: User) -> list[Duplicate]:
    """The first of these, and one more than are merged at once where there are more."""
    rows = certain_pairs(by).select_related("first", "second").order_by("pk")
    return list(rows[: MOST_AT_ONCE + 1])
