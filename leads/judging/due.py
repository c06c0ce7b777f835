"""The one drain loop: leads whose judgement is due are judged, in batches, until none is.

Due is a row's own business: news (something about the lead changed), a judgement that no version
or not the live one gave, or `rescore_at` (time alone may change it). Messages only say "look".
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Min, Q
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.stages import TOMBSTONES
from funnel.versions import current, switching
from leadportal.db import prepared, sweeps
from leads.judging.basis import Basis, database_now
from leads.judging.hearing import hear, spread, tell_colleagues
from leads.judging.judgement import Judged, judge
from leads.judging.scoring import statement
from leads.models import Judgement, Lead, News

# Leads of one transaction: to plan the statement is as dear as to judge some hundreds.
BATCH = 10_000
# A lead that made scoring fail this often is parked until somebody looks.
MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=10)

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
        done = _batch(at, BATCH if limit is None else min(BATCH, limit - judged))
        if not done:
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
        if time.monotonic() - _said["not live"] > SAID_EVERY:
            _said["not live"] = time.monotonic()
            log.error("a scheduled version did not go live", error=type(error).__name__)


def _batch(at: datetime | None, size: int) -> int:
    ids: list[int] = []
    spread(at or database_now())
    try:
        with transaction.atomic():
            basis = Basis.now(at)
            taken = take(basis, size)
            ids = taken.ids
            return judge_taken(taken, basis).scored
    except Exception:
        if not ids or not _is_sound(at):
            raise
        # Somewhere in it is a lead that cannot be judged: find it, and let the others go on.
        log.warning("a batch failed and is split", count=len(ids), exc_info=True)
        return _split(ids, at)


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


def _split(ids: Sequence[int], at: datetime | None) -> int:
    if len(ids) == 1:
        return _alone(ids[0], at)
    half = len(ids) // 2
    done = 0
    for part in (ids[:half], ids[half:]):
        try:
            with transaction.atomic():
                basis = Basis.now(at)
                done += judge_taken(take(basis, len(part), among=part), basis).scored
        except Exception:
            done += _split(part, at)
    return done


def _alone(lead_id: int, at: datetime | None) -> int:
    """Judge one suspect; the attempt is counted before the work, so a crash counts too."""
    judgement = Judgement.objects.filter(pk=lead_id)
    # Due at once, so that it is taken below, and again after a crash.
    judgement.update(attempts=F("attempts") + 1, rescore_at=at or database_now())
    try:
        with transaction.atomic():
            basis = Basis.now(at)
            return judge_taken(take(basis, 1, among=[lead_id]), basis).scored
    except Exception as error:
        # The kind of error only: its text may quote the lead.
        name = type(error).__name__
        log.error("a lead cannot be judged", lead_id=lead_id, error=name)
        judgement.filter(attempts__gte=MOST_ATTEMPTS).update(parked_error=name)
        later = (at or database_now()) + RETRY_AFTER
        judgement.filter(attempts__lt=MOST_ATTEMPTS).update(rescore_at=later)
        _hear_out(lead_id, at)
        return 1


def _hear_out(lead_id: int, at: datetime | None) -> None:
    """What is new of a lead is still so at its next try, and counts for its colleagues now."""
    with transaction.atomic():
        basis = Basis.now(at)
        tell_colleagues(hear([lead_id], basis.at), basis.rulebook, basis.at)


def replay(lead: Lead, *, by: User | None = None) -> None:
    """Let a parked lead try again. Raises NotAllowed."""
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    at = timezone.now()
    Judgement.objects.filter(pk=lead.pk).update(parked_error="", attempts=0, rescore_at=at)
    sweeps.nudge("judge")


@dataclass(slots=True)
class Taken:
    """Leads locked to be judged; those of them that did something, and when it was received."""

    ids: list[int] = field(default_factory=list)
    # Whether there is news of them, so that they are as of now, whatever comes of it.
    have_news: bool = False
    are_new: bool = False
    active: dict[int, datetime] = field(default_factory=dict)


def judge_taken(taken: Taken, basis: Basis) -> Judged:
    judged = judge(taken.ids, basis, have_news=taken.have_news, are_new=taken.are_new)
    tell_colleagues(taken.active, basis.rulebook, basis.at)
    return judged


# News of a lead that another worker holds stays for the next look; of one that is not judged any
# more it is taken away, and counts for the colleagues all the same.
_TAKE_NEWS = """
WITH held AS (
    SELECT n.lead_id, j.parked_error FROM leads_news n JOIN leads_judgement j USING (lead_id)
    WHERE n.lead_id IS NOT NULL AND n.at <= %(at)s
      AND (%(among)s::bigint[] IS NULL OR n.lead_id = ANY(%(among)s::bigint[]))
    ORDER BY n.id LIMIT %(limit)s FOR NO KEY UPDATE OF j SKIP LOCKED
), told AS (
    DELETE FROM leads_news n
    WHERE n.lead_id = ANY(ARRAY(SELECT lead_id FROM held)) AND n.at <= %(at)s
    RETURNING n.lead_id, n.at, n.spreads
)
SELECT lead_id, min(told.at) FILTER (WHERE spreads), l.stage <> ALL(%(gone)s) AND EXISTS (
    SELECT FROM held WHERE held.lead_id = told.lead_id AND parked_error = '')
