"""A version while it is written: draft, edit, propose, send back."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import CriteriaVersion, Refusal, VersionState
from funnel.models.criteria import EDITABLE
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared, with_ids
from funnel.versions.current import vocabulary
from funnel.versions.signing import valid_signatures
from funnel.versions.states import (
    ChangedMeanwhile,
    VersionError,
    WouldVoid,
    locked_version,
    one_at_a_time,
)
from leadportal.db import clock


def content_hash(content: Mapping[str, Any]) -> str:
    """What a signature signs: the SHA-256 of the content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def draft(
    content: Mapping[str, Any],
    *,
    author: User | None,
    based_on: CriteriaVersion | None = None,
    note: str = "",
    at: datetime | None = None,
) -> CriteriaVersion:
    """Start a draft with this content.

    Raises NotAllowed, ConditionError, or VersionError if one exists.
    """
    policy.require(author, Action.DRAFT_CRITERIA)
    at = at or clock.now()
    ready = _ready(content)
    number = (CriteriaVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    with one_at_a_time(*EDITABLE, otherwise="{} is being edited; there is one draft at a time."):
        return CriteriaVersion.objects.create(
            number=number,
            content=ready,
            content_hash=content_hash(ready),
            note=note,
            author=author,
            based_on=based_on,
            created_at=at,
            saved_at=at,
            saved_by=author,
        )


@transaction.atomic
def edit(
    version: CriteriaVersion,
    content: Mapping[str, Any],
    *,
    read_hash: str,
    by: User | None = None,
    note: str | None = None,
    based_on: CriteriaVersion | None = None,
    voiding: Collection[int] | None = None,
    at: datetime | None = None,
) -> CriteriaVersion:
    """Save new content; a proposed version goes back to draft and its signatures are void.

    `read_hash` is the content_hash the editor started from: raises ChangedMeanwhile if it is no
    longer the saved one. `voiding` are the ids of the signatures that the editor knows are lost:
    raises WouldVoid if there are others; None asks nothing. Raises NotAllowed.
    """
    policy.require(by, Action.DRAFT_CRITERIA)
    version = locked_version(version, VersionState.DRAFT, VersionState.PROPOSED)
    if version.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{version.number} was changed since you opened it.")
    if voiding is not None and {one.pk for one in valid_signatures(version)} - {*voiding}:
        raise WouldVoid(f"v{version.number} was signed since you opened it.")
    at = at or clock.now()
    version.content = _ready(content)
    version.content_hash = content_hash(version.content)
    version.note = version.note if note is None else note
    version.based_on = based_on or version.based_on
    version.saved_at, version.saved_by = at, by
    _back_to_draft(version, at)
    version.save()
    return version


@transaction.atomic
def propose(
    version: CriteriaVersion,
    *,
    by: User | None = None,
    note: str | None = None,
    read_hash: str | None = None,
    at: datetime | None = None,
) -> CriteriaVersion:
    """Ask both departments to sign the draft as it is; `note` says what it is about.

    Raises NotAllowed, ChangedMeanwhile or VersionError.
    """
    policy.require(by, Action.DRAFT_CRITERIA)
    version = locked_version(version, VersionState.DRAFT)
    if read_hash is not None and version.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{version.number} was changed since you opened it.")
    version.state = VersionState.PROPOSED
    version.proposed_at = at or clock.now()
    version.proposed_by = by
    version.note = version.note if note is None else note
    version.save(update_fields=["state", "proposed_at", "proposed_by", "note"])
    return version


@transaction.atomic
def send_back(
    version: CriteriaVersion, person: User, *, note: str, at: datetime | None = None
) -> Refusal:
    """A manager does not agree: back to draft, signatures void, with what they want changed.

    Raises VersionError.
    """
    version = locked_version(version, VersionState.PROPOSED)
    if not policy.can(person, Action.SIGN_CRITERIA):
        raise VersionError("Only a manager of a department sends criteria back.")
    at = at or clock.now()
    _back_to_draft(version, at)
    version.save(update_fields=["state", "proposed_at", "proposed_by"])
    return Refusal.objects.create(version=version, refused_by=person, note=note, refused_at=at)


def _ready(content: Any) -> dict[str, Any]:
    """Content as it is saved: checked, with its factors and the id of every condition."""
    ready = prepared(content)
    return with_ids(ready, parse_content(ready, vocabulary()))


def _back_to_draft(version: CriteriaVersion, at: datetime) -> None:
    version.signatures.filter(voided_at=None).update(voided_at=at)
    version.state = VersionState.DRAFT
    version.proposed_at = version.proposed_by = None
