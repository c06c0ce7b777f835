"""The life of a criteria version: draft, propose, sign, schedule, switch on, retire.

Nothing here moves a lead: leads are due because the version they were judged by is not the live
one.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Portal, User
from accounts.roles import Role, Side
from funnel.conditions import ConditionError
from funnel.models import CriteriaVersion, Refusal, Signature, VersionState
from funnel.rulebook import Rulebook, parse_content, prepared, with_ids
from funnel.vocabulary import STANDARD, Fact, Vocabulary

SIGNS_FOR = {Role.MARKETING_MANAGER: Side.MARKETING, Role.SALES_MANAGER: Side.SALES}


class VersionError(Exception):
    """What was asked cannot be done to this version in its present state; says why."""


class NotSigned(VersionError):
    """A department has not signed exactly this content."""


class ChangedMeanwhile(VersionError):
    """Somebody else saved the draft since it was read."""


class WouldVoid(VersionError):
    """The edit would void signatures that the editor was not told about."""


# The advisory lock that judging holds shared and switching on holds alone; any constant will do.
JUDGING = 7_040_001

# Rulebooks by the hash of their content and the facts beyond the standard ones.
_PARSED: dict[tuple[str, tuple[Fact, ...]], Rulebook] = {}
MOST_PARSED = 32

# The record knows the custom fields; it hangs its vocabulary in here when it is ready.
VOCABULARY: list[Callable[[], Vocabulary]] = [lambda: STANDARD]


def vocabulary() -> Vocabulary:
    """Every fact this installation has."""
    return VOCABULARY[-1]()


def content_hash(content: Mapping[str, Any]) -> str:
    """What a signature signs: the SHA-256 of the content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def live() -> CriteriaVersion:
    """The one version that judges. There always is one: version 1 ships with the product."""
    return CriteriaVersion.objects.live().get()


def live_for_judging() -> CriteriaVersion:
    """The live version, which stays it until the caller's transaction ends.

    Batches share the hold; a switch-on waits for those that run, and the next wait for it. So no
    lead is judged by a version after a newer one has judged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [JUDGING])
    return live()


def rulebook(version: CriteriaVersion, words: Vocabulary | None = None) -> Rulebook:
    """The version's content, parsed. Raises ConditionError when a fact it asks is gone."""
    words = words or vocabulary()
    # Equal content with equal facts is the same rulebook; every batch asks for it.
    own = tuple(fact for fact in words.values() if fact.name not in STANDARD)
    key = (version.content_hash, own)
    if key not in _PARSED:
        if len(_PARSED) >= MOST_PARSED:
            _PARSED.clear()
        _PARSED[key] = parse_content(version.content, words)
    return _PARSED[key]


