"""The settings row: how it changes."""

from collections.abc import Iterable

from django.db import transaction

from accounts import policy
from accounts.models import Portal


@transaction.atomic
def change(portal: Portal, fields: Iterable[str]) -> Portal:
    """Save these settings, and let whoever depends on them mark its work as due with it."""
    changed = frozenset(fields)
    if changed:
        # Only what was changed, so that two people changing two things both succeed.
        portal.save(update_fields=sorted(changed))
        for depends in policy.ON_SETTINGS_CHANGED:
            depends(portal, changed)
    return portal
