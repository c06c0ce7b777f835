"""What a lead may say of itself."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from leads import tags
from leads.checks import spellings
from leads.checks.reading import (
    Field,
    FieldError,
    Refused,
    Wrong,
    forgiving,
    has_wrong_name,
    object_of,
    read_object,
    says_something,
    step,
)
from leads.checks.values import ID, MOMENT, YES_NO, text, yes_no
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS

ATTRIBUTES_MAX = 100
ATTRIBUTES_LENGTH = 60_000
TEXT_MAX = 10_000
PURPOSES_MAX = 20
# What a lead is found by: without one of these nobody could reach or recognise the person.
IDENTITY = frozenset({"external_id", "email", "phone"})
# The code and the detail of what is wrong.
Told = tuple[str, str]


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _company(value: Any) -> dict[str, Any] | None:
    """A company as an object, or just its name."""
    if isinstance(value, str):
        value = {"name": value}
    return read_object(value, COMPANY) or None


def _consent(value: Any) -> dict[str, dict[str, Any]] | None:
    """{"marketing": true} or {"marketing": {"given": true, "at": …}}, by purpose."""
    if _blank(value):
        return None
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object by purpose is needed here, like marketing: true.")
    words: dict[str, dict[str, Any]] = {}
    errors: list[FieldError] = []
    for sent, given in value.items():
        purpose = spellings.purpose(str(sent))
        if not purpose:
            wrong = FieldError(f"/{step(sent)}", "invalid_name", "A purpose is a word.", given)
            errors.append(wrong)
        elif len(words) == PURPOSES_MAX:
            detail = f"At most {PURPOSES_MAX} purposes fit here."
            errors.append(FieldError(f"/{step(sent)}", "too_many", detail, given))
        elif given is True or given is False:
            words[purpose] = {"given": given}
        elif given is not None and (word := _word(given, f"/{step(sent)}", errors)):
            words[purpose] = word
    if errors:
        raise Refused(*errors, rest=words)
    return words or None


def _word(given: Any, at: str, errors: list[FieldError]) -> dict[str, Any] | None:
    """What is said of one purpose; what is wrong with it goes to `errors`."""
    try:
        if not isinstance(given, Mapping):
            plain = yes_no(given)
            return None if plain is None else {"given": plain}
        word = read_object(given, CONSENT)
    except Wrong as wrong:
        errors.append(FieldError(at, wrong.code, wrong.detail, given))
        return None
    except Refused as refused:
        errors.extend(error.within(at) for error in refused.errors)
        word = refused.rest
        if "given" not in word:
            return None
    if "given" not in word:
        errors.append(
            FieldError(f"{at}/given", "required", "Say whether it was given.", dict(given))
        )
        return None
    return word


def _attributes(value: Any) -> dict[str, Any] | None:
    """Names and plain values; what a defined field asks for is checked in leads/fields.py."""
    if _blank(value):
        return None
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object is needed here.")
    kept: dict[str, Any] = {}
    errors: list[FieldError] = []
    room = ATTRIBUTES_LENGTH
    for place, (sent, given) in enumerate(value.items()):
        is_beyond = place >= ATTRIBUTES_MAX
        if given is None and not is_beyond:
            continue
        name = spellings.name(str(sent))
        if not name or name in _RESERVED or is_beyond:
            errors.append(FieldError(f"/{step(sent)}", *_no_attribute(name), given))
            continue
        plain, wrong = _plain(given, room)
        if wrong:
            errors.append(FieldError(f"/{step(sent)}", *wrong, given))
        if plain is not None:
            kept[name] = plain
            room -= len(plain if isinstance(plain, str) else repr(plain))
    if errors:
        raise Refused(*errors, rest=kept)
    return kept or None


def _no_attribute(name: str) -> Told:
    """Why there is no place for it."""
    if not name:
        return "invalid_name", "A name needs a letter or a digit of ours."
    if name in _RESERVED:
        return "reserved_name", f"Send {name} as a field of the lead itself."
    return "too_many", f"At most {ATTRIBUTES_MAX} attributes fit here."


def _plain(value: Any, room: int) -> tuple[Any, Told | None]:
    """What of a value is kept, and what is wrong with it."""
    if isinstance(value, str):
        value = value.strip()
        limit = min(TEXT_MAX, room)
        if len(value) > limit:
            return value[:limit].strip() or None, _too_long(limit)
        return value or None, None
    if value is None or isinstance(value, bool | int):
        return value, None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None, ("not_finite", "A finite number is needed here.")
        return value, None
    if isinstance(value, list):
        return _plain_list(value, room)
    detail = "A plain value or a list of plain values is needed here."
    return None, ("wrong_type", detail)


def _plain_list(value: list[Any], room: int) -> tuple[Any, Told | None]:
    if any(isinstance(part, list | Mapping) for part in value):
        return None, ("wrong_type", "A list may hold plain values only.")
    read = [_plain(part, room) for part in value]
    parts = [part for part, _ in read if part is not None]
    if len(repr(parts)) > room:
        return None, _too_long(room)
    return parts, next((wrong for _, wrong in read if wrong), None)


def _too_long(limit: int) -> Told:
    return "too_long", f"At most {limit} characters fit here."


_TAG = text(tags.LENGTH)
COMPANY: dict[str, Field] = {column.name: column.check for column in COMPANY_COLUMNS}

CONSENT: dict[str, Field] = {
    "given": Field(
        YES_NO.check,
        {
            "type": ["boolean", "string", "integer"],
            "description": "True or false; also 1, on or yes, in the larger languages.",
        },
    ),
    "at": MOMENT,
    "text": text(4_000),
    "channel": text(80),
}

LEAD: dict[str, Field] = {
    "external_id": ID,
    **{column.name: column.check for column in LEAD_COLUMNS},
    **dict.fromkeys(tags.LABELS, _TAG),
    "company": Field(
        _company,
        {"oneOf": [object_of(COMPANY), {"type": "string", "maxLength": 200}, {"type": "null"}]},
    ),
    "attributes": Field(
        _attributes,
        {
            "type": ["object", "null"],
            "description": "Custom fields by name: typed where a field is defined, else stored."
            " Any name is made one of letters and digits: “Lead Source” is Lead_Source. A text has"
            f" up to {TEXT_MAX:,} characters, all together up to {ATTRIBUTES_LENGTH:,}.",
            "maxProperties": ATTRIBUTES_MAX,
            "additionalProperties": True,
        },
    ),
    "consent": Field(
        _consent,
        {
            "type": ["object", "null"],
            "description": "By purpose: true, false, or an object that says when and how. What"
            " was withdrawn is given again by a later `at` or by new words in `text`, not by a bare"
            " true. `scoring` withdrawn is an objection: the lead is not scored.",
            "additionalProperties": {
                "oneOf": [{"type": "boolean"}, object_of(CONSENT, required=["given"])]
            },
        },
    ),
}

# Forms send the tags of a link among the attributes as well, and there they stay.
_RESERVED = LEAD.keys() - tags.NAMES

# Shown to readers, never written by them.
LEAD_KEPT_BY_US = frozenset(
    {
        "id",
        "email_kind",
        "tags",
        "last_source",
        "last_campaign",
        "last_tags",
        "last_came_at",
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

# What is brought in of the past says itself when it began.
_BEGAN = "When a new lead began; nothing where it is known. Only for who may bring in the past."
_DATED = LEAD | {
    "created_at": Field(
        MOMENT.check, MOMENT.schema | {"description": f"{_BEGAN} {MOMENT.schema['description']}"}
    )
}
DATED_LEAD_SCHEMA = forgiving(object_of(_DATED))
# Kept as it was said: it is added to, and taken back by saying so.
_NEVER_EMPTIED = {
    "external_id": "An external id stays; send another to add it.",
    "consent": "What was said stays; send false to withdraw it.",
    "attributes": "Name each attribute that is to be emptied.",
    **dict.fromkeys(tags.LABELS, "What brought them stays; send what brought them again."),
}
_OF_LEAD: dict[str, Any] = forgiving({name: field.schema for name, field in LEAD.items()})
CHANGE_SCHEMA = object_of({}) | {
    "properties": _OF_LEAD
    # Where a lead came from, only a person corrects (leads/editing).
    | {name: says_something(_OF_LEAD[name]) for name in (*_NEVER_EMPTIED, "source", "campaign")}
}


def read_lead(payload: Any, *, keeps_dates: bool = False) -> dict[str, Any]:
    """The checked values of one lead in the API's shape. Raises Refused.

    Names are told when somebody integrates, values by strangers: without a name that is wrong the
    rest may be taken, if it still says whom it is about.
    """
    table = _DATED if keeps_dates else LEAD
    try:
        values = read_object(payload, table, kept_by_us=LEAD_KEPT_BY_US)
    except Refused as refused:
        refused.whole |= (
            has_wrong_name(refused.errors) or not IDENTITY & (refused.rest or {}).keys()
        )
        raise
    if not IDENTITY & values.keys():
        error = FieldError("", "required", "Give an external_id, an email or a phone.")
        raise Refused(error, rest=values, whole=True)
    return values


def read_change(payload: Any) -> dict[str, Any]:
    """The checked values of a change to a known lead. Raises Refused, as `read_lead`."""
    errors: list[FieldError] = []
    whole = False
    try:
        values = read_object(payload, LEAD, kept_by_us=LEAD_KEPT_BY_US)
    except Refused as refused:
        if refused.rest is None:
            raise
        values, errors, whole = refused.rest, refused.errors, has_wrong_name(refused.errors)
    kept = [
        FieldError(f"/{name}", "never_emptied", detail)
        for name, detail in sorted(_NEVER_EMPTIED.items())
        if name in payload and (payload[name] is None or _blank(payload[name]))
    ]
    if errors or kept:
        raise Refused(*errors, *kept, rest=values, whole=whole or bool(kept))
    return values


def emptied(
    payload: Mapping[str, Any],
    values: Mapping[str, Any],
    unread: Iterable[FieldError],
    *,
    by_hand: bool = False,
) -> frozenset[str]:
    """The names of what a change empties: {"phone", "attributes.budget"}.

    A value that is null or blank empties: {"phone": null, "attributes": {"budget": null}}. What was
    not understood does not. "N/A" says nothing, and so empties only where a person typed it.
    """
    wrong = {error.pointer for error in unread}

    def empties(given: Any) -> bool:
        return given is None or _blank(given) or by_hand and not isinstance(given, Mapping)

    names = {
        name
        for name, given in payload.items()
        if name not in values and empties(given) and f"/{name}" not in wrong
    }
    attributes = payload.get("attributes")
    kept = values.get("attributes", {})
    for sent, given in attributes.items() if isinstance(attributes, Mapping) else ():
        name = spellings.name(str(sent))
        is_wrong = f"/attributes/{step(sent)}" in wrong
        if name and name not in kept and empties(given) and not is_wrong:
            names.add(f"attributes.{name}")
    return frozenset(names)
