"""A case from practice, kept in the note of the draft for whoever changes the criteria."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import CriteriaVersion
from funnel.versions import current, editing


@transaction.atomic
def note(case: str, person: User, *, at: datetime | None = None) -> CriteriaVersion:
    """Put the case into the note of the draft; start one from the live version where none is.

    What the draft or the proposed version says is left as it is, and so are its signatures.
    Raises NotAllowed, or VersionError where somebody starts a draft at the same moment.
    """
    policy.require(person, Action.DRAFT_CRITERIA)
    there = CriteriaVersion.objects.editable().select_for_update(no_key=True).first()
    if there is None:
        live = current.live()
        return editing.draft(live.content, author=person, based_on=live, note=case, at=at)
    there.note = f"{there.note}\n{case}".strip()
    there.save(update_fields=["note"])
    return there
