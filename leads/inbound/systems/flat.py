"""Reading JSON as others write it, and nested JSON as values by their paths."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from leads.inbound.systems.said import Raw, Said, Unreadable

# Of one person; more is no form.
PATHS_MAX, DEPTH_MAX = 200, 8
# How a list of fields says what each is called, and what it says.
_NAMES = ("name", "key", "label", "question", "field")
_SAYS = ("value", "values", "answer", "answers")
_CONTROLS = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])


def json_of(raw: Raw) -> Any:
    """The value of a JSON body, without what no text of ours may hold. Raises Unreadable."""
    try:
        value = json.loads(
            text_of(raw), parse_constant=lambda _: None, parse_float=_fraction, parse_int=_whole
        )
        return _clean(value)
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"This is no JSON{place}.") from None
    except RecursionError:
        raise Unreadable("This JSON is nested too deep.") from None


def object_of(raw: Raw) -> dict[str, Any]:
    """The same where it has to be an object. Raises Unreadable."""
    value = json_of(raw)
    if not isinstance(value, dict):
        raise Unreadable("A JSON object is needed here.")
    return value


def text_of(raw: Raw) -> str:
    """A body as text, by its own word on its letters; else UTF-8, else as Windows writes."""
    named = re.search(r"charset=\"?([\w-]+)", raw.content_type, re.IGNORECASE)
    for charset in (named[1] if named else "utf-8-sig", "utf-8-sig", "cp1252"):
        try:
            return raw.body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.body.decode("latin-1")


def _whole(digits: str) -> Any:
    # An id of more digits stays the text it is.
    return int(digits) if len(digits.lstrip("-")) < 19 else digits


def _fraction(digits: str) -> Any:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): _clean(one) for name, one in value.items()}
    return value


def clean(text: str) -> str:
    """Without control characters and halves of letters, which no database keeps."""
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()


def said_in(value: Any, path: str = "") -> list[Said]:
    """Every plain value of a JSON object by its path, "contact.email", up to PATHS_MAX."""
    found: list[Said] = []
    for one in _walk(value, path, 0):
        found.append(one)
        if len(found) == PATHS_MAX:
            break
    return found


def _walk(value: Any, path: str, depth: int) -> Iterator[Said]:
    if isinstance(value, dict) and depth < DEPTH_MAX:
        for name, inner in value.items():
            yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list) and depth < DEPTH_MAX:
        if all(not isinstance(one, dict | list) for one in value):
            if value:
                yield Said(path, label_of(path), value)
            return
        for place, inner in enumerate(value):
            if pair := _named(inner):
                yield Said(f"{path}.{pair[0]}", *pair)
            else:
                yield from _walk(inner, f"{path}.{place}", depth + 1)
    elif value is not None and value != "" and not isinstance(value, dict | list):
        yield Said(path, label_of(path), value)


def _named(value: Any) -> tuple[str, Any] | None:
    """What a field of a form is called and says, where a list has its fields one by one:
    {"name": "full_name", "values": ["Ana Lopez"]}."""
    if not isinstance(value, dict):
        return None
    name = next((one for key in _NAMES if isinstance(one := value.get(key), str) and one), "")
    said = next((value[key] for key in _SAYS if key in value), None)
    if isinstance(said, list) and len(said) == 1:
        (said,) = said
    return (name, said) if name and words(said) else None


def label_of(path: str) -> str:
    """What to call a value of that path: "contact.work_email" is "contact work email"."""
    return " ".join(part for part in re.split(r"[._\s]+", path) if part)


def words(value: Any) -> str:
    """One line of whatever it is; blank where it is nothing plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "; ".join(part for one in value if (part := words(one)))
    return ""


def dict_of(value: Any) -> dict[str, Any]:
    """The object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or none where something else stands."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
