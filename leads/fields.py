"""Custom fields: which there are, and defining one over values already stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import clock, prepared, rows
from leadportal.db.held import Held
from leads import retyping
from leads.facts.known import CUSTOM, FACTS
from leads.field_values import Definitions
from leads.models import CustomField, Judgement, Meaning, SeenAttribute
from leads.text import key

_COLUMNS = [field.attname for field in CustomField._meta.concrete_fields]
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM leads_customfield ORDER BY position, label"  # noqa: S608 - names of columns
_RENAMED = "SELECT name, sent_as FROM leads_customfield WHERE sent_as <> ''"


def definitions() -> Definitions:
    """All by their names, in the order in which pages show them."""
    found = [rows.as_instance(CustomField, row) for row in prepared.fetch(_ALL, {})]
    own = {one.pk: one for one in found if one.same_as_id is None}
    others = {one.name: own[one.same_as_id].name for one in found if one.same_as_id is not None}
    return Definitions(own.values(), others)


# By name, what the API calls those that were renamed: asked once in a while.
renamed: Held[dict[str, str]] = Held(lambda: dict(prepared.fetch(_RENAMED, {})), {})


@dataclass(frozen=True)
class Defined:
    """A field, and what became of the values that were there before it."""

    field: CustomField
    fitted: int
    # Kept as they were: each value and how many leads carry it.
    misfits: list[tuple[Any, int]]

    @property
    def misfit_leads(self) -> int:
        return sum(count for _, count in self.misfits)


@transaction.atomic
def define(
    name: str,
    label: str,
    type: str,
    *,
    choices: Sequence[str] = (),
    unit: str = "",
    at: datetime | None = None,
) -> Defined:
    """Make or change a field and retype what leads already carry under its name.

    Values that do not fit, as those of a choice that is gone, stay as they are, are listed, and are
    unknown to the criteria. Raises ValidationError, also when criteria could not be read any more.
    """
    at = at or clock.now()
    one = CustomField.objects.filter(name=name, same_as=None).first()
    one = one or CustomField(name=name, created_at=at)
    one.label, one.type, one.choices, one.unit = label, type, list(choices), unit
    one.choice_terms = {
        choice: term
        for choice, term in one.choice_terms.items()
        if {choice, term.get("is", choice)} <= set(choices)
    }
    save(one, at)
    read = retyping.read_past(one, at)
    return Defined(one, read.fitted, read.misfits)


def save(one: CustomField, at: datetime) -> None:
    """Save a definition, in the caller's transaction. Raises ValidationError.

    Refused is what no field may be, and what criteria that are read could not be read by.
    """
    readable = _readable_versions()
    _check(one)
    one.save()
    _refuse_unreadable(readable)
    SeenAttribute.objects.filter(name=one.name).delete()
    # What values were said to mean is read again, as far as the field still knows it.
    meant = Meaning.objects.filter(field=f"{CUSTOM}{one.name}", due_at=None)
    meant.update(due_at=at)


def _check(one: CustomField) -> None:
    one.full_clean()
    if one.name in FACTS:
        raise ValidationError(f"“{one.name}” is a fact of every lead already.")
    if one.has_choices and not one.choices:
        raise ValidationError("Name the choices.")
    if len({key(choice) for choice in one.choices}) < len(one.choices):
        raise ValidationError("Two choices differ by case or accents only.")


@transaction.atomic
def remove(name: str) -> None:
    """Forget the definition; leads keep what they carry. Raises ValidationError."""
    readable = _readable_versions()
    CustomField.objects.filter(same_as__name=name).delete()
    if not CustomField.objects.filter(name=name, same_as=None).delete()[0]:
        raise ValidationError(f"There is no field “{name}”.")
    _refuse_unreadable(readable)
    # It comes in like any other name that nobody has defined.
    SeenAttribute.objects.get_or_create(name=name, integration=None)


def _readable_versions() -> dict[int, CriteriaVersion]:
    """The versions that judge, may yet judge or judged somebody, and whose every fact is there."""
    judged = Exists(Judgement.objects.filter(version=OuterRef("pk")))
    found = CriteriaVersion.objects.filter(judged | ~Q(state=VersionState.RETIRED))
    facts = current.vocabulary()
    return {version.pk: version for version in found if _mistake(version, facts) is None}


def _refuse_unreadable(readable: Mapping[int, CriteriaVersion]) -> None:
    facts = current.vocabulary()
    for version in readable.values():
        if mistake := _mistake(version, facts):
            raise ValidationError(f"{version} needs it as it was. {mistake}")


def _mistake(version: CriteriaVersion, words: Vocabulary) -> ConditionError | None:
    try:
        current.rulebook(version, words)
    except ConditionError as error:
        return error
    return None
