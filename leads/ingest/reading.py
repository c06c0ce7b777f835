"""One item as it may be taken: what can be read of it, and what was not understood."""

from collections.abc import Callable, Mapping
from typing import Any

from leads.checks.reading import FieldError, Refused
from leads.field_values import typed
from leads.models import CustomField

Reader = Callable[[Any], dict[str, Any]]


def read(
    payload: Any, reader: Reader, defined: Mapping[str, CustomField], *, strict: bool
) -> tuple[dict[str, Any], list[FieldError]]:
    """The checked values of one item, and what is wrong with those that are left out or cut.

    Raises Refused with everything that is wrong, where nothing of it may be left out (`strict`), or
    where the item cannot be taken without.
    """
    errors: list[FieldError] = []
    whole = strict
    try:
        values = reader(payload)
    except Refused as refused:
        if refused.rest is None:
            raise
        values, errors = refused.rest, refused.errors
        whole |= refused.whole
    if "attributes" in values:
        values["attributes"] = _typed(values["attributes"], defined, errors)
    if errors and whole:
        raise Refused(*errors, whole=True)
    return values, errors


def _typed(
    attributes: dict[str, Any], defined: Mapping[str, CustomField], errors: list[FieldError]
) -> dict[str, Any]:
    try:
        return typed(attributes, defined)
    except Refused as refused:
        wrong = {error.pointer for error in errors}
        # A text that is too long already has been told of.
        errors += [error for error in refused.errors if error.pointer not in wrong]
        return dict(refused.rest)
