"""Switching a version on for somebody who was told how many new SQLs it makes, and confirms it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current as versions_current
from funnel.versions import states, switching
from leadportal.db import clock, sweeps
from leadportal.look import formats
from leads.models.impact import COUNT_LASTS, ImpactCount

FARTHEST = timedelta(days=366)


class NotConfirmed(states.VersionError):
    """The number that was confirmed is not what the version would do now; says why."""


class WrongTime(states.VersionError):
    """A version is switched on now or later, by people who remember what they signed."""


@transaction.atomic
def switch_on_confirmed(
    version: CriteriaVersion,
    count: ImpactCount | None,
    *,
    confirmed_sqls: int,
    by: User | None = None,
    when: datetime | None = None,
    at: datetime | None = None,
) -> CriteriaVersion:
    """Switch a signed version on, now or at `when`, by a fresh count of what it does.

    Raises NotConfirmed, WrongTime, or what versions.switch_on raises.
    """
    policy.require(by, Action.SWITCH_ON_CRITERIA)
    at = at or clock.now()
    confirm(version, count, confirmed_sqls, at=at)
    if when is not None:
        if not at < when <= at + FARTHEST:
            raise WrongTime("Choose a time to come, within a year, or leave it out.")
        switching.schedule(version, when, by=by, confirmed_sqls=confirmed_sqls)
        version.refresh_from_db()
        return version
    live = switching.switch_on(version, by=by, confirmed_sqls=confirmed_sqls, at=at)
    assert count is not None
    # The switch waits for others: what it replaces must still be what the count was against.
    before = CriteriaVersion.objects.filter(state=VersionState.RETIRED, retired_at=live.live_at)
    if not before.filter(pk=count.live_id).exists():
        raise NotConfirmed("Another version went live this moment. Count again.")
    sweeps.nudge("judge")
    return live


def confirm(
    version: CriteriaVersion, count: ImpactCount | None, new_sqls: int, *, at: datetime
) -> None:
    """Raise NotConfirmed unless a finished, fresh count of exactly this says the number."""
    if count is None or count.version_id != version.pk or count.finished_at is None:
        raise NotConfirmed(f"Nobody has counted yet what {version} does. Count first.")
    current = CriteriaVersion.objects.get(pk=version.pk)
    if count.content_hash != current.content_hash:
        raise NotConfirmed(f"{version} was changed after the count. Count again.")
    live = versions_current.live()
    if count.live_id != live.pk:
        raise NotConfirmed(f"{live} went live after the count. Count again.")
    if count.is_old(at):
        minutes = int(COUNT_LASTS.total_seconds() // 60)
        raise NotConfirmed(f"The count is older than {minutes} minutes. Count again.")
    if count.new_sqls != new_sqls:
        raise NotConfirmed(
            f"It makes {formats.some(count.new_sqls, 'new SQL')}, not {new_sqls:,}. "
            "Look again and confirm the new number."
        )
