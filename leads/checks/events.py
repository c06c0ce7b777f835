"""What an event may say."""

import json
import re
from collections.abc import Mapping
from typing import Any

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
)
from leads.checks.values import EMAIL, ID, MOMENT, lead_id, matching

PROPERTIES_LENGTH = 8_000
_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_EVENT_TYPE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}")


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) and not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object is needed here.")
    try:
        written = _written(value)
    except (TypeError, ValueError):
        raise Wrong("wrong_type", "Values must be JSON with finite numbers.") from None
    if len(written) > PROPERTIES_LENGTH:
        detail = f"At most {PROPERTIES_LENGTH} characters fit here."
        raise Wrong("too_long", detail, meant=_fitting(value))
    return dict(value)


def _fitting(properties: Mapping[str, Any]) -> dict[str, Any]:
    """As many as fit, in their order; a text is cut to what room there is."""
    fitting: dict[str, Any] = {}
    room = PROPERTIES_LENGTH
    for name, value in properties.items():
        if isinstance(value, str):
            # Signs that JSON writes longer than they are take up to six characters.
            while len(_written({name: value})) > room and value:
                value = value[: len(value) // 2]
        if len(_written({name: value})) <= room:
            fitting[name] = value
            room -= len(_written({name: value}))
    return fitting


EVENT_LEAD: dict[str, Field] = {
    "id": Field(lead_id, {"type": ["integer", "null"]}),
    "external_id": ID,
    "email": EMAIL,
}

EVENT: dict[str, Field] = {
    "type": Field(
        matching(_EVENT_TYPE, "Types are words like page_view.", spellings.event_type),
        {"type": "string", "description": "Words like page_view; “Page View” is read as that."},
    ),
    "occurred_at": MOMENT,
    "properties": Field(_properties, {"type": ["object", "null"], "additionalProperties": True}),
    "external_id": ID,
    "lead": Field(lambda value: read_object(value, EVENT_LEAD), object_of(EVENT_LEAD)),
}

EVENT_SCHEMA = forgiving(object_of(EVENT, required=["type", "lead"]))


def read_event(payload: Any) -> dict[str, Any]:
    """The checked values of one event in the API's shape. Raises Refused.

    Without what is wrong the rest may be taken, if it says what happened and to whom.
    """
    errors: list[FieldError] = []
    try:
        values = read_object(payload, EVENT)
    except Refused as refused:
        if refused.rest is None:
            raise
        values, errors = refused.rest, refused.errors
    whole = has_wrong_name(errors) or "type" not in values or not values.get("lead")
    wrong = {error.pointer.split("/")[1] for error in errors}
    if "type" not in values and "type" not in wrong:
        errors.append(FieldError("/type", "required", "Say what happened."))
    if not values.get("lead") and "lead" not in wrong:
        errors.append(FieldError("/lead", "required", "Name the lead by id, external_id or email."))
    if errors:
        raise Refused(*errors, rest=values, whole=whole)
    return values
