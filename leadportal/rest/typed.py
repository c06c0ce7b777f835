"""JSON schema (2020-12, as OpenAPI 3.1 has it) of an answer, from the TypedDict it is declared as.

datetime is a date-time, Decimal a text with its decimals, an enum or Literal its values, `T | None`
may be null, `Annotated[T, {...}]` adds keywords of JSON schema. Objects stay open: a caller must
bear a key that comes with a newer release.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "format": "decimal"},
    Any: {},
}


def schema_of(kind: Any) -> Schema:
    """The schema of a type. Raises TypeError for one that has no place in an answer."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin is Annotated:
        return schema_of(arguments[0]) | arguments[1]
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of([member.value for member in kind])
    if is_typeddict(origin):
        return _object(origin, arguments)
    if origin is Literal:
        return _one_of(list(arguments))
    if origin in (Union, UnionType):
        return _any_of([schema_of(argument) for argument in arguments])
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1]) or True}
    raise TypeError(f"{kind!r} has no place in an answer.")


def _one_of(values: list[Any]) -> Schema:
    return schema_of(type(values[0])) | {"enum": values}


def _any_of(parts: list[Schema]) -> Schema:
    """Where it is a plain value or null, said in its type."""
    plain, null = parts[0], _PLAIN[NoneType]
    if parts[1:] != [null] or not isinstance(plain.get("type"), str) or plain["type"] == "object":
        return {"oneOf": parts}
    allowed = {"enum": [*plain["enum"], None]} if "enum" in plain else {}
    return plain | {"type": [plain["type"], "null"]} | allowed


def _object(kind: Any, arguments: tuple[Any, ...]) -> Schema:
    bound = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=True))
    members = get_type_hints(kind, include_extras=True)
    return {
        "type": "object",
        "properties": {name: schema_of(_bound(hint, bound)) for name, hint in members.items()},
        "required": [name for name in members if name in kind.__required_keys__],
    }


def _bound(hint: Any, bound: dict[Any, Any]) -> Any:
    """The type of a member, with the arguments of its generic TypedDict put in."""
    if get_origin(hint) in (Required, NotRequired):
        (hint,) = get_args(hint)
    if isinstance(hint, TypeVar):
        return bound[hint]
    if open_ := getattr(hint, "__parameters__", ()):
        return hint[tuple(bound[parameter] for parameter in open_)]
    return hint
