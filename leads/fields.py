"""Custom fields: what their values must be, and defining one over values already stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import prepared
from leads import news
from leads.checks.reading import FieldError, Refused, Wrong
from leads.facts import FACTS
from leads.models import CustomField, FieldType, Judgement, SeenAttribute
from leads.text import key, own_words

_YES = frozenset({"yes", "true", "1", "y"})
_NO = frozenset({"no", "false", "0", "n"})


_COLUMNS = [field.attname for field in CustomField._meta.concrete_fields]
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM leads_customfield ORDER BY label"  # noqa: S608 - names of columns


def definitions() -> dict[str, CustomField]:
    """All by their names, in the order in which pages show them."""
    all_fields = [
        CustomField.from_db(connection.alias, _COLUMNS, row) for row in prepared.fetch(_ALL, {})
    ]
    return {field.name: field for field in all_fields}


def typed(attributes: Mapping[str, Any], defined: Mapping[str, CustomField]) -> dict[str, Any]:
    """The attributes with the values of defined fields checked. Raises Refused."""
    values, errors = dict(attributes), []
    for name in attributes.keys() & defined.keys():
        try:
            values[name] = checked_value(defined[name], attributes[name])
        except Wrong as wrong:
            errors.append(FieldError(f"/attributes/{name}", wrong.code, wrong.detail))
    if errors:
        raise Refused(*errors)
    return values


def checked_value(field: CustomField, value: Any) -> Any:
    """The value as stored in a field of this type. Raises Wrong."""
    match field.type:
        case FieldType.TEXT if isinstance(value, str):
            return value
        case FieldType.NUMBER | FieldType.MONEY if _is_number(value):
            return value
        case FieldType.YES_NO if isinstance(value, bool):
            return value
        case FieldType.DATE if isinstance(value, str):
            return _day(value)
        case FieldType.CHOICE if isinstance(value, str):
            return _choice(field, value)
        case FieldType.CHOICES if isinstance(value, list):
            if all(isinstance(part, str) for part in value):
                return list(dict.fromkeys(_choice(field, part) for part in value))
    raise Wrong("wrong_type", f"{field.label} is a field of type {field.get_type_display()}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Wrong("invalid_date", "Give a date like 2026-11-22.") from None


def _choice(field: CustomField, value: str) -> str:
    for choice in field.choices:
        if key(choice) == key(value):
            return choice
    raise Wrong("not_a_choice", f"One of these is needed: {', '.join(field.choices)}.")


def twin(value: Any, field: CustomField | None = None) -> Any:
    """What SQL compares instead of a text, or of each text in a list; None for the rest.

    The twin of a date is the date itself, and only a date has one there: SQL may cast it.
    """
    if field is not None and field.type == FieldType.DATE:
        return value if _fits(field, value) else None
    if field is not None and field.type == FieldType.TEXT and not isinstance(value, str):
        return None
    if isinstance(value, str):
        return key(value)
    if isinstance(value, list):
        return [key(part) for part in value if isinstance(part, str)]
    return None


def twins(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: made for name, value in values.items() if (made := twin(value)) is not None}


def words(value: Any, field: CustomField | None = None) -> str:
    """A text's words where its twin does not hold them as such; a date has none."""
    is_text = isinstance(value, str) and (field is None or field.type != FieldType.DATE)
    return own_words(value) if is_text else ""


def _fits(field: CustomField, value: Any) -> bool:
    try:
        checked_value(field, value)
    except Wrong:
        return False
    return True


# --- defining a field --------------------------------------------------------------------------


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
    at = at or timezone.now()
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
    words = current.vocabulary()
    return {version.pk: version for version in found if _mistake(version, words) is None}


def _refuse_unreadable(readable: Mapping[int, CriteriaVersion]) -> None:
    words = current.vocabulary()
    for version in readable.values():
        if mistake := _mistake(version, words):
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
        fitting = _lenient(field, value)
        if _fits(field, fitting):
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


def _lenient(field: CustomField, value: Any) -> Any:
    """A stored value as the type would have it: "12" as a number, 12 as a text."""
    if field.type == FieldType.CHOICES and not isinstance(value, list):
        return [str(value)]
    if isinstance(value, list):
        return value
    if field.type in {FieldType.TEXT, FieldType.CHOICE}:
        return value if isinstance(value, str) else json.dumps(value)
    word = str(value).strip().casefold()
    if field.type == FieldType.YES_NO and word in _YES | _NO:
        return word in _YES
    if field.type == FieldType.DATE and isinstance(value, str):
        return value[:10]
    if field.type in {FieldType.NUMBER, FieldType.MONEY} and isinstance(value, str):
        try:
            number = json.loads(word)
        except ValueError:
            return value
        return number
    return value


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
