"""The settings row: who may change what of it, and how it changes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.models import Portal, SettingChange, User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.meanwhile import really_new

# What the sales manager sets; the rest is the company's.
PROMISES = ("claim_minutes", "touch_minutes", "held_limit")


def action_for(setting: str) -> Action:
    """What a person must be allowed to change this setting."""
    return Action.EDIT_PROMISES if setting in PROMISES else Action.EDIT_SETTINGS


@transaction.atomic
def change(
    portal: Portal,
    fields: Iterable[str],
    *,
    by: User,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> frozenset[str]:
    """Save what is new of these settings, with who changed it from what, and tell who depends.

    `portal` has them as this person wants them, `read` as they saw them. Gives the names of those
    that were saved; each leaves one SettingChange. Raises NotAllowed when this person may not
    change one of them, or ChangedMeanwhile; then nothing is saved.
    """
    # Locked, so that the old value is the one this change takes the place of.
    row = Portal.objects.select_for_update().get(pk=portal.pk)
    now = {name: getattr(row, name) for name in fields}
    new = really_new(now, {name: getattr(portal, name) for name in now}, read)
    changed = frozenset(new)
    for action in map(action_for, changed):
        policy.require(by, action)
    if changed:
        # Only what was changed, so that two people changing two things both succeed.
        for name, value in new.items():
            setattr(row, name, value)
        row.save(update_fields=sorted(changed))
        _remember(now, new, by, at or clock.now())
        for depends in policy.ON_SETTINGS_CHANGED:
            depends(row, changed)
    return changed


def _remember(old: Mapping[str, Any], new: Mapping[str, Any], by: User, at: datetime) -> None:
    SettingChange.objects.bulk_create(
        SettingChange(at=at, person=by, setting=name, old=old[name], new=new[name])
        for name in sorted(new)
    )
