"""The consent of each department to exactly one content."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.roles import Role, Side
from funnel.models import CriteriaVersion, Signature, VersionState
from funnel.models.criteria import CriteriaVersionQuerySet
from funnel.versions.states import ChangedMeanwhile, NotSigned, VersionError, locked_version
from leadportal.db import clock

SIGNS_FOR = {Role.MARKETING_MANAGER: Side.MARKETING, Role.SALES_MANAGER: Side.SALES}


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
    longer the proposed one. Raises VersionError where it is not theirs to sign.
    """
    found = CriteriaVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if read_hash is not None and found.content_hash != read_hash:
        raise ChangedMeanwhile(f"v{found.number} was changed since you read it.")
    version = locked_version(found, VersionState.PROPOSED)
    if not policy.can(person, Action.SIGN_CRITERIA) or side not in sides_of(person):
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
        signed_at=at or clock.now(),
        both_hats=both_hats,
    )


def sides_of(person: User) -> list[Side]:
    """The departments this person signs for."""
    return [side for role, side in SIGNS_FOR.items() if person.has_role(role)]


def signatures_waiting_for(person: User) -> CriteriaVersionQuerySet:
    """Proposed versions that wait for the signature of a side of theirs, for the navigation."""
    return CriteriaVersion.objects.lacking_signature_of(sides_of(person))


def valid_signatures(version: CriteriaVersion) -> list[Signature]:
    """The signatures on exactly this content, one a side at most."""
    return list(version.signatures.valid())


def need_signatures(version: CriteriaVersion) -> None:
    """Raises NotSigned, naming the department that has not signed this content."""
    signed = {signature.side for signature in valid_signatures(version)}
    for side in Side:
        if side not in signed:
            raise NotSigned(f"{side.label} has not signed v{version.number}.")
