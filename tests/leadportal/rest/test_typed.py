"""JSON schema from the types of an answer."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypedDict, TypeVar

import pytest

from leadportal.rest.typed import schema_of

T = TypeVar("T")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Point(TypedDict):
    x: int
    label: NotRequired[str]


class Pair(TypedDict, Generic[T]):
    both: list[T]
    first: NotRequired[T]


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (str, {"type": "string"}),
        (bool, {"type": "boolean"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (date, {"type": "string", "format": "date"}),
        (Decimal, {"type": "string", "format": "decimal"}),
        (Any, {}),
        (int | None, {"type": ["integer", "null"]}),
        (Colour, {"type": "string", "enum": ["red", "blue"]}),
        (Colour | None, {"type": ["string", "null"], "enum": ["red", "blue", None]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (dict[str, Any], {"type": "object", "additionalProperties": True}),
        (
            Annotated[str | None, {"format": "uri"}],
            {"type": ["string", "null"], "format": "uri"},
        ),
        (int | str, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
    ],
)
def test_a_type_has_its_schema(kind: Any, schema: dict[str, Any]) -> None:
    assert schema_of(kind) == schema


def test_an_object_names_what_is_always_there() -> None:
    assert schema_of(Point) == {
        "type": "object",
        "properties": {"x": {"type": "integer"}, "label": {"type": "string"}},
        "required": ["x"],
    }


def test_an_object_that_may_be_null_is_one_of_both() -> None:
    assert schema_of(Point | None) == {"oneOf": [schema_of(Point), {"type": "null"}]}


def test_a_generic_object_holds_what_it_was_given() -> None:
    pair = schema_of(Pair[Point])

    assert pair["properties"]["both"] == {"type": "array", "items": schema_of(Point)}
    assert pair["properties"]["first"] == schema_of(Point)
    assert pair["required"] == ["both"]


@pytest.mark.parametrize("kind", [set[int], dict[int, str], bytes, object])
def test_what_json_cannot_say_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="no place in an answer"):
        schema_of(kind)
