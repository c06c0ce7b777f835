"""The list of reasons for rejecting: added, changed, put in order, retired and brought back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from funnel.models import Reason
from leadportal.db import clock
from leadportal.db.meanwhile import really_new

UP, DOWN = "up", "down"
# What changes of the list are kept as.
SETTING = "rejection_reasons"
# What a manager says of a reason; the rest, marketing's answers remember.
FIELDS = ("label", "family", "destination", "may_return")


class ReasonRefused(Exception):
    """The list cannot be like this; says why."""


@transaction.atomic
def add(person: User, *, at: datetime | None = None, **fields: Any) -> Reason:
    """A new reason at the end of the list. `fields` are FIELDS. Raises ReasonRefused, NotAllowed.

    One that was retired under the same name is to be brought back instead.
    """
    policy.require(person, Action.EDIT_REASONS)
    last = Reason.objects.aggregate(last=Max("position"))["last"]
    reason = Reason(position=0 if last is None else last + 1, **fields)
    _save(reason)
    _remember(person, "", said(reason), at)
    return reason


@transaction.atomic
def change(
    reason: Reason,
    person: User,
    *,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Reason:
    """Another name, family, destination or default. Leads rejected for it read its new name.

    `read` is what they were when this person read them. Raises ReasonRefused, ChangedMeanwhile or
    NotAllowed.
    """
    policy.require(person, Action.EDIT_REASONS)
    reason = _locked(reason)
    before = said(reason)
    new = really_new({name: getattr(reason, name) for name in FIELDS}, fields, read)
    for name, value in new.items():
        setattr(reason, name, value)
    if new:
        _save(reason)
        _remember(person, before, said(reason), at)
    return reason


@transaction.atomic
def move(reason: Reason, person: User, way: str) -> bool:
    """Put a reason one place up or down; whether there was a place. Raises NotAllowed."""
    policy.require(person, Action.EDIT_REASONS)
    # All in their order, so that two who move at once leave no two on one place.
    rows = list(Reason.objects.select_for_update().order_by("position", "label", "pk"))
    here = next((i for i, row in enumerate(rows) if row.pk == reason.pk), None)
    there = None if here is None else here + (-1 if way == UP else 1)
    if here is None or there is None or not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        row.position = position
    Reason.objects.bulk_update(rows, ["position"])
    return True


@transaction.atomic
def retire(reason: Reason, person: User, *, at: datetime | None = None) -> Reason:
    """Offer it no more; who was rejected for it keeps it. Raises ReasonRefused or NotAllowed."""
    policy.require(person, Action.EDIT_REASONS)
    # All of them, so that two who retire the last two do not leave none.
    active = {row.pk for row in Reason.objects.select_for_update() if row.is_active}
    if active == {reason.pk}:
        raise ReasonRefused("It is the only one in use, and a rejection needs a reason.")
    return _switch(reason, person, is_active=False, at=at)


@transaction.atomic
def bring_back(reason: Reason, person: User, *, at: datetime | None = None) -> Reason:
    """Offer a retired one again. Raises NotAllowed."""
    policy.require(person, Action.EDIT_REASONS)
    return _switch(reason, person, is_active=True, at=at)


def _switch(reason: Reason, person: User, *, is_active: bool, at: datetime | None) -> Reason:
    reason = _locked(reason)
    if reason.is_active != is_active:
        before = said(reason)
        reason.is_active = is_active
        reason.save(update_fields=["is_active"])
        _remember(person, before, said(reason), at)
    return reason


@transaction.atomic
def delete(reason: Reason, person: User, *, at: datetime | None = None) -> None:
    """Delete one that nobody was ever rejected for. Raises ReasonRefused or NotAllowed."""
    policy.require(person, Action.EDIT_REASONS)
    reason = _locked(reason)
    if reason.is_active and Reason.objects.filter(is_active=True).count() == 1:
        raise ReasonRefused("It is the only one in use, and a rejection needs a reason.")
    before = said(reason)
    try:
        reason.delete()
    except models.ProtectedError:
        raise ReasonRefused("Leads were rejected for it. Retire it instead.") from None
    _remember(person, before, "", at)


def said(reason: Reason) -> str:
    """A reason in words, for who changed what."""
    parts = [reason.get_family_display(), reason.get_destination_display()]
    parts += ["may come back"] if reason.may_return else []
    parts += [] if reason.is_active else ["retired"]
    return f"“{reason.label}” ({', '.join(parts).lower()})"


def who_saved(reason: Reason) -> str:
    """The name of who made it what it is now; "Somebody" where that is not known."""
    now = said(Reason.objects.get(pk=reason.pk))
    made = SettingChange.objects.filter(setting=SETTING, new=now).select_related("person")[:1]
    return made[0].person.name if made else "Somebody"


def _locked(reason: Reason) -> Reason:
    """As it is now, held for a change. Raises ReasonRefused where it was deleted."""
    found = Reason.objects.select_for_update(no_key=True).filter(pk=reason.pk).first()
    if found is None:
        raise ReasonRefused("Somebody deleted it meanwhile.")
    return found


def _save(reason: Reason) -> None:
    """The database says that a name stands for one reason only."""
    try:
        with transaction.atomic():
            reason.save()
    except IntegrityError:
        other = Reason.objects.filter(label__iexact=reason.label).exclude(pk=reason.pk).first()
        if other is None:
            raise
        how = "" if other.is_active else " It is retired; bring it back."
        raise ReasonRefused(f"There is a reason called “{other.label}”.{how}") from None


def _remember(person: User, before: str, after: str, at: datetime | None) -> None:
    SettingChange.objects.create(
        at=at or clock.now(),
        person=person,
        setting=SETTING,
        old=before or "nothing",
        new=after or "deleted",
    )
