"""What cannot be done to a version, and the hold on one that is being changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from funnel.models import CriteriaVersion, VersionState


class VersionError(Exception):
    """What was asked cannot be done to this version in its present state; says why."""


class NotSigned(VersionError):
    """A department has not signed exactly this content."""


class ChangedMeanwhile(VersionError):
    """Somebody else saved the draft since it was read."""


class WouldVoid(VersionError):
    """The edit would void signatures that the editor was not told about."""


def locked_version(version: CriteriaVersion, *states: VersionState) -> CriteriaVersion:
    """The version as it is now, held for a change; raises VersionError in any other state."""
    found = CriteriaVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if found.state not in states:
        raise VersionError(f"v{found.number} is {found.get_state_display().lower()}.")
    return found


@contextmanager
def one_at_a_time(*states: VersionState, otherwise: str) -> Iterator[None]:
    """Put a version into states that hold one; raises VersionError, naming who is in there.

    The database decides who was first.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        other = CriteriaVersion.objects.filter(state__in=states).first()
        if other is None:
            raise
        raise VersionError(otherwise.format(other)) from None
