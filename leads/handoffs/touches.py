"""What a rep did for a lead they hold; the first touch stops the clock."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leads.follow_ups import follow_ups
from leads.follow_ups.follow_ups import FollowUpRefused
from leads.models import Handoff, Touch

# How far back a first touch may be said to have happened.
TOUCH_MAY_BE_PAST = timedelta(hours=24)
# After these there is nobody to try again.
NOBODY_TO_TRY = frozenset({Touch.Result.WRONG_PERSON})


class TouchRefused(Exception):
    """A touch that cannot be logged as told; says what to change."""


@transaction.atomic
def log_touch(
    handoff: Handoff,
    by: User,
    *,
    channel: str,
    result: str,
    note: str = "",
    touched_at: datetime | None = None,
    next_try: datetime | None = None,
    at: datetime | None = None,
) -> Touch:
    """Log a call, mail or meeting; the first one stops the clock.

    What its person had planned to do next is done by it, and `next_try` plans anew, which makes no
    sense of NOBODY_TO_TRY. `touched_at` may lie up to 24 hours back, but not before the handoff.
    Raises TouchRefused, FollowUpRefused or NotAllowed.
    """
    policy.require(by, Action.WORK_HANDOFFS)
    if next_try and result in NOBODY_TO_TRY:
        raise FollowUpRefused("That was the wrong person: there is nobody to try again.")
    at = at or clock.now()
    touched_at = touched_at or at
    handoff = Handoff.objects.select_for_update(no_key=True).get(pk=handoff.pk)
    _check_person(handoff, by)
    _check_time(handoff, touched_at, at)
    touch = Touch.objects.create(
        handoff=handoff,
        by=by,
        at=touched_at,
        channel=channel,
        result=result,
        note=note,
        logged_at=at,
    )
    if handoff.first_touch_at is None or touched_at < handoff.first_touch_at:
        handoff.first_touch_at = touched_at
        handoff.save(update_fields=["first_touch_at"])
    follow_ups.done_by_touch(handoff.lead_id, by, at)
    if next_try:
        follow_ups.plan(handoff.lead, by, due_at=next_try, at=at)
    return touch


def _check_person(handoff: Handoff, by: User) -> None:
    if handoff.claimed_by_id is None:
        raise TouchRefused("Claim the lead first; then log what you did.")
    if not (handoff.claimed_by_id == by.pk or handoff.queue.memberships.filter(user=by).exists()):
        raise TouchRefused("Only its owner or a teammate in its queue logs a touch.")


def _check_time(handoff: Handoff, touched_at: datetime, at: datetime) -> None:
    if touched_at > at:
        raise TouchRefused("A touch lies in the past. Give the time it happened.")
    if touched_at < handoff.opened_at:
        raise TouchRefused("That was before the lead was handed over. Give a later time.")
    if touched_at < at - TOUCH_MAY_BE_PAST:
        raise TouchRefused("A touch can be logged up to 24 hours later.")
