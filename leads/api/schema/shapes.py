"""What several operations answer with, in words of JSON schema."""

from funnel.stages import Stage
from leadportal.rest.openapi import ERROR, INTEGER, TEXT, Schema, list_of, object_of, or_null
from leads.api.batches import ITEMS_MAX
from leads.ingest import Status

STATUSES = [status.value for status in Status]


STAGE: Schema = {"type": "string", "enum": list(Stage.values)}
SCORE = {"oneOf": [object_of(total=INTEGER, fit=INTEGER, intent=INTEGER), {"type": "null"}]}
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
