"""JSON read strictly: what one reader could take otherwise than another is refused."""

import json
import math
import re
import unicodedata
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

DEPTH_MAX = 20
DIGITS_MAX = 19

# Also one without an end, so that a hostile text is passed over once and not from every quote.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
# Escapes that may stand for a control character, half a character or one that composes.
_ESCAPED = re.compile(rb"\\(?:[bfrt]|u(?!00[2-6a-f]|0[12]))|\x7f", re.IGNORECASE)
_LATE_CONTROLS = re.compile("[\x80-\x9f]")
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_NO_SIGNS = bytes(set(_NO_BRACKETS) - set(b'"'))
# Control characters say nothing in a name or a note; a tab is a space, a new line stays.
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)]) | {0x09: " ", 0x0A: "\n"}


class StrictJSONParser(BaseParser):
    """UTF-8, no duplicate names, 20 levels, finite numbers of 19 digits, no NUL, text in NFC."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        return read_json(stream.read())


def read_json(raw: bytes) -> Any:
    """The value of a JSON text. Raises ParseError with a sentence that names the fault."""
    if not raw.strip():
        raise ParseError("The body is empty; send JSON.")
    _check_depth(raw)
    try:
        text = raw.decode()
        value = _decode(text)
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start} is wrong.") from None
    except json.JSONDecodeError as error:
        raise ParseError(
            f"The body is not JSON: {error.msg}, line {error.lineno} column {error.colno}."
        ) from None
    return value if _is_clean(raw, text) else _cleaned(value)


def _is_clean(raw: bytes, text: str) -> bool:
    """Whether no text in it can need cleaning; most bodies are spared the walk over all values."""
    if (b"\\" in raw or b"\x7f" in raw) and _ESCAPED.search(raw):
        return False
    return raw.isascii() or (
        unicodedata.is_normalized("NFC", text) and not _LATE_CONTROLS.search(text)
    )


def _check_depth(raw: bytes) -> None:
    """Before parsing, as a parser that calls itself runs out of stack."""
    brackets = _brackets_outside_strings(raw).translate(_BRACKETS)
    for _ in range(DEPTH_MAX):
        # Each pass takes away the innermost level.
        shorter = brackets.replace(b"[]", b"")
        if shorter == brackets:
            break  # all gone, or unbalanced: the parser says that better
        brackets = shorter
    # What is left is deeper, or was never closed.
    too_deep = brackets.startswith(b"[") and (
        shorter != brackets or brackets.count(b"[") > DEPTH_MAX
    )
    if too_deep:
        raise ParseError(f"The JSON is nested too deep: at most {DEPTH_MAX} levels.")


def _brackets_outside_strings(raw: bytes) -> bytes:
    if b'\\"' in raw or b"\\\\" in raw:
        return _STRING.sub(b"", raw).translate(None, _NO_BRACKETS)
    # Where no quote is escaped, each begins or ends a string. Two with no bracket between them, of
    # one string or of two that follow each other, tell nothing.
    signs = raw.translate(None, _NO_SIGNS).replace(b'""', b"")
    return b"".join(signs.split(b'"')[::2])


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_MAX:
        raise ParseError(f"A number has too many digits: at most {DIGITS_MAX}.")
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > 2 * DIGITS_MAX:
        raise ParseError(f"A number has too many digits: at most {DIGITS_MAX}.")
    number = float(digits)
    if not math.isfinite(number):
        raise ParseError("A number is too large.")
    return number


def _constant(name: str) -> Any:
    raise ParseError(f"{name} is not a number of JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The name {twice[:80]!r} stands twice in one object.")
    return made


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
).decode


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    if isinstance(value, dict):
        return _object([(clean(name), _cleaned(part)) for name, part in value.items()])
    return value


def clean(text: str) -> str:
    """Text as it is kept: NFC, without control characters. Refuses NUL and lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    if "\0" in text:
        raise ParseError("A text holds the character NUL.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("A text holds half a character (a lone surrogate).") from None
    return unicodedata.normalize("NFC", text).translate(_CONTROLS)
