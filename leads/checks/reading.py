"""Reading one object by a table of checks: everything that is wrong, and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value, and where (a JSON pointer into the item)."""

    pointer: str
    code: str
    detail: str


class Refused(Exception):
    """The item cannot be taken as it is."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(", ".join(f"{error.pointer}: {error.code}" for error in errors))
        self.errors = list(errors)


class Wrong(Exception):
    """One value is wrong; `pointer` leads from the value to the part that is."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(code)
        self.code, self.detail, self.pointer = code, detail, pointer


# A check returns the value to keep, or None where nothing was said, or raises Wrong.
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
        raise Refused(FieldError("", "wrong_type", "An object is needed here."))
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, given in payload.items():
        field = table.get(name)
        if field is None:
            errors.append(_unknown(name, name in kept_by_us))
        elif given is not None:
            try:
                value = field.check(given)
            except Wrong as wrong:
                pointer = f"/{name}{wrong.pointer}"
                errors.append(FieldError(pointer, wrong.code, wrong.detail))
            except Refused as refused:
                errors.extend(
                    FieldError(f"/{name}{error.pointer}", error.code, error.detail)
                    for error in refused.errors
                )
            else:
                if value is not None:
                    values[name] = value
    if errors:
        raise Refused(*errors)
    return values


def _unknown(name: Any, kept_by_us: bool) -> FieldError:
    pointer = "/" + escape(str(name)[:80])
    if kept_by_us:
        return FieldError(pointer, "read_only", "LeadPortal sets this field itself.")
    return FieldError(
        pointer, "unknown_field", "There is no such field. Free data goes under attributes."
    )


def escape(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def object_of(table: Mapping[str, Field], **more: Any) -> dict[str, Any]:
    properties = {name: field.schema for name, field in table.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False} | more
