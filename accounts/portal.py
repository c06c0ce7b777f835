"""The settings row: how it changes."""

from collections.abc import Iterable

from django.db import transaction

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action

# What the sales manager sets; the rest is the company's.
PROMISES = ("claim_minutes", "touch_minutes", "held_limit")


@transaction.atomic
def change(portal: Portal, fields: Iterable[str], *, by: User | None = None) -> Portal:
    """Save these settings, and let whoever depends on them mark its work as due with it.

    Raises NotAllowed.
    """
    changed = frozenset(fields)
    if changed:
        all_promises = changed.issubset(PROMISES)
        policy.require(by, Action.EDIT_PROMISES if all_promises else Action.EDIT_SETTINGS)
        # Only what was changed, so that two people changing two things both succeed.
        portal.save(update_fields=sorted(changed))
        for depends in policy.ON_SETTINGS_CHANGED:
            depends(portal, changed)
    return portal
