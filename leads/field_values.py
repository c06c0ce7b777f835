"""What the values of custom fields must be, and how they are kept."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from leads.checks import spellings
from leads.checks.reading import FieldError, Refused, Wrong
from leads.checks.values import of_a_range
from leads.models import CustomField, FieldType
from leads.text import key, own_words

NONE: Mapping[str, str] = {}
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})


class Definitions(dict[str, CustomField]):
    """The fields by their names, in order; and what else they are called."""

    def __init__(self, fields: Iterable[CustomField] = (), other_names: Mapping[str, str] = NONE):
        super().__init__((field.name, field) for field in fields)
        self.other_names = other_names


def own_name(name: str, defined: Mapping[str, CustomField]) -> str:
    """The name under which the values of an attribute are kept, however it is sent."""
    return defined.other_names.get(name, name) if isinstance(defined, Definitions) else name


def own_path(path: str, defined: Mapping[str, CustomField]) -> str:
    """The same of a name as changes of a lead have it: "attributes.seats"."""
    first, dot, name = path.partition(".")
    return f"{first}.{own_name(name, defined)}" if dot and first == "attributes" else path


def typed(attributes: Mapping[str, Any], defined: Mapping[str, CustomField]) -> dict[str, Any]:
    """The attributes by their own names, with the values of defined fields checked.

    Raises Refused, with the rest.
    """
    values, errors = dict(attributes), []
    sent: dict[str, str] = {}
    if isinstance(defined, Definitions) and not defined.other_names.keys().isdisjoint(attributes):
        sent = {own_name(name, defined): name for name in attributes}
        values = {own: attributes[name] for own, name in sent.items()}
    for name in values.keys() & defined.keys():
        given = values[name]
        try:
            value = read_value(defined[name], given)
        except Wrong as wrong:
            pointer = f"/attributes/{sent.get(name, name)}"
            errors.append(FieldError(pointer, wrong.code, wrong.detail, given))
            value = wrong.meant
        if value is None:
            del values[name]
        else:
            values[name] = value
    if errors:
        raise Refused(*errors, rest=values)
    return values


def read_value(field: CustomField, value: Any) -> Any:
    """What a value means in a field, None where it says nothing. Raises Wrong."""
    try:
        return checked_value(field, lenient(field, value))
    except Wrong as wrong:
        if field.type != FieldType.TEXT and _says_nothing(value):
            return None
        if field.type in _NUMBERS:
            raise of_a_range(wrong, value, _plain_number) from None
        raise


def _says_nothing(value: Any) -> bool:
    return value == [] or isinstance(value, str) and spellings.says_nothing(value)


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
                return _choices(field, value)
    raise Wrong("wrong_type", f"{field.label} is a field of type {field.get_type_display()}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain_number(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Wrong("invalid_date", "Give a date like 2026-11-22.") from None


def _choice(field: CustomField, value: str) -> str:
    choice = field.by_spelling.get(key(value))
    if choice is None:
        raise _no_choice(field)
    return choice


def _no_choice(field: CustomField, **more: Any) -> Wrong:
    offered = ", ".join(map(field.label_of, field.offered))
    return Wrong("not_a_choice", f"One of these is needed: {offered}.", **more)


def _choices(field: CustomField, values: Sequence[str]) -> list[str]:
    """The choices in their spelling, once each; those that are some mean what they say."""
    found = [field.by_spelling.get(key(one)) for one in values]
    known = list(dict.fromkeys(choice for choice in found if choice is not None))
    if None in found:
        raise _no_choice(field, meant=known or None)
    return known


def lenient(field: CustomField, value: Any) -> Any:
    """A value as the type would have it: "12" as a number, 12 as a text."""
    if field.type == FieldType.CHOICES and not isinstance(value, list):
        return _several(field, str(value))
    if isinstance(value, list):
        return value
    if field.type in {FieldType.TEXT, FieldType.CHOICE}:
        return value if isinstance(value, str) else json.dumps(value)
    meant: Any = None
    if field.type == FieldType.YES_NO:
        meant = spellings.yes_or_no(value)
    elif field.type == FieldType.DATE:
        day = spellings.day(value)
        meant = day and day.isoformat()
    elif field.type in _NUMBERS and isinstance(value, str):
        number = spellings.amount(value)
        meant = None if number is None else _plain_number(number)
    return value if meant is None else meant


def _several(field: CustomField, text: str) -> list[str]:
    """One choice, or several in one text: "Food; Retail"."""
    known = field.by_spelling
    parts = [part.strip() for part in re.split("[,;|\n]", text) if part.strip()]
    return [text] if key(text) in known or not parts else parts


def twin(value: Any, field: CustomField | None = None) -> Any:
    """What SQL compares instead of a text, or of each text in a list; None for the rest.

    The twin of a date is the date itself, and only a date has one there: SQL may cast it.
    """
    if field is not None and field.type == FieldType.DATE:
        return value if fits(field, value) else None
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


def fits(field: CustomField, value: Any) -> bool:
    try:
        checked_value(field, value)
    except Wrong:
        return False
    return True
