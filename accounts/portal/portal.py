"""The settings row: who may change what of it, and how it changes."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.models import Portal, SettingChange, User
from accounts.policy import Action

# What the sales manager sets; the rest is the company's.
PROMISES = ("claim_minutes", "touch_minutes", "held_limit")


def action_for(setting: str) -> Action:
    """What a person must be allowed to change this setting."""
    return Action.EDIT_PROMISES if setting in PROMISES else Action.EDIT_SETTINGS


@transaction.atomic
def change(
    portal: Portal, fields: Iterable[str], *, by: User, at: datetime | None = None
) -> Portal:
    """Save what is new of these settings, with who changed it from what, and tell who depends.

    Each changed setting leaves one SettingChange. Raises NotAllowed, and saves nothing,
    when this person may not change one of them.
    """
    # Locked, so that the old value is the one this change takes the place of.
    before = Portal.objects.select_for_update().get(pk=portal.pk)
    changed = frozenset(name for name in fields if getattr(before, name) != getattr(portal, name))
    for action in map(action_for, changed):
        policy.require(by, action)
    if changed:
        # Only what was changed, so that two people changing two things both succeed.
        portal.save(update_fields=sorted(changed))
        _remember(before, portal, changed, by, at or timezone.now())
        for depends in policy.ON_SETTINGS_CHANGED:
            depends(portal, changed)
    return portal


def _remember(
    before: Portal, after: Portal, changed: Iterable[str], by: User, at: datetime
) -> None:
    SettingChange.objects.bulk_create(
        SettingChange(
            at=at, person=by, setting=name, old=getattr(before, name), new=getattr(after, name)
        )
        for name in sorted(changed)
    )
