"""Items that are sent together: the envelope they come in."""

from typing import Any

from rest_framework.request import Request

from leadportal.rest.problems import Problem

ITEMS_MAX = 1000


def items_of(request: Request, name: str) -> tuple[list[Any], bool]:
    """The items of {"leads": [...], "all_or_none": false}, and its word. Raises Problem."""
    body = request.data
    if not isinstance(body, dict):
        raise _wrong("", "wrong_type", "An object is needed here.")
    if unknown := body.keys() - {name, "all_or_none"}:
        raise _wrong(f"/{min(unknown)[:80]}", "unknown_field", "There is no such field.")
    items = body.get(name)
    if not isinstance(items, list):
        raise _wrong(f"/{name}", "required", "A list is needed here.")
    if not 1 <= len(items) <= ITEMS_MAX:
        raise _wrong(f"/{name}", "too_many", f"A batch holds 1 to {ITEMS_MAX} items.")
    all_or_none = body.get("all_or_none", False)
    if not isinstance(all_or_none, bool):
        raise _wrong("/all_or_none", "wrong_type", "true or false is needed here.")
    return items, all_or_none


def _wrong(pointer: str, code: str, detail: str) -> Problem:
    error = {"pointer": pointer, "code": code, "detail": detail}
    return Problem(400, f"{pointer or 'The body'}: {detail}", errors=[error])
