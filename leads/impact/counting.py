"""Counting in the background who would move: all leads, chunk by chunk, by whoever is free.

A count is a row, and what is left of it stands in the row: a killed worker's chunk is read again
by the next one, and nothing is counted twice.
"""

import time
from datetime import datetime

import structlog
from django.db import DataError, transaction
from django.db.models import Max, Min

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Side
from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current, signing
from leadportal.db import clock, sweeps
from leadportal.db.races import again_when_raced
from leads.impact.reading import MOVABLE, Impact, as_json, from_json, of
from leads.models import Lead
from leads.models.impact import ImpactCount

# Leads read by one statement: short enough for every timeout, long enough to be set-based.
CHUNK = 20_000
# What so few leads take is less than a person waits for a page.
AT_ONCE = 20_000
PATIENCE = 3.0
# A chunk that failed this often says that it will not work.
MOST_ATTEMPTS = 5
COUNTABLE = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.SCHEDULED)

log = structlog.get_logger(__name__)


def start_count(
    version: CriteriaVersion, *, by: User | None = None, at: datetime | None = None
) -> ImpactCount:
    """Begin to count what the version would do; the count that goes on already, if one does.

    Raises NotAllowed.
    """
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    running = ImpactCount.objects.unfinished().filter(
        version=version, content_hash=version.content_hash, live=current.live()
    )

    def begun() -> ImpactCount:
        if goes_on := running.first():
            return goes_on
        version.counts.exclude(finished_at=None, error="").delete()
        sweeps.nudge("count_impact")
        return _begin(version, by, at or clock.now())

    return again_when_raced(begun)


def _begin(version: CriteriaVersion, by: User | None, at: datetime) -> ImpactCount:
    edges = Lead.objects.aggregate(low=Min("pk"), high=Max("pk"))
    return ImpactCount.objects.create(
        version=version,
        content_hash=version.content_hash,
        live=current.live(),
        started_at=at,
        started_by=by,
        next_lead=edges["low"] or 1,
        last_lead=edges["high"] or 0,
        total=leads_to_judge(),
    )


def leads_to_judge() -> int:
    """Leads the criteria may move (an index-only read of `lead_by_stage`)."""
    return Lead.objects.filter(stage__in=MOVABLE).count()


def newest(version: CriteriaVersion) -> ImpactCount | None:
    """The last count of exactly this content against the live version."""
    return (
        version.counts.filter(content_hash=version.content_hash, live__state=VersionState.LIVE)
        .select_related("live")
        .first()
    )


def at_hand(version: CriteriaVersion, *, by: User, at: datetime) -> ImpactCount | None:
    """The newest count; of few leads a fresh one, made here and now.

    None where there are many leads and nobody has asked for them to be counted, or the criteria
    changed meanwhile.
    """
    count = newest(version)
    if count and (count.error or (count.finished_at and not count.is_old(at))):
        return count
    if leads_to_judge() > AT_ONCE:
        return count
    return finish(start_count(version, by=by), seconds=PATIENCE)


def finish(count: ImpactCount, *, seconds: float | None = None) -> ImpactCount | None:
    """Read on to the end, here and now, or for so many seconds.

    None where the criteria changed meanwhile: nobody can confirm that number.
    """
    started = time.monotonic()
    while ImpactCount.objects.unfinished().filter(pk=count.pk).exists():
        if seconds is not None and time.monotonic() - started > seconds:
            break
        if not _advance(count.pk):
            time.sleep(0.1)  # a worker has it in hand
    return ImpactCount.objects.select_related("version", "live").filter(pk=count.pk).first()


def count_due(*, seconds: float | None = None) -> int:
    """Read on in every count until none is left, or `seconds` are spent; chunks read."""
    started, chunks = time.monotonic(), 0
    _begin_for_the_signed()
    while seconds is None or time.monotonic() - started < seconds:
        due = ImpactCount.objects.unfinished().order_by("started_at").values_list("pk", flat=True)
        if not any(_advance(pk) for pk in due):
            break
        chunks += 1
    if chunks:
        log.info("impact counted", count=chunks, seconds=round(time.monotonic() - started, 3))
    return chunks


def oldest_due() -> datetime | None:
    """When the oldest count was begun that is not finished; None when all are."""
    return ImpactCount.objects.unfinished().aggregate(at=Min("started_at"))["at"]


def _begin_for_the_signed() -> None:
    """Both departments have signed: somebody will ask for the number soon."""
    for version in CriteriaVersion.objects.filter(state=VersionState.PROPOSED):
        if len(signing.valid_signatures(version)) == len(Side) and newest(version) is None:
            start_count(version)


def _advance(pk: int) -> bool:
    """Read one chunk, and write what it found; False when another worker has the count."""
    with transaction.atomic():
        # Committed before the work, so that a crash counts too.
        if not (count := _held(pk)):
            return False
        count.attempts += 1
        count.save(update_fields=["attempts"])
    with transaction.atomic():
        if not (count := _held(pk)):
            return False
        if _is_pointless(count):
            count.delete()
        elif count.attempts > MOST_ATTEMPTS:
            _give_up(count, "Reading the leads failed again and again. The log says why.")
        else:
            _read_on(count)
    return True


def _held(pk: int) -> ImpactCount | None:
    rows = ImpactCount.objects.unfinished().select_related("version", "live")
    return rows.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()


def _is_pointless(count: ImpactCount) -> bool:
    """Whether nobody can confirm the number any more."""
    version = count.version
    return (
        version.content_hash != count.content_hash
        or version.state not in COUNTABLE
        or count.live.state != VersionState.LIVE
    )


def _read_on(count: ImpactCount) -> None:
    stop = min(count.next_lead + CHUNK, count.last_lead + 1)
    try:
        found, unreadable = _tolerant(count, range(count.next_lead, stop))
    except ConditionError as error:
        _give_up(count, str(error))
        return
    count.next_lead = stop
    count.judged += found.judged
    count.staying += found.staying
    count.unreadable += unreadable
    count.moves = as_json(from_json(count.moves) + found.moves)
    count.attempts = 0
    if stop > count.last_lead:
        count.finished_at = clock.now()
    count.save()


def _give_up(count: ImpactCount, why: str) -> None:
    log.error("an impact count failed", version_id=count.version_id, attempts=count.attempts)
    count.error = why[:300]
    count.save(update_fields=["error"])


def _tolerant(count: ImpactCount, ids: range) -> tuple[Impact, int]:
    """The impact on these leads without those that cannot be judged, and how many these are."""
    if not ids:
        return Impact(), 0
    try:
        with transaction.atomic():
            return of(count.version, ids, at=count.started_at), 0
    except DataError:
        if len(ids) == 1:
            return Impact(), 1
    half = len(ids) // 2
    (first, out), (second, more) = _tolerant(count, ids[:half]), _tolerant(count, ids[half:])
    both = Impact(
        first.moves + second.moves, first.judged + second.judged, first.staying + second.staying
    )
    return both, out + more
