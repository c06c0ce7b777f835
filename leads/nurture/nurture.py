"""A lead waits with marketing until its day, or until something is new, and is judged again."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from funnel.stages import Actor, Stage
from funnel.vocabulary.events import EVENT_TYPES, event_label
from leadportal.db import clock, sweeps
from leads import ledger, news
from leads.models import Event, Handoff, Lead, LeadChange, Nurture

# After so many handoffs only a person brings a lead back.
MOST_CYCLES = 3
MOST_DAYS = 1095
# In place of a kind of event: whatever they do, or whatever becomes known of them.
ANYTHING = "anything"
# Mail programs open mails by themselves, and who says no brings nobody back.
SAYS_NOTHING = frozenset({"email_open", "unsubscribed", "spam_complaint", "hard_bounce"})
# What ended a wait that was no return.
MOVED_ON = "moved on otherwise"
BATCH = 200


class NurtureRefused(Exception):
    """It cannot wait like this, or is not waiting; says why."""


class NotWaiting(NurtureRefused):
    """It has come back, or went another way, since."""


def begin(
    lead: Lead,
    handoff: Handoff | None,
    person: User,
    *,
    return_on: date | None,
    return_event: str,
    text: str,
    at: datetime,
) -> Nurture:
    """Put a lead that the caller has locked in nurture, until a day or an event.

    Raises NurtureRefused, MoveNotAllowed or NotAllowed.
    """
    policy.require(person, Action.ANSWER_REJECTIONS)
    check_terms(return_on, return_event, at)
    waits = Nurture(
        lead=lead,
        handoff=handoff,
        by=person,
        since=at,
        cycle=lead.cycle,
        return_on=return_on,
        return_event=return_event,
        by_hand_only=lead.cycle >= MOST_CYCLES,
    )
    waits.look_at = _next_look(waits)
    waits.save()
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    reason = text or f"Waits {words(waits)}"
    ledger.move(
        lead.pk, Stage.NURTURE, at=at, actor=actor, person=person, handoff=handoff, reason=reason
    )
    return waits


def words(waits: Nurture, *, day: str = "%-d %B %Y") -> str:
    """Until when, as the end of "Waits …"."""
    until = f"until {waits.return_on:{day}}" if waits.return_on else ""
    if waits.return_event == ANYTHING:
        event = "until something is new"
    else:
        event = f"for “{event_label(waits.return_event)}”" if waits.return_event else ""
    return " or ".join(filter(None, [until, event]))


def check_terms(return_on: date | None, return_event: str, at: datetime) -> None:
    """Raise NurtureRefused where nothing, or nothing possible, would bring it back."""
    if return_on is None and not return_event:
        raise NurtureRefused("Say when it comes back: on a day, or when something happens.")
    if return_on and not at.date() < return_on <= at.date() + timedelta(days=MOST_DAYS):
        raise NurtureRefused(f"It comes back in the future, within {MOST_DAYS // 365} years.")
    if return_event not in ("", ANYTHING) and return_event not in EVENT_TYPES:
        raise NurtureRefused("There is no such event.")


@transaction.atomic
def change_terms(
    waits: Nurture,
    person: User,
    *,
    return_on: date | None,
    return_event: str,
    at: datetime | None = None,
) -> Nurture:
    """Another day or event for a lead that waits. Raises NurtureRefused or NotAllowed."""
    policy.require(person, Action.ANSWER_REJECTIONS)
    check_terms(return_on, return_event, at or clock.now())
    waits = Nurture.objects.select_for_update(no_key=True).get(pk=waits.pk)
    if waits.ended_at:
        raise NotWaiting(f"{waits.lead} has come back already.")
    waits.return_on, waits.return_event = return_on, return_event
    waits.look_at = _next_look(waits)
    waits.save(update_fields=["return_on", "return_event", "look_at"])
    return waits


@transaction.atomic
def bring_back(lead: Lead, person: User, *, reason: str, at: datetime | None = None) -> Lead:
    """Bring a lead back by hand, whatever it waits for. Raises NurtureRefused or NotAllowed."""
    policy.require(person, Action.ANSWER_REJECTIONS)
    reason = reason.strip()[:300]
    if not reason:
        raise NurtureRefused("Say why it comes back now.")
    lead = Lead.objects.locked().select_related("judgement").get(pk=lead.pk)
    waits = Nurture.objects.filter(lead=lead, ended_at=None).first()
    if lead.stage != Stage.NURTURE:
        raise NotWaiting(f"{lead} is not in nurture.")
    actor = Actor.MANAGER if person.is_manager else Actor.MARKETING
    _return(lead, waits, reason, "a person", at or clock.now(), actor, person)
    return lead


@transaction.atomic
def reengage(
    lead: Lead,
    person: User,
    *,
    return_on: date | None = None,
    return_event: str = "",
    reason: str,
    at: datetime | None = None,
) -> Nurture:
    """Put a lead that was won or lost back in nurture. Raises NurtureRefused or NotAllowed."""
    policy.require(person, Action.ANSWER_REJECTIONS)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage not in (Stage.WON, Stage.LOST):
        raise NurtureRefused(f"{lead} is neither won nor lost.")
    return begin(
        lead,
        lead.handoffs.order_by("-pk").first(),
        person,
        return_on=return_on,
        return_event=return_event,
        text=reason.strip(),
        at=at or clock.now(),
    )


# --- the sweep -----------------------------------------------------------------------------------


def _next_look(waits: Nurture) -> datetime | None:
    """The first minute of its day, where the company is; an event makes it due by itself."""
    if waits.by_hand_only or waits.return_on is None:
        return None
    return datetime.combine(waits.return_on, time(), ZoneInfo(Portal.load().zone))


def oldest_due() -> datetime | None:
    due = Nurture.objects.filter(look_at__lte=clock.now()).order_by("look_at")
    return due.values_list("look_at", flat=True).first()


def return_due(*, at: datetime | None = None, seconds: float | None = None) -> int:
    """Bring back whose day has come, or of whom there is something new; gives how many came."""
    return sweeps.in_batches(lambda: _return_some(at or clock.now()), seconds=seconds)


@transaction.atomic
def _return_some(at: datetime) -> int:
    due = Nurture.objects.filter(look_at__lte=at).order_by("look_at")
    # The lead before what waits with it, as everybody locks them; who is held comes later.
    lead_ids = list(due.values_list("lead_id", flat=True)[:BATCH])
    leads = Lead.objects.filter(pk__in=lead_ids).select_related("judgement")
    held = leads.select_for_update(no_key=True, skip_locked=True, of=("self",)).in_bulk()
    waiting = due.filter(lead__in=held).select_for_update(no_key=True, skip_locked=True)
    looked = list(waiting)
    for waits in looked:
        _look(waits, held[waits.lead_id], at)
    return len(looked)


def _look(waits: Nurture, lead: Lead, at: datetime) -> None:
    """Let a lead come back if it is time; else say when to look again."""
    cause = "" if waits.by_hand_only else _cause(waits, at)
    if lead.stage != Stage.NURTURE:
        _end(waits, MOVED_ON, at)
    elif cause:
        _return(lead, waits, f"Back: {cause}", cause, at, Actor.MACHINE, None)
    else:
        look = _next_look(waits)
        waits.look_at = look if look and look > at else None
        waits.save(update_fields=["look_at"])


def _cause(waits: Nurture, at: datetime) -> str:
    """What brings it back, in words; empty where nothing does yet."""
    look = _next_look(waits)
    if look and look <= at:
        return "its day has come"
    if not waits.return_event:
        return ""
    events = Event.objects.filter(lead=waits.lead_id, received_at__gt=waits.since)
    if waits.return_event != ANYTHING:
        events = events.filter(type=waits.return_event)
    newest = events.exclude(type__in=SAYS_NOTHING).order_by("-occurred_at").first()
    if newest:
        return event_label(newest.type)
    if waits.return_event == ANYTHING:
        return _changed(waits)
    return ""


def _changed(waits: Nurture) -> str:
    changes = LeadChange.objects.filter(lead=waits.lead_id, at__gt=waits.since)
    newest = changes.order_by("-at").first()
    return f"{next(iter(newest.fields)).replace('_', ' ')} changed" if newest else ""


def _return(
    lead: Lead,
    waits: Nurture | None,
    reason: str,
    cause: str,
    at: datetime,
    actor: Actor,
    person: User | None,
) -> None:
    """Start the next cycle at the foot of the ladder; the live version says what it is now."""
    if waits:
        _end(waits, cause, at)
    lead.cycle += 1
    moves = ledger.moves_to(
        Stage.INQUIRY, lead, at=at, actor=actor, person=person, reason=reason[:300]
    )
    ledger.write(moves, {lead.pk: {"cycle": lead.cycle, "owner_id": None}})
    lead.refresh_from_db(fields=["stage", "stage_since", "owner"])
    news.of_leads([lead.pk], at)
    sweeps.nudge("judge")


def _end(waits: Nurture, cause: str, at: datetime) -> None:
    waits.ended_at, waits.ended_by, waits.look_at = at, cause[:120], None
    waits.save(update_fields=["ended_at", "ended_by", "look_at"])