@transaction.atomic
def draft(
    content: Mapping[str, Any],
    *,
    author: User | None,
    based_on: CriteriaVersion | None = None,
    note: str = "",
    at: datetime | None = None,
) -> CriteriaVersion:
    """Start a draft with this content. Raises ConditionError, or VersionError if one exists."""
    at = at or timezone.now()
    other = CriteriaVersion.objects.editable().first()
    if other is not None:
        raise VersionError(f"v{other.number} is being edited; there is one draft at a time.")
    ready = _ready(content)
    number = (CriteriaVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
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
    raises WouldVoid if there are others; None asks nothing.
    """
    version = _locked(version, VersionState.DRAFT, VersionState.PROPOSED)
    if version.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{version.number} was changed since you opened it.")
    if voiding is not None and {one.pk for one in valid_signatures(version)} - {*voiding}:
        raise WouldVoid(f"v{version.number} was signed since you opened it.")
    at = at or timezone.now()
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
    """Ask both departments to sign the draft as it is; `note` says what it is about."""
    version = _locked(version, VersionState.DRAFT)
    if read_hash is not None and version.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{version.number} was changed since you opened it.")
    version.state = VersionState.PROPOSED
    version.proposed_at = at or timezone.now()
    version.proposed_by = by
    version.note = version.note if note is None else note
    version.save(update_fields=["state", "proposed_at", "proposed_by", "note"])
    return version


@transaction.atomic
def send_back(
    version: CriteriaVersion, person: User, *, note: str, at: datetime | None = None
) -> Refusal:
    """A manager does not agree: back to draft, signatures void, with what they want changed."""
    version = _locked(version, VersionState.PROPOSED)
    if not sides_of(person):
        raise VersionError("Only a manager of a department sends criteria back.")
    at = at or timezone.now()
    _back_to_draft(version, at)
    version.save(update_fields=["state", "proposed_at", "proposed_by"])
    return Refusal.objects.create(version=version, refused_by=person, note=note, refused_at=at)


@transaction.atomic
def sign(
    version: CriteriaVersion,
    person: User,
    side: Side,
    *,
    read_hash: str | None = None,
    at: datetime | None = None,
) -> Signature:
    """Consent to the proposed content for one's own side.

    `read_hash` is the content_hash of what the person read: raises ChangedMeanwhile if it is no
    longer the proposed one.
    """
    found = CriteriaVersion.objects.select_for_update().get(pk=version.pk)
    if read_hash is not None and found.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{found.number} was changed since you read it.")
    version = _locked(found, VersionState.PROPOSED)
    if side not in sides_of(person):
        raise VersionError(f"Only a manager of {Side(side).label.lower()} signs for it.")
    signed = {signature.side: signature for signature in valid_signatures(version)}
    if side in signed:
        raise VersionError(f"{Side(side).label} has signed v{version.number} already.")
    both_hats = any(signature.signed_by_id == person.pk for signature in signed.values())
    if both_hats and not Portal.load().both_hats:
        raise VersionError("One person signs for one department; the settings can allow both.")
    return Signature.objects.create(
        version=version,
        side=side,
        signed_by=person,
        content_hash=version.content_hash,
        signed_at=at or timezone.now(),
        both_hats=both_hats,
    )


def sides_of(person: User) -> list[Side]:
    """The departments this person signs for."""
    return [side for role, side in SIGNS_FOR.items() if person.has_role(role)]


def waiting_for(person: User) -> int:
    """Proposed versions that wait for the signature of a side of theirs, for the navigation."""
    sides = sides_of(person)
    return CriteriaVersion.objects.lacking_signature_of(sides).count() if sides else 0


def valid_signatures(version: CriteriaVersion) -> list[Signature]:
    """The signatures on exactly this content, one a side at most."""
    return [
        signature
        for signature in version.signatures.select_related("signed_by")
        if signature.voided_at is None and signature.content_hash == version.content_hash
    ]


@transaction.atomic
def schedule(
    version: CriteriaVersion,
    when: datetime,
    *,
    by: User | None = None,
    confirmed_sqls: int | None = None,
) -> CriteriaVersion:
    """Have a signed version switched on at a time. Raises NotSigned.

    `by` confirmed that it makes `confirmed_sqls` new SQLs.
    """
    version = _locked(version, VersionState.PROPOSED)
    _need_signatures(version)
    version.state = VersionState.SCHEDULED
    version.scheduled_for = when
    version.switched_on_by = by
    version.confirmed_sqls = confirmed_sqls
    version.save(update_fields=["state", "scheduled_for", "switched_on_by", "confirmed_sqls"])
    return version


@transaction.atomic
def take_schedule_back(version: CriteriaVersion) -> CriteriaVersion:
    """Do not switch it on at its time after all: it is proposed again, its signatures stand.

    Raises VersionError when it is live by now, or while another version is being edited.
    """
    version = _locked(version, VersionState.SCHEDULED)
    other = CriteriaVersion.objects.editable().first()
    if other is not None:
        raise VersionError(
            f"v{other.number} is being edited, and v{version.number} cannot wait beside it."
        )
    version.state = VersionState.PROPOSED
    version.scheduled_for = version.switched_on_by = version.confirmed_sqls = None
    version.save(update_fields=["state", "scheduled_for", "switched_on_by", "confirmed_sqls"])
    return version


@transaction.atomic
def switch_on(
    version: CriteriaVersion,
    *,
    by: User | None = None,
    confirmed_sqls: int | None = None,
    at: datetime | None = None,
) -> CriteriaVersion:
    """Make a signed version the live one and retire the one before. Raises NotSigned.

    Every lead is due from this commit on, and keeps its old judgement until its turn.
    `by` confirmed that it makes `confirmed_sqls` new SQLs; both are kept with the version.
    """
    at = at or timezone.now()
    # An advisory lock queues fairly: batches that follow one another cannot keep us out.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JUDGING])
    before = CriteriaVersion.objects.live().select_for_update().first()
    version = _locked(version, VersionState.PROPOSED, VersionState.SCHEDULED)
    _need_signatures(version)
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
    at = at or timezone.now()
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


def _ready(content: Any) -> dict[str, Any]:
    """Content as it is saved: checked, with its factors and the id of every condition."""
    ready = prepared(content)
    return with_ids(ready, parse_content(ready, vocabulary()))


def _back_to_draft(version: CriteriaVersion, at: datetime) -> None:
    version.signatures.filter(voided_at=None).update(voided_at=at)
    version.state = VersionState.DRAFT
    version.proposed_at = version.proposed_by = None


def _need_signatures(version: CriteriaVersion) -> None:
    signed = {signature.side for signature in valid_signatures(version)}
    for side in Side:
        if side not in signed:
            raise NotSigned(f"{side.label} has not signed v{version.number}.")


def _need_facts(version: CriteriaVersion) -> None:
    """A field may be gone since the version was signed: nobody could be judged by it."""
    try:
        rulebook(version)
    except ConditionError as error:
        raise VersionError(f"v{version.number} cannot be read any more: {error}") from None


def obstacle(version: CriteriaVersion) -> str:
    """Why the version cannot be switched on as things are; empty when it can."""
    try:
        _need_signatures(version)
        _need_facts(version)
    except VersionError as error:
        return str(error)
    return ""


def _locked(version: CriteriaVersion, *states: VersionState) -> CriteriaVersion:
    found = CriteriaVersion.objects.select_for_update().get(pk=version.pk)
    if found.state not in states:
        raise VersionError(f"v{found.number} is {found.get_state_display().lower()}.")
    return found
