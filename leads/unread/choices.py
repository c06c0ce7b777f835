"""What a value of a field can be said to mean, and how it is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadportal.world.countries import COUNTRIES
from leads import tags
from leads.columns import COLUMNS, Column
from leads.facts.known import CUSTOM
from leads.ingest.records import ATTRIBUTE
from leads.ingest.unread import is_told_only
from leads.models import Company, CustomField, FieldType

CONSENT = "consent."
_COLUMNS: dict[str, Column] = {
    f"{'company.' if column.of is Company else ''}{column.name}": column for column in COLUMNS
}
_YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a meaning is asked for: one of choices, several of them, or a text."""

    label: str
    choices: Sequence[tuple[str, str]] = ()
    several: bool = False
    # Whether it can mean anything at all, or only nothing.
    means: bool = True


def label(field: str, defined: Mapping[str, CustomField]) -> str:
    """ "Company: people", "Country", or the name of an attribute."""
    first, _, inner = field.partition(".")
    if field in _COLUMNS:
        own = _COLUMNS[field].label
        return f"Company: {own[:1].lower()}{own[1:]}" if inner else own
    if first == "attributes" and inner:
        return defined[inner].label if inner in defined else inner.replace("_", " ")
    if first == "consent" and inner:
        purpose, _, what = inner.partition(".")
        return f"Consent to {purpose.replace('_', ' ')}{what and f': {what}'}"
    beside = {"external_id": "External id", "attributes": "Details"} | tags.LABELS
    return beside.get(first, first.capitalize())


def asked(field: str, defined: Mapping[str, CustomField]) -> Asked:
    name = label(field, defined)
    if is_told_only(field):
        return Asked(name, means=False)
    if field.startswith(CONSENT):
        # That they agreed nobody can say for others.
        return Asked(name, _YES_NO[1:])
    if field in _COLUMNS and _COLUMNS[field].choices:
        return Asked(name, sorted(COUNTRIES.items(), key=lambda pair: pair[1]))
    custom = defined.get(field.removeprefix(CUSTOM)) if field.startswith(ATTRIBUTE) else None
    if custom is not None and custom.type == FieldType.YES_NO:
        return Asked(name, _YES_NO)
    if custom is not None and custom.type in (FieldType.CHOICE, FieldType.CHOICES):
        offered = [(one, custom.label_of(one)) for one in custom.offered]
        return Asked(name, offered, several=custom.type == FieldType.CHOICES)
    return Asked(name)


def shown(meaning: Mapping[str, Any], field: str) -> str:
    """A meaning for people: "Netherlands", "Food, Retail", "nothing"."""
    value = meaning.get("is")
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    offered = dict(_COLUMNS[field].choices) if field in _COLUMNS else {}
    return str(offered.get(value, value))
