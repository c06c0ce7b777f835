"""A rep's next try with a lead they hold: planned, put off, done. One is open at a time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import IN_WORK
from leadportal.db import clock
from leads import local_time
from leads.models import FollowUp, Handoff, HandoffState, Lead
from leads.models.follow_up import FollowUpQuerySet

# "Later today" is in so long; and no promise lies further ahead than that year.
LATER = timedelta(hours=3)
FURTHEST = timedelta(days=366)


class FollowUpRefused(Exception):
    """A follow-up that cannot be planned or changed as told; says why."""


def of_person(person: User) -> FollowUpQuerySet:
    """What this person still has to do, soonest first."""
    return FollowUp.objects.open().filter(owner=person).order_by("due_at", "pk")


def choices(lead: Lead, at: datetime) -> dict[str, datetime]:
    """The times that are offered with one tap: later today, tomorrow, next week.

    Later only while it is today here, and no night where the lead is.
    """
    later = _half_hour(at + LATER)
    today = {"later": later} if later < clock.day_end(at) and local_time.is_day(lead, later) else {}
    return today | {
        "tomorrow": local_time.tomorrow(lead, at),
        "week": local_time.next_week(lead, at),
    }


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour."""
    here = timezone.localtime(at).replace(second=0, microsecond=0)
    return here + timedelta(minutes=-here.minute % 30)


@transaction.atomic
def plan(
    lead: Lead, by: User, *, due_at: datetime, note: str = "", at: datetime | None = None
) -> FollowUp:
    """Plan the next try with a lead one holds; one that is open already moves.

    Raises FollowUpRefused or NotAllowed.
    """
    policy.require(by, Action.WORK_HANDOFFS)
    at = at or clock.now()
    _check_time(due_at, at)
    # Held, so that the lead is not given away between the question and the answer.
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.owner_id != by.pk:
        raise FollowUpRefused(f"You do not hold {lead}; whoever does plans what comes next.")
    if lead.stage not in IN_WORK:
        stage = lead.get_stage_display().lower()
        raise FollowUpRefused(f"{lead} is {stage}. There is nothing to try next.")
    planned, _ = FollowUp.objects.update_or_create(
        lead=lead,
        owner=by,
        done_at=None,
        defaults={"due_at": due_at, "note": note.strip(), "handoff": _handoff(lead, by)},
        create_defaults={
            "due_at": due_at,
            "note": note.strip(),
            "handoff": _handoff(lead, by),
            "made_at": at,
        },
    )
    return planned


def _handoff(lead: Lead, by: User) -> Handoff | None:
    """The handoff by which somebody holds a lead."""
    held = lead.handoffs.exclude(state=HandoffState.OPEN).filter(claimed_by=by)
    return held.order_by("-opened_at").first()


def _check_time(due_at: datetime, at: datetime) -> None:
    if due_at <= at:
        raise FollowUpRefused("That time is over. Give one that is to come.")
    if due_at > at + FURTHEST:
        raise FollowUpRefused("That is more than a year ahead. Give an earlier day.")


def done(follow_up: FollowUp, by: User, *, at: datetime | None = None) -> FollowUp:
    """What was planned is done. Raises FollowUpRefused or NotAllowed."""
    at = at or clock.now()
    return _change(follow_up, by, done_at=at)


def snooze(
    follow_up: FollowUp, by: User, *, due_at: datetime, at: datetime | None = None
) -> FollowUp:
    """Put it off. Raises FollowUpRefused or NotAllowed."""
    _check_time(due_at, at or clock.now())
    return _change(follow_up, by, due_at=due_at)


def _change(follow_up: FollowUp, by: User, **columns: datetime) -> FollowUp:
    """Change one's own that is open; the row count decides between two windows of one person."""
    policy.require(by, Action.WORK_HANDOFFS)
    if not FollowUp.objects.filter(pk=follow_up.pk, owner=by, done_at=None).update(**columns):
        raise FollowUpRefused(f"The follow-up with {follow_up.lead} is not open any more.")
    follow_up.refresh_from_db()
    return follow_up


def done_by_touch(lead_id: int, by: User, at: datetime) -> int:
    """Who has just reached out did what they had planned; says how many were open."""
    policy.require(by, Action.WORK_HANDOFFS)
    return FollowUp.objects.filter(lead=lead_id, owner=by, done_at=None).update(done_at=at)
