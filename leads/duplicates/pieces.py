"""What is known of a lead, in pieces that can be carried to another lead and back.

A piece is one field by its name in the API ("phone", "company", "attributes.budget") with all that
goes with it: its normalised twin, its words, and whether a person typed it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import DecimalField, Field

from leads.columns import AMONG_ATTRIBUTES, LEAD_COLUMNS
from leads.ingest.records import ATTRIBUTE, STORED_ATTRIBUTES_MAX
from leads.models import EmailKind, Lead
from leads.text import person_key, search_key

COLUMNS = {column.name: column for column in LEAD_COLUMNS}
COMPANY = "company"
# Companies of which somebody said that the person does not work there: added to, and taken from.
NOT_OF = "not_of"
# What a piece is kept in.
WRITTEN = (
    *(column.field.attname for column in LEAD_COLUMNS),
    *(c.twin for c in LEAD_COLUMNS if c.twin and c.twin != AMONG_ATTRIBUTES),
    *("email_key", "email_kind", "company", "attributes", "attribute_keys", "word_keys", "typed"),
    *("name_key", "search_key"),
    NOT_OF,
    *("tags", "last_source", "last_campaign", "last_tags", "last_came_at"),
)
# Where somebody came from first, but for source and campaign, and where from last: one piece, as
# half of one visit and half of another would be a visit that nobody made.
VISITS = "visits"
_VISITS = ("tags", "last_source_id", "last_campaign_id", "last_tags", "last_came_at")
ORIGIN = ("source", "campaign")
Piece = dict[str, Any]


def names(*leads: Lead) -> Iterator[str]:
    """All that may be known of these leads, in the order pages list them."""
    yield from COLUMNS
    yield COMPANY
    known = {name: None for lead in leads for name in lead.attributes}
    yield from (f"{ATTRIBUTE}{name}" for name in known)


def value(lead: Lead, name: str) -> Any:
    """What stands there: an id where it points to another table."""
    if name == VISITS:
        came = lead.last_came_at
        visits = {column: getattr(lead, column) for column in _VISITS}
        return visits | {"last_came_at": came and came.isoformat()}
    if name.startswith(ATTRIBUTE):
        return lead.attributes.get(name.removeprefix(ATTRIBUTE))
    return getattr(lead, _attname(name))


def is_blank(lead: Lead, name: str) -> bool:
    return value(lead, name) in ("", None)


def piece(lead: Lead, name: str) -> Piece:
    key = name.removeprefix(ATTRIBUTE)
    found = {"value": value(lead, name)}
    if name == VISITS:
        return found
    for column in ("attribute_keys", "word_keys"):
        if key in (kept := getattr(lead, column) or {}):
            found[column] = kept[key]
    typed = lead.typed or {}
    if name in typed:
        found["typed"] = typed[name]
    if twin := _own_twin(name):
        found["twin"] = getattr(lead, twin)
    if name == "email":
        found |= {"email_key": lead.email_key, "email_kind": lead.email_kind}
    return found


def put(lead: Lead, name: str, given: Piece) -> None:
    """Set one field of a lead in memory to a piece, as it was taken or as JSON kept it."""
    if name == VISITS:
        put_visits(lead, given["value"])
        return
    key = name.removeprefix(ATTRIBUTE)
    if name.startswith(ATTRIBUTE):
        lead.attributes = _with(lead.attributes, key, given, "value")
    else:
        setattr(lead, _attname(name), _read(name, given["value"]))
    lead.attribute_keys = _with(lead.attribute_keys, key, given, "attribute_keys")
    lead.word_keys = _with(lead.word_keys, key, given, "word_keys") or None
    lead.typed = _with(lead.typed, name, given, "typed", keeps_none=True) or None
    if twin := _own_twin(name):
        setattr(lead, twin, given["twin"])
    if name == "email":
        lead.email_key, lead.email_kind = given["email_key"], given["email_kind"]


def put_visits(lead: Lead, visits: Mapping[str, Any]) -> None:
    for column, one in visits.items():
        is_text = column == "last_came_at" and isinstance(one, str)
        setattr(lead, column, datetime.fromisoformat(one) if is_text else one)


def refused_beside(heir: Lead, lead: Lead) -> list[int]:
    """Where `lead` does not work by a person's word and nobody said so of its heir.

    Where the heir works stands: who merges sees it, and may say otherwise.
    """
    known = {*(heir.not_of or ()), heir.company_id}
    return [pk for pk in lead.not_of or () if pk not in known]


def finish(lead: Lead) -> None:
    """What is made of several of its fields."""
    lead.name_key = person_key(lead.first_name, lead.last_name)
    company = lead.company.name if lead.company else ""
    lead.search_key = search_key(
        lead.first_name, lead.last_name, lead.email, company, phone=lead.phone
    )


def same(lead: Lead, name: str, given: Piece) -> bool:
    """Whether a field still says what a piece says."""
    return bool(value(lead, name) == _read(name, given["value"]))


def differs(one: Lead, other: Lead, name: str) -> bool:
    """Whether two leads say different things, so that somebody has to choose."""
    if is_blank(one, name) or is_blank(other, name):
        return False
    if name == "email" and one.email_key == other.email_key != "":
        return False
    return bool(value(one, name) != value(other, name))


def better(heir: Lead, lead: Lead, name: str) -> bool:
    """Whether the word of `lead` counts where nobody chose: it fills what is blank on the heir.

    The mailbox of a team gives way to an address of one's own.
    """
    if is_blank(lead, name) or name in ORIGIN:
        return False
    if name == "email" and heir.email_kind == EmailKind.ROLE != lead.email_kind:
        return True
    if name.startswith(ATTRIBUTE) and len(heir.attributes) >= STORED_ATTRIBUTES_MAX:
        return False
    return is_blank(heir, name)


def _attname(name: str) -> str:
    return "company_id" if name == COMPANY else COLUMNS[name].field.attname


def _own_twin(name: str) -> str:
    twin = COLUMNS[name].twin if name in COLUMNS else ""
    return "" if twin == AMONG_ATTRIBUTES else twin


def _read(name: str, stored: Any) -> Any:
    field: Field[Any, Any] | None = COLUMNS[name].field if name in COLUMNS else None
    # JSON keeps it as text.
    return field.to_python(stored) if isinstance(field, DecimalField) else stored


def _with(
    kept: dict[str, Any] | None, key: str, given: Piece, part: str, *, keeps_none: bool = False
) -> dict[str, Any]:
    """The mapping with one entry as the piece has it, or without it."""
    rest = {name: one for name, one in (kept or {}).items() if name != key}
    if part in given and (keeps_none or given[part] is not None):
        rest[key] = given[part]
    return rest