FROM told JOIN leads_lead l ON l.id = told.lead_id
GROUP BY lead_id, l.stage ORDER BY lead_id
"""
# Each reads an index made for it (Judgement.Meta); all skip what somebody else holds.
_TAKE = """
SELECT j.lead_id FROM leads_judgement j JOIN leads_lead l ON l.id = j.lead_id
WHERE j.parked_error = '' AND l.stage <> ALL(%(gone)s)
  AND (%(among)s::bigint[] IS NULL OR j.lead_id = ANY(%(among)s::bigint[]))
  AND {due} ORDER BY {order}
LIMIT %(limit)s FOR NO KEY UPDATE OF j SKIP LOCKED
"""
# Why a judgement is due, the most urgent first, and in which order they are taken. A suspect waits
# for its next try; a scheduled version may go live after one that was drafted later.
_BY_VERSION = "j.version_id, j.lead_id"
_NEW = ("j.version_id IS NULL AND j.rescore_at <= %(at)s", _BY_VERSION)
_BY_TIME = ("j.rescore_at <= %(at)s", "j.rescore_at")
_DUE = (
    _NEW,
    _BY_TIME,
    *(
        (
            f"j.version_id {others} %(version)s AND (j.attempts = 0 OR j.rescore_at <= %(at)s)",
            _BY_VERSION,
        )
        for others in "<>"
    ),
)
# Most looks find nothing, or one kind: one question for all of them. In the order of their indexes,
# or the planner might read the whole table to find none.
_FIRST = (
    "(SELECT j.lead_id FROM leads_judgement j WHERE j.parked_error = '' AND {} ORDER BY {} LIMIT 1)"
)
_ANY = "SELECT {}".format(
    ", ".join(
        f"{first} IS NOT NULL"
        for first in (
            "(SELECT id FROM leads_news WHERE lead_id IS NOT NULL AND at <= %(at)s "
            "ORDER BY id LIMIT 1)",
            *(_FIRST.format(*kind) for kind in _DUE),
        )
    )
)


def _are_many(cursor: CursorWrapper, values: Mapping[str, Any]) -> bool:
    """Whether time made more due than one batch; then those next to one another are quicker."""
    cursor.execute(
        "SELECT count(*) > %(batch)s FROM (SELECT FROM leads_judgement WHERE parked_error = '' "
        "AND rescore_at <= %(at)s LIMIT %(batch)s + 1) AS due",
        {"at": values["at"], "batch": BATCH},
    )
    return bool(cursor.fetchone()[0])


def take(basis: Basis, limit: int, among: Sequence[int] | None = None) -> Taken:
    """Lock up to `limit` leads that are due for one reason, the most urgent one first."""
    ((have_news, *are_due),) = prepared.fetch(_ANY, {"at": basis.at, "version": basis.version.pk})
    values: dict[str, Any] = {
        "at": basis.at,
        "version": basis.version.pk,
        "gone": list(TOMBSTONES),
        "among": None if among is None else list(among),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        active: dict[int, datetime] = {}
        while have_news:
            cursor.execute(_TAKE_NEWS, values)
            rows = cursor.fetchall()
            active |= {lead: at for lead, at, _ in rows if at is not None}
            if ids := [lead for lead, _, is_judged in rows if is_judged]:
                return Taken(ids, have_news=True, active=active)
            have_news = bool(rows)
        for kind, is_due in zip(_DUE, are_due, strict=True):
            if is_due:
                due, order = kind
                if kind is _BY_TIME and _are_many(cursor, values):
                    order = "j.lead_id"
                cursor.execute(_TAKE.format(due=due, order=order), values)
                if rows := cursor.fetchall():
                    ids = sorted(lead for (lead,) in rows)
                    return Taken(ids, are_new=kind is _NEW, active=active)
    return Taken(active=active)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """The due time of the lead that waits longest to be judged; None when none is due."""
    at = at or timezone.now()
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
