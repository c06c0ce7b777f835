"""Reading one object by a table of checks: everything that is wrong, and where."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value, and where (a JSON pointer into the item)."""

    pointer: str
    code: str
    detail: str
    # As it came.
    value: Any = None

    def within(self, step: str) -> "FieldError":
        """The same, seen from the object around it."""
        return replace(self, pointer=f"{step}{self.pointer}")


class Refused(Exception):
    """Something of the item is wrong; `rest` is what can be read of it all the same.

    `whole` says that it may not be taken without what is wrong.
    """

    def __init__(self, *errors: FieldError, rest: Any = None, whole: bool = False) -> None:
        super().__init__(", ".join(f"{error.pointer}: {error.code}" for error in errors))
        self.errors, self.rest, self.whole = list(errors), rest, whole


class Wrong(Exception):
    """One value is wrong; `meant` is what can be read of it, if anything can."""

    def __init__(self, code: str, detail: str, *, meant: Any = None) -> None:
        super().__init__(code)
        self.code, self.detail, self.meant = code, detail, meant


# A check returns the value to keep, or None where nothing was said, or raises Wrong, or Refused
# where it is an object itself.
@dataclass(frozen=True)
class Field:
    check: Callable[[Any], Any]
    # JSON schema of what is accepted.
    schema: dict[str, Any]


def read_object(
    payload: Any, table: Mapping[str, Field], *, kept_by_us: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The checked values of one object. Raises Refused with everything that is wrong."""
    # A dict, as a rule: to ask that costs a tenth of asking for any mapping.
    if not isinstance(payload, dict) and not isinstance(payload, Mapping):
        error = FieldError("", "wrong_type", "An object is needed here.", payload)
        raise Refused(error, whole=True)
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, given in payload.items():
        field = table.get(name)
        if field is None:
            errors.append(_unknown(name, given, name in kept_by_us))
        elif given is not None:
            # In place, as most values are right and a call costs more than their check.
            try:
                value = field.check(given)
            except (Wrong, Refused) as wrong:
                value = _what_is_left(wrong, name, given, errors)
            if value is not None:
                values[name] = value
    if errors:
        raise Refused(*errors, rest=values)
    return values


def _what_is_left(wrong: Wrong | Refused, name: str, given: Any, errors: list[FieldError]) -> Any:
    """What can be read of a value all the same; what is wrong with it goes to `errors`."""
    if isinstance(wrong, Wrong):
        errors.append(FieldError(f"/{name}", wrong.code, wrong.detail, given))
        return wrong.meant
    errors.extend(error.within(f"/{name}") for error in wrong.errors)
    return wrong.rest or None


def _unknown(name: Any, given: Any, kept_by_us: bool) -> FieldError:
    pointer = "/" + step(name)
    if kept_by_us:
        return FieldError(pointer, "read_only", "LeadPortal sets this field itself.", given)
    detail = "There is no such field. Free data goes under attributes."
    return FieldError(pointer, "unknown_field", detail, given)


def has_wrong_name(errors: Iterable[FieldError]) -> bool:
    """Whether a field of the item itself is none, or none of the sender's."""
    names = {"unknown_field", "read_only"}
    return any(error.code in names and error.pointer.count("/") == 1 for error in errors)


def step(name: Any) -> str:
    """A name that somebody sent as one step of a pointer, short enough to be said again."""
    return escape(str(name)[:80])


def escape(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def object_of(table: Mapping[str, Field], **more: Any) -> dict[str, Any]:
    properties = {name: field.schema for name, field in table.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False} | more


def says_something(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may be neither null nor blank."""
    types = [one for one in schema["type"] if one != "null"]
    texts = {"minLength": 1, "pattern": schema.get("pattern", r"\S")} if "string" in types else {}
    return schema | {"type": types} | texts


# How a limit reads that something may be beyond and is taken all the same.
_LIMITS = {
    "maxLength": "Up to {:,} characters.",
    "minimum": "At least {}.",
    "maximum": "At most {}.",
    "maxProperties": "Up to {:,} names.",
}


def forgiving(schema: Any) -> Any:
    """The schema of what is taken, with a warning, where a value is beyond a limit: said in words.

    A client that checks what it sends would hold a lead back over one `maxLength`.
    """
    if isinstance(schema, list):
        return [forgiving(part) for part in schema]
    # Not a field that happens to have such a name: its value is a schema.
    if not isinstance(schema, dict):
        return schema
    limits = {name: schema[name] for name in _LIMITS if not isinstance(schema.get(name, {}), dict)}
    told = {name: forgiving(part) for name, part in schema.items() if name not in limits}
    words = [_LIMITS[name].format(limit) for name, limit in limits.items()]
    if words:
        told["description"] = " ".join([*filter(None, [told.get("description")]), *words])
    return told
