"""What several operations answer with, in words of JSON schema."""

from typing import Any

from funnel.stages import Stage
from leads.api.batches import ITEMS_MAX
from leads.ingest import Status

Schema = dict[str, Any]
STATUSES = [status.value for status in Status]


def object_of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def or_null(kind: str, **more: Any) -> Schema:
    return {"type": [kind, "null"], **more}


def page_of(item: Schema) -> Schema:
    return object_of(results=list_of(item), next=or_null("string", format="uri"))


INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
TIME_OR_NULL = or_null("string", format="date-time")
FREE: Schema = {"type": "object", "additionalProperties": True}
STAGE: Schema = {"type": "string", "enum": list(Stage.values)}
SCORE = {"oneOf": [object_of(total=INTEGER, fit=INTEGER, intent=INTEGER), {"type": "null"}]}
ERROR: Schema = object_of(pointer=TEXT, code=TEXT, detail=TEXT)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": INTEGER,
        "detail": TEXT,
        "errors": list_of({"type": "object", "properties": ERROR["properties"]}),
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
}
LINE = object_of(
    kind={"type": "string", "enum": ["fit", "intent"]},
    label=TEXT,
    evidence=TEXT,
    points=INTEGER,
    rule=TEXT,
    unknown={"type": "boolean"},
    late={"type": "boolean"},
    cut={"type": "boolean"},
)
SUMMARY = object_of(**dict.fromkeys(STATUSES, INTEGER))


def result_of(**more: Schema) -> Schema:
    shape = object_of(
        index=INTEGER,
        status={"type": "string", "enum": STATUSES},
        id=or_null("integer"),
        errors=list_of(ERROR),
        **more,
    )
    shape["properties"]["first_index"] = INTEGER
    return shape


def batch_of(name: str, item: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": item, "minItems": 1, "maxItems": ITEMS_MAX},
            "all_or_none": {"type": "boolean", "default": False},
        },
        "required": [name],
        "additionalProperties": False,
    }
