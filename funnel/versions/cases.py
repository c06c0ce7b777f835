"""A case from practice, kept in the note of the draft for whoever changes the criteria."""

import re
from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import CriteriaVersion
from funnel.versions import current, editing


@transaction.atomic
def note(
    case: str, person: User, *, instead_of: str = "", at: datetime | None = None
) -> CriteriaVersion:
    """Put the case into the note of the draft; start one from the live version where none is.

    It takes the place of a line that it repeats, or that the pattern `instead_of` matches whole:
    the same case as it was told before. What the draft or the proposed version says is left as it
    is, and so are its signatures. Raises NotAllowed, or VersionError where somebody starts a draft
    at the same moment.
    """
    policy.require(person, Action.DRAFT_CRITERIA)
    there = CriteriaVersion.objects.editable().select_for_update(no_key=True).first()
    if there is None:
        live = current.live()
        return editing.draft(live.content, author=person, based_on=live, note=case, at=at)
    older = re.compile(instead_of or re.escape(case))
    lines = [line for line in there.note.splitlines() if not older.fullmatch(line)]
    there.note = "\n".join([*lines, case]).strip()
    there.save(update_fields=["note"])
    return there
