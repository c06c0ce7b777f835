"""A signed version goes live: at once or at its time."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.models.criteria import EDITABLE
from funnel.versions.current import rulebook, wait_for_judging
from funnel.versions.signing import need_signatures
from funnel.versions.states import VersionError, locked_version, one_at_a_time
from leadportal.db import clock

SCHEDULE = ["state", "scheduled_for", "switched_on_by", "confirmed_sqls"]


@transaction.atomic
def schedule(
    version: CriteriaVersion,
    when: datetime,
    *,
    by: User | None = None,
    confirmed_sqls: int | None = None,
) -> CriteriaVersion:
    """Have a signed version switched on at a time.

    `by` confirmed that it makes `confirmed_sqls` new SQLs. Raises NotAllowed, NotSigned, or
    VersionError if one waits.
    """
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    version = locked_version(version, VersionState.PROPOSED)
    need_signatures(version)
    version.state = VersionState.SCHEDULED
    version.scheduled_for = when
    version.switched_on_by = by
    version.confirmed_sqls = confirmed_sqls
    with one_at_a_time(VersionState.SCHEDULED, otherwise="{} waits for its time already."):
        version.save(update_fields=SCHEDULE)
    return version


@transaction.atomic
def take_schedule_back(version: CriteriaVersion, *, by: User | None = None) -> CriteriaVersion:
    """Do not switch it on at its time after all: it is proposed again, its signatures stand.

    Raises NotAllowed, or VersionError when it is live by now or another version is being edited.
    """
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    version = locked_version(version, VersionState.SCHEDULED)
    version.state = VersionState.PROPOSED
    version.scheduled_for = version.switched_on_by = version.confirmed_sqls = None
    beside = f"{{}} is being edited, and {version} cannot wait beside it."
    with one_at_a_time(*EDITABLE, otherwise=beside):
        version.save(update_fields=SCHEDULE)
    return version


@transaction.atomic
def switch_on(
    version: CriteriaVersion,
    *,
    by: User | None = None,
    confirmed_sqls: int | None = None,
    at: datetime | None = None,
) -> CriteriaVersion:
    """Make a signed version the live one and retire the one before. Raises NotAllowed or NotSigned.

    Every lead is due from this commit on, and keeps its old judgement until its turn.
    `by` confirmed that it makes `confirmed_sqls` new SQLs; both are kept with the version.
    """
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    at = at or clock.now()
    wait_for_judging()
    before = CriteriaVersion.objects.live().select_for_update(no_key=True).first()
    version = locked_version(version, VersionState.PROPOSED, VersionState.SCHEDULED)
    need_signatures(version)
    _need_facts(version)
    if before is not None:
        before.state = VersionState.RETIRED
        before.retired_at = at
        before.save(update_fields=["state", "retired_at"])
    version.state = VersionState.LIVE
    version.live_at = at
    # What was scheduled was confirmed by whoever scheduled it.
    if by is not None:
        version.switched_on_by = by
    if confirmed_sqls is not None:
        version.confirmed_sqls = confirmed_sqls
    version.save(update_fields=["state", "live_at", "switched_on_by", "confirmed_sqls"])
    return version


def switch_on_scheduled(*, at: datetime | None = None) -> CriteriaVersion | None:
    """Switch on the scheduled version when its time has come."""
    at = at or clock.now()
    due = CriteriaVersion.objects.filter(state=VersionState.SCHEDULED, scheduled_for__lte=at)
    version = due.first()
    if version is None:
        return None
    try:
        return switch_on(version, at=at)
    except VersionError:
        if due.filter(pk=version.pk).exists():
            raise
        return None  # another worker was first


def obstacle(version: CriteriaVersion) -> str:
    """Why the version cannot be switched on as things are; empty when it can."""
    try:
        need_signatures(version)
        _need_facts(version)
    except VersionError as error:
        return str(error)
    return ""


def _need_facts(version: CriteriaVersion) -> None:
    """A field may be gone since the version was signed: nobody could be judged by it."""
    try:
        rulebook(version)
    except ConditionError as error:
        raise VersionError(f"v{version.number} cannot be read any more: {error}") from None
