"""What a lead may say of itself."""

import math
import re
from collections.abc import Mapping
from typing import Any

from leads.checks import spellings
from leads.checks.reading import Field, FieldError, Refused, Wrong, escape, object_of, read_object
from leads.checks.values import ID, MOMENT, YES_NO, text
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS

ATTRIBUTES_MAX = 100
ATTRIBUTES_LENGTH = 16_000
TEXT_MAX = 2_000
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def _company(value: Any) -> dict[str, Any] | None:
    """A company as an object, or just its name."""
    if isinstance(value, str):
        value = {"name": value}
    return read_object(value, COMPANY) or None


def _consent(value: Any) -> dict[str, dict[str, Any]] | None:
    """{"marketing": true} or {"marketing": {"given": true, "at": …}}, by purpose."""
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object by purpose is needed here.")
    if len(value) > 20:
        raise Wrong("too_many", "At most 20 purposes fit here.")
    words: dict[str, dict[str, Any]] = {}
    for purpose, given in value.items():
        step = f"/{escape(str(purpose)[:80])}"
        if not isinstance(purpose, str) or not _PURPOSE.fullmatch(purpose):
            raise Wrong("invalid_name", "Purposes are lower-case words like marketing.", step)
        if given is None or isinstance(given, str) and not given.strip():
            continue
        try:
            plain = spellings.yes_or_no(given)
            word = read_object(given, CONSENT) if plain is None else {"given": plain}
        except Refused as refused:
            first = refused.errors[0]
            raise Wrong(first.code, first.detail, step + first.pointer) from None
        if "given" not in word:
            raise Wrong("required", "Say whether it was given.", f"{step}/given")
        words[purpose] = word
    return words or None


def _attributes(value: Any) -> dict[str, Any] | None:
    """Names and plain values; what a defined field asks for is checked in leads/fields.py."""
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object is needed here.")
    if len(value) > ATTRIBUTES_MAX:
        raise Wrong("too_many", f"At most {ATTRIBUTES_MAX} attributes fit here.")
    kept, length = {}, 0
    for name, given in value.items():
        step = f"/{escape(str(name)[:80])}"
        if not isinstance(name, str) or not (name := spellings.name(name)):
            raise Wrong("invalid_name", "A name needs a letter or a digit of ours.", step)
        if name in LEAD:
            raise Wrong("reserved_name", f"Send {name} as a field of the lead itself.", step)
        if (plain := _plain(given, step)) is not None:
            kept[name] = plain
            length += len(name) + len(plain if isinstance(plain, str) else repr(plain))
    if length > ATTRIBUTES_LENGTH:
        raise Wrong("too_long", f"At most {ATTRIBUTES_LENGTH} characters fit here.")
    return kept or None


def _plain(value: Any, step: str) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if len(value) > TEXT_MAX:
            raise Wrong("too_long", f"At most {TEXT_MAX} characters fit here.", step)
        return value or None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Wrong("not_finite", "A finite number is needed here.", step)
        return value
    if isinstance(value, list):
        if any(isinstance(part, list | Mapping) for part in value):
            raise Wrong("wrong_type", "A list may hold plain values only.", step)
        return [part for part in (_plain(part, step) for part in value) if part is not None]
    raise Wrong("wrong_type", "A plain value or a list of plain values is needed here.", step)


COMPANY: dict[str, Field] = {column.name: column.check for column in COMPANY_COLUMNS}

CONSENT: dict[str, Field] = {
    "given": YES_NO,
    "at": MOMENT,
    "text": text(4_000),
    "channel": text(80),
}

LEAD: dict[str, Field] = {
    "external_id": ID,
    **{column.name: column.check for column in LEAD_COLUMNS},
    "company": Field(
        _company,
        {"oneOf": [object_of(COMPANY), {"type": "string", "maxLength": 200}, {"type": "null"}]},
    ),
    "attributes": Field(
        _attributes,
        {
            "type": ["object", "null"],
            "description": "Custom fields by name: typed where a field is defined, else stored.",
            "maxProperties": ATTRIBUTES_MAX,
            "additionalProperties": True,
        },
    ),
    "consent": Field(
        _consent,
        {
            "type": ["object", "null"],
            "description": "By purpose: true, false, or an object that says when and how.",
            "additionalProperties": {
                "oneOf": [{"type": "boolean"}, object_of(CONSENT, required=["given"])]
            },
        },
    ),
}

# Shown to readers, never written by them.
LEAD_KEPT_BY_US = frozenset(
    {
        "id",
        "email_kind",
        "typed",
        "stage",
        "stage_since",
        "score",
        "criteria_version",
        "queue",
        "owner",
        "created_at",
        "updated_at",
        "scored_at",
        "matched",
    }
)

LEAD_SCHEMA = object_of(LEAD)
# What is brought in of the past says itself when it began.
_DATED = LEAD | {"created_at": MOMENT}
# Kept as it was said: it is added to, and taken back by saying so.
_NEVER_EMPTIED = {
    "external_id": "An external id stays; send another to add it.",
    "consent": "What was said stays; send false to withdraw it.",
    "attributes": "Name each attribute that is to be emptied.",
}


def read_lead(payload: Any, *, keeps_dates: bool = False) -> dict[str, Any]:
    """The checked values of one lead in the API's shape. Raises Refused."""
    table = _DATED if keeps_dates else LEAD
    values = read_object(payload, table, kept_by_us=LEAD_KEPT_BY_US)
    if not ({"external_id", "email", "phone"} & values.keys()):
        raise Refused(FieldError("", "required", "Give an external_id, an email or a phone."))
    return values


def read_change(payload: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The checked values of a change to a known lead, and the names of what it empties.

    A value that is null or blank empties: {"phone": null, "attributes": {"budget": null}} gives
    {"phone", "attributes.budget"}. Raises Refused.
    """
    if isinstance(payload, Mapping):
        payload = {name: None if given == "" else given for name, given in payload.items()}
    values = read_object(payload, LEAD, kept_by_us=LEAD_KEPT_BY_US)
    blank = {name for name, given in payload.items() if given is None}
    kept = [
        FieldError(f"/{name}", "never_emptied", _NEVER_EMPTIED[name])
        for name in sorted(blank & _NEVER_EMPTIED.keys())
    ]
    if kept:
        raise Refused(*kept)
    # Blanks of spaces only are read as nothing said, too.
    emptied = {
        name
        for name, given in payload.items()
        if name not in values and not isinstance(given, Mapping)
    }
    attributes = payload.get("attributes") or {}
    emptied |= {
        f"attributes.{name}" for name in attributes if name not in values.get("attributes", ())
    }
    return values, frozenset(emptied)
