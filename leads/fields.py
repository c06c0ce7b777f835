"""Custom fields: defining one over values already stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import clock, prepared
from leads import news
from leads.facts import FACTS
from leads.field_values import checked_value, fits, lenient, twin, words
from leads.models import CustomField, FieldType, Judgement, SeenAttribute
from leads.text import key

_COLUMNS = [field.attname for field in CustomField._meta.concrete_fields]
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM leads_customfield ORDER BY label"  # noqa: S608 - names of columns


def definitions() -> dict[str, CustomField]:
    """All by their names, in the order in which pages show them."""
    all_fields = [
        CustomField.from_db(connection.alias, _COLUMNS, row) for row in prepared.fetch(_ALL, {})
    ]
    return {field.name: field for field in all_fields}


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
    readable = _readable_versions()
    field = CustomField.objects.filter(name=name).first() or CustomField(name=name, created_at=at)
    field.label, field.type, field.choices, field.unit = label, type, list(choices), unit
    field.full_clean()
    if name in FACTS:
        raise ValidationError(f"“{name}” is a fact of every lead already.")
    if type in (FieldType.CHOICE, FieldType.CHOICES) and not choices:
        raise ValidationError("Name the choices.")
    if len({key(choice) for choice in choices}) < len(choices):
        raise ValidationError("Two choices differ by case or accents only.")
    field.save()
    _refuse_unreadable(readable)
    SeenAttribute.objects.filter(name=name).delete()
    return _retype(field, at)


@transaction.atomic
def remove(name: str) -> None:
    """Forget the definition; leads keep what they carry. Raises ValidationError."""
    readable = _readable_versions()
    if not CustomField.objects.filter(name=name).delete()[0]:
        raise ValidationError(f"There is no field “{name}”.")
    _refuse_unreadable(readable)
    # It comes in like any other name that nobody has defined.
    SeenAttribute.objects.get_or_create(name=name)


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


def _retype(field: CustomField, at: datetime) -> Defined:
    changes, fitted, misfits = [], 0, []
    for value, count in _stored_values(field.name):
        fitting = lenient(field, value)
        if fits(field, fitting):
            fitting = checked_value(field, fitting)
            fitted += count
        else:
            fitting = value
            misfits.append((value, count))
        changes.append(
            {
                "old": value,
                "new": fitting,
                "twin": twin(fitting, field),
                "words": words(fitting, field) or None,
            }
        )
    _replace_values(field.name, changes, at)
    return Defined(field, fitted, misfits)


def _stored_values(name: str) -> list[tuple[Any, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (attributes -> %s)::text, count(*) FROM leads_lead WHERE attributes ? %s "
            "GROUP BY 1 ORDER BY 2 DESC",
            [name, name],
        )
        return [(json.loads(value), count) for value, count in cursor.fetchall()]


def _replace_values(name: str, changes: list[dict[str, Any]], at: datetime) -> None:
    """Write the fitting values and their twins; every such lead is judged anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE leads_lead l
               SET attributes = jsonb_set(l.attributes, ARRAY[%(name)s], c.new),
                   attribute_keys = CASE WHEN c.twin IS NULL
                                         THEN l.attribute_keys - %(name)s
                                         ELSE l.attribute_keys
                                              || jsonb_build_object(%(name)s, c.twin) END,
                   word_keys = nullif(
                       coalesce(l.word_keys, '{}') - %(name)s
                       || CASE WHEN c.words IS NULL THEN '{}'
                               ELSE jsonb_build_object(%(name)s, c.words) END, '{}')
              FROM jsonb_to_recordset(%(changes)s::jsonb)
                   c(old jsonb, new jsonb, twin jsonb, words text)
             WHERE l.attributes ? %(name)s AND l.attributes -> %(name)s = c.old
            RETURNING l.id
            """,
            {"name": name, "changes": json.dumps(changes)},
        )
        news.of_leads([lead for (lead,) in cursor.fetchall()], at)
