"""Saying once what a value means, for all leads that said so and will say so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock, sweeps
from leads.checks.reading import Refused, Wrong
from leads.ingest.unread import checked
from leads.models import CustomField, Meaning
from leads.unread import choices
from leads.unread.listing import Group

SWEEP = "read_again"
NOTHING: dict[str, Any] = {"is": None}
# Those who keep a value without a meaning hold it too, shared (leads/ingest/unread.py).
_WAIT = "SELECT pg_advisory_xact_lock(hashtext('leads_meaning'))"


class MeaningRefused(Exception):
    """It cannot mean that; says why, or what is needed."""


class SaidMeanwhile(Exception):
    """Somebody else said what it means while this person looked at it."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__(str(meaning))
        self.meaning = meaning


@transaction.atomic
def give(
    group: Group,
    person: User,
    *,
    value: Any,
    seen: int,
    defined: Mapping[str, CustomField],
    at: datetime | None = None,
) -> Meaning:
    """Say what the value of a group means; None: nothing. Who said so is read again.

    `seen` is the edition this person saw, 0 for none. Raises NotAllowed, MeaningRefused, or
    SaidMeanwhile where another was faster.
    """
    policy.require(person, Action.GIVE_MEANINGS)
    means = NOTHING if value in (None, "", []) else {"is": _possible(group, value, defined)}
    return _write(group, person, means, seen, at or clock.now())


@transaction.atomic
def take_away(
    group: Group, person: User, *, seen: int, at: datetime | None = None
) -> Meaning | None:
    """Let a value be not understood again; who said so is read again without the meaning.

    None where it has none. Raises NotAllowed, or SaidMeanwhile where another was faster.
    """
    policy.require(person, Action.GIVE_MEANINGS)
    if group.meaning is None:
        return None
    return _write(group, person, {}, seen, at or clock.now())


def _possible(group: Group, value: Any, defined: Mapping[str, CustomField]) -> Any:
    """The value as a sender would send it, once the field understands it. Raises MeaningRefused."""
    asked = choices.asked(group.field, defined)
    if not asked.means or group.is_cut or not group.key:
        raise MeaningRefused("It can only be said that this says nothing.")
    offered = {choice for choice, _ in asked.choices}
    given = value if isinstance(value, list) else [value]
    if offered and not offered.issuperset(given):
        raise MeaningRefused("Choose from what is offered.")
    try:
        understood = checked(group.field, value, defined)
    except Wrong as wrong:
        raise MeaningRefused(wrong.detail) from None
    except Refused as refused:
        raise MeaningRefused(refused.errors[0].detail) from None
    if understood is None:
        raise MeaningRefused("Say what it means, or that it says nothing.")
    return value


def _write(group: Group, person: User, means: dict[str, Any], seen: int, at: datetime) -> Meaning:
    if not group.key:
        raise MeaningRefused("Texts that were cut are like no other.")
    with connection.cursor() as cursor:
        cursor.execute(_WAIT)
    whose = {
        "integration_id": group.integration_id,
        "field": group.field,
        "value_key": group.key,
    }
    meaning = Meaning.objects.select_for_update().filter(**whose).first()
    meaning = meaning or Meaning(**whose, value=group.value)
    if meaning.edition != seen:
        raise SaidMeanwhile(meaning)
    meaning.editions = [*meaning.editions, means]
    meaning.by, meaning.at, meaning.due_at = person, at, at
    meaning.save()
    sweeps.nudge(SWEEP)
    return meaning
