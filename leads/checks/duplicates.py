"""What may be said of two leads that are one: who says so, which stays, and whose word counts."""

from typing import Any

from leads.checks.handoffs import CLAIM
from leads.checks.reading import Field, Wrong, object_of
from leads.checks.values import YES_NO, whole_between


def _take(value: Any) -> dict[str, bool]:
    """{field: whether the word of the lead that goes counts}"""
    if not isinstance(value, dict):
        raise Wrong("wrong_type", "An object from names of fields to true or false is needed here.")
    for said in value.values():
        if not isinstance(said, bool):
            raise Wrong("wrong_type", "true or false is needed for each field.")
    return value


PERSON = CLAIM
MERGE = PERSON | {
    "into": whole_between(1, 2**63 - 1),
    "take": Field(
        _take,
        {
            "type": ["object", "null"],
            "additionalProperties": {"type": "boolean"},
            "description": "By field, `attributes.…` among them: whether the word of the lead that"
            " goes counts. Where it is silent the one that stays keeps its own, if it has one.",
        },
    ),
    "ends_work": YES_NO,
}
PERSON_SCHEMA = object_of(PERSON)
MERGE_SCHEMA = object_of(MERGE, required=["into"])
