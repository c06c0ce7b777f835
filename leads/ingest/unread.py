"""What was not understood: read by what people said it means, and kept as it came."""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from leadportal.db import prepared
from leads import text
from leads.checks import spellings
from leads.checks.leads import COMPANY, IDENTITY, LEAD
from leads.checks.reading import FieldError, Wrong
from leads.checks.values import yes_no
from leads.field_values import own_name, read_value
from leads.ingest.records import Arrival, Record
from leads.ingest.speaking import Sender
from leads.models import CustomField
from leads.models.unread import KEY_MAX, VALUE_MAX

# Texts that were cut are like no other: one meaning for several would be of no use.
CUT = "too_long"
Editions = list[dict[str, Any]]

# Whoever gives a value a meaning waits for those who are about to keep one without, and they for
# them (leads/unread/meanings.py), so that no lead falls between the two.
_WAIT = "SELECT pg_advisory_xact_lock_shared(hashtext('leads_meaning'))::text"
# meaning_once
_MEANINGS = """
SELECT m.field, m.value_key, m.editions::text
  FROM unnest(%(fields)s::text[], %(keys)s::text[]) asked (field, value_key)
  JOIN leads_meaning m ON m.field = asked.field AND m.value_key = asked.value_key
 WHERE m.integration_id = %(integration)s
"""
# unread_value_newest
_KEEP = """
WITH understood AS (
    DELETE FROM leads_unreadvalue u
     USING jsonb_to_recordset(%(understood)s::jsonb) r (lead_id bigint, field text)
     WHERE u.lead_id = r.lead_id AND u.field = r.field
)
INSERT INTO leads_unreadvalue
       (lead_id, integration_id, field, value, value_key, code, at, edition)
SELECT lead_id, %(integration)s, field, value, value_key, code, at, edition
  FROM jsonb_to_recordset(%(rows)s::jsonb) r (
       lead_id bigint, field text, value text, value_key text, code text, at timestamptz,
       edition integer)
 ORDER BY lead_id, field
    ON CONFLICT (lead_id, integration_id, field) DO UPDATE
   SET value = excluded.value, value_key = excluded.value_key, code = excluded.code,
       at = excluded.at, edition = excluded.edition
RETURNING id
"""


