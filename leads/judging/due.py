"""The one drain loop: leads whose judgement is due are judged, in batches, until none is.

Due is a row's own business: news (something about the lead changed), a judgement that no version
or not the live one gave, or `rescore_at` (time alone may change it). Messages only say "look".
"""

import math
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, Min, Q

from funnel.models import CriteriaVersion, VersionState
from funnel.stages import TOMBSTONES
from funnel.versions import current, switching
from leadportal.db import clock, errors, sweeps
from leads.judging import suspects
from leads.judging.basis import Basis
from leads.judging.hearing import hear, spread, tell_colleagues
from leads.judging.judgement import Judged, judge
from leads.judging.scoring import statement
from leads.judging.taking import BATCH, Taken, take
from leads.models import Judgement, News

# A lead that made scoring fail this often is parked until somebody looks.
MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=10)
# No statement of a batch takes longer. Five thousand leads take half a second; whoever holds them
# up must be found before the task is stopped, and the others go on.
PATIENCE, PATIENCE_WITH_SUSPECTS = "20s", "5s"

log = structlog.get_logger(__name__)


def drain(
    *, at: datetime | None = None, limit: int | None = None, seconds: float | None = None
) -> int:
    """Judge what is due, until nothing is, or `limit` leads or `seconds` are spent.

    Leads another worker holds are left to it. Gives the number of leads judged.
    """
    started = time.monotonic()
    _switch_on_scheduled(at)
    judged = 0
    while limit is None or judged < limit:
        if seconds is not None and time.monotonic() - started > seconds:
            break
        size = BATCH if limit is None else min(BATCH, limit - judged)
        # Once: other kinds of work wait in the same queue.
        done = _batch(at, size, calls=not judged)
        if done is None:
            break
        judged += done
    if judged:
        log.info("leads judged", count=judged, seconds=round(time.monotonic() - started, 3))
    return judged


# When a worker last said so: a drain looks every two seconds.
_said = {"not live": -math.inf}
SAID_EVERY = 60.0


def _switch_on_scheduled(at: datetime | None) -> None:
    """What cannot go live at its time stays scheduled, and its page says why; judging goes on."""
    try:
        switching.switch_on_scheduled(at=at)
    except Exception as error:
        if not _is_one_due(at):
            raise
        if time.monotonic() - _said["not live"] > SAID_EVERY:
            _said["not live"] = time.monotonic()
            log.error("a scheduled version did not go live", error=errors.name_of(error))


def _is_one_due(at: datetime | None) -> bool:
    """Whether a version should be live by now. Raises what the database does."""
    due = CriteriaVersion.objects.filter(state=VersionState.SCHEDULED)
    return due.filter(scheduled_for__lte=at or clock.now()).exists()


def _batch(at: datetime | None, size: int, *, calls: bool) -> int | None:
    """Judge some of what is due; gives how many, or None where there is nothing to do.

    With `calls`, where that may not be all, another worker is asked to judge beside.
    """
    now = at or clock.now()
    spread(now)
    if suspects.are_there(now) and (ids := suspects.narrow(now)):
        return _alone(ids[0], at) if len(ids) == 1 else _in_parts(ids, at)
    ids = []
    try:
        with transaction.atomic():
            basis = Basis.now(at, patience=PATIENCE)
            taken = take(basis, size)
            ids = taken.ids
            if calls and len(ids) == BATCH:
                sweeps.call_another("judge")
            with suspects.watched(ids):
                return judge_taken(taken, basis).scored or None
    except Exception:
        if not ids or not _is_sound(at):
            raise
        # Somewhere in it is a lead that cannot be judged: find it, and let the others go on.
        log.warning("a batch failed and is judged in parts", count=len(ids), exc_info=True)
        suspects.note(ids, now)
        return 0


def _is_sound(at: datetime | None) -> bool:
    """Whether criteria and database work at all, so that a failure is the fault of a lead."""
    try:
        with transaction.atomic():
            query = statement([], Basis.now(at))
            with connection.cursor() as cursor:
                cursor.execute(query.text, query.params)
    except Exception:
        return False
    return True


def _in_parts(ids: Sequence[int], at: datetime | None) -> int:
    """Judge suspects together; where that fails too, they stay so, for smaller groups."""
    try:
        return _judge_suspects(ids, at)
    except Exception as error:
        if not _is_sound(at):
            raise
        log.warning("a part of it failed", count=len(ids), error=errors.name_of(error))
        return 0


def _judge_suspects(ids: Sequence[int], at: datetime | None) -> int:
    with transaction.atomic():
        suspects.clear(ids)
        basis = Basis.now(at, patience=PATIENCE_WITH_SUSPECTS)
        return judge_taken(take(basis, len(ids), among=ids), basis).scored


def _alone(lead_id: int, at: datetime | None) -> int:
    """Judge one suspect; the attempt is counted before the work, so a crash counts too."""
    judgement = Judgement.objects.filter(pk=lead_id)
    # Due at once, so that it is taken below, and again after a crash.
    judgement.update(attempts=F("attempts") + 1, rescore_at=at or clock.now())
    try:
        return _judge_suspects([lead_id], at)
    except Exception as error:
        # The kind of error only: its text may quote the lead.
        name = errors.name_of(error)
        log.error("a lead cannot be judged", lead_id=lead_id, error=name)
        later = (at or clock.now()) + RETRY_AFTER
        if judgement.filter(attempts__gte=MOST_ATTEMPTS).update(parked_error=name):
            suspects.clear([lead_id])
        else:
            judgement.update(rescore_at=later)
            suspects.note([lead_id], later)  # it is tried alone
        _hear_out(lead_id, at)
        return 1


def _hear_out(lead_id: int, at: datetime | None) -> None:
    """What is new of a lead is still so at its next try, and counts for its colleagues now."""
    with transaction.atomic():
        basis = Basis.now(at)
        tell_colleagues(hear([lead_id], basis.at), basis.rulebook, basis.at)


def judge_taken(taken: Taken, basis: Basis) -> Judged:
    judged = judge(taken.ids, basis, have_news=taken.have_news, are_new=taken.are_new)
    tell_colleagues(taken.active, basis.rulebook, basis.at)
    return judged


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """The due time of the lead that waits longest to be judged; None when none is due."""
    at = at or clock.now()
    # Each is the head of an index.
    news = News.objects.filter(at__lte=at).order_by("pk").values_list("at", flat=True).first()
    due = Judgement.objects.filter(parked_error="", rescore_at__lte=at)
    rescore = due.exclude(lead__stage__in=TOMBSTONES).aggregate(at=Min("rescore_at"))["at"]
    return min((one for one in (news, rescore, _due_by_version()) if one), default=None)


def _due_by_version() -> datetime | None:
    """When the live version went live, while it has not judged everybody."""
    live = current.live()
    # A suspect is due by its `rescore_at`.
    judged = Judgement.objects.filter(parked_error="", attempts=0)
    judged = judged.exclude(lead__stage__in=TOMBSTONES)
    for others in (Q(version__lt=live.pk), Q(version__gt=live.pk)):
        # Ordered as the index is, or the planner might read the whole table to find none.
        if judged.filter(others).order_by("version_id", "lead_id").exists():
            return live.live_at
    return None