def field_of(pointer: str, defined: Mapping[str, CustomField]) -> str:
    """The field a pointer is about, as changes of a lead name it: "company.employees"."""
    first, *rest = (part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
    inner = rest[0] if rest else ""
    match first:
        case "attributes":
            inner = own_name(spellings.name(inner), defined)
        case "consent":
            # When it was given, or how, is not whether.
            inner = ".".join([spellings.purpose(inner), *rest[1:2]])
        case "company":
            inner = inner if inner in COMPANY else ""
    return f"{first}.{inner}" if inner else first


def as_text(value: Any) -> str:
    """A value as it is kept and shown: a text as it came, all else as JSON."""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return shown[:VALUE_MAX]


def key_of(value: Any, code: str) -> str:
    """What makes two values one: case, accents and spaces do not tell them apart."""
    if code == CUT:
        return ""
    shown = as_text(value)
    return text.name_key(shown, KEY_MAX) or shown.strip()[:KEY_MAX]


# --- what people said it means -----------------------------------------------------------------


def read_by_meanings(arrivals: Sequence[Arrival], sender: Sender) -> None:
    """Set what values mean that were not understood, where somebody said so of this integration.

    In the transaction of the write. Nothing is asked where all was understood.
    """
    asking = [arrival for arrival in arrivals if arrival.unread]
    if not asking:
        return
    known = _meanings(asking, sender)
    for arrival in asking:
        # Anew each time, for the write may start again.
        arrival.as_read = arrival.values if arrival.as_read is None else arrival.as_read
        arrival.values, arrival.editions = deepcopy(arrival.as_read), {}
        for error in arrival.unread:
            field = field_of(error.pointer, sender.defined)
            editions = known.get((field, key_of(error.value, error.code)), [])
            if mean(arrival.values, field, editions, sender.defined):
                arrival.editions[field] = len(editions)


def _meanings(asking: Iterable[Arrival], sender: Sender) -> dict[tuple[str, str], Editions]:
    asked = {
        (field_of(error.pointer, sender.defined), key_of(error.value, error.code))
        for arrival in asking
        for error in arrival.unread
    }
    fields, keys = zip(*sorted(asked), strict=True)
    prepared.fetch(_WAIT, {})
    params = {
        "fields": list(fields),
        "keys": list(keys),
        "integration": sender.spoke["integration_id"],
    }
    found = prepared.fetch(_MEANINGS, params)
    return {(field, key): json.loads(editions) for field, key, editions in found}


def mean(
    values: dict[str, Any], field: str, editions: Editions, defined: Mapping[str, CustomField]
) -> bool:
    """Put the newest meaning in its place among the values; False where there is none."""
    newest = editions[-1] if editions else {}
    if "is" not in newest:
        return False
    if is_told_only(field):
        return True
    try:
        value = None if newest["is"] is None else checked(field, newest["is"], defined)
    except Wrong:
        # The field was defined anew since, and knows no such value.
        return False
    put(values, field, value)
    return True


def is_told_only(field: str) -> bool:
    """Whether a meaning only ends what is told: whom somebody speaks of nobody else can say, and
    what is wrong within an object is not all of it."""
    return field in IDENTITY | {"company", "attributes", "consent"} or field.count(".") > 1


def put(values: dict[str, Any], field: str, value: Any) -> None:
    """Set the value of a field by its way; None takes it out."""
    first, _, inner = field.partition(".")
    place, name = (values.setdefault(first, {}), inner) if inner else (values, first)
    if value is None:
        place.pop(name, None)
    else:
        place[name] = value
    if inner and not place:
        del values[first]


def checked(field: str, value: Any, defined: Mapping[str, CustomField]) -> Any:
    """What a value means in a field, as the checks have it. Raises Wrong or Refused."""
    first, _, inner = field.partition(".")
    match first:
        case "attributes":
            return read_value(defined[inner], value) if inner in defined else value
        case "company" if inner:
            return COMPANY[inner].check(value)
        case "consent":
            given = yes_no(value)
            return None if given is None else {"given": given}
    return LEAD[first].check(value)


# --- as it came --------------------------------------------------------------------------------


def keep(taken: Iterable[tuple[Arrival, Record]], sender: Sender) -> None:
    """Keep what was not understood of leads that are written, and forget what now is."""
    kept: dict[tuple[int, str], dict[str, Any]] = {}
    understood: set[tuple[int, str]] = set()
    for arrival, record in taken:
        if not (arrival.wrong or record.unread):
            continue
        wrong = {field_of(error.pointer, sender.defined): error for error in arrival.wrong}
        for field in record.unread & _told(arrival) - wrong.keys():
            kept.pop((record.id, field), None)
            understood.add((record.id, field))
        for field, error in wrong.items():
            understood.discard((record.id, field))
            at = arrival.unread_since or sender.at
            edition = arrival.editions.get(field, 0)
            kept[record.id, field] = {"lead_id": record.id, "at": str(at), "edition": edition}
            kept[record.id, field] |= _row(field, error)
        record.unread |= wrong.keys()
    if kept or understood:
        gone = [{"lead_id": lead, "field": field} for lead, field in sorted(understood)]
        params = {
            "understood": json.dumps(gone),
            "integration": sender.spoke["integration_id"],
            "rows": json.dumps(list(kept.values())),
        }
        prepared.fetch(_KEEP, params)


def _told(arrival: Arrival) -> set[str]:
    """The fields an item says something of, or empties."""
    inner = {
        f"{first}.{name}"
        for first in ("company", "attributes", "consent")
        for name in arrival.values.get(first, ())
    }
    return arrival.values.keys() | inner | arrival.emptied


def _row(field: str, error: FieldError) -> dict[str, Any]:
    return {
        "field": field,
        "value": as_text(error.value),
        "value_key": key_of(error.value, error.code),
        "code": error.code,
    }
