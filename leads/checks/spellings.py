"""Values as people, forms, spreadsheets and other programs write them, read as what they mean.

Each answers None where it would be guessing: the caller says what is needed.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

YES = frozenset({"yes", "true", "1", "y", "on"})
NO = frozenset({"no", "false", "0", "n", "off"})
# Digits in groups of three, by one sign throughout; then decimals behind another.
_GROUPED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?P<gap>[ ',.])\d{3}(?:(?P=gap)\d{3})*)"
    r"(?:(?!(?P=gap))[.,](?P<part>\d+))?"
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_GAPS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
# Longer numbers are of no lead, and cost more than they say.
_NUMBER_MAX, _EXPONENT_MAX = 40, 30
_INSIDE_ANGLES = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")
# Seconds since 1970 have ten digits until the year 2286, milliseconds thirteen.
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
NAME_MAX = 60


def number(text: str, *, whole: bool = False) -> Decimal | None:
    """ "1,200", "1 200", "1'200", "1.200,50" and "12,5".

    Of one point or comma before three digits a comma groups; a point does where `whole` numbers
    are asked for, which have no decimals.
    """
    plain = text.strip().translate(_GAPS)
    if not plain or len(plain) > _NUMBER_MAX or "_" in plain:
        return None
    grouped = _GROUPED.fullmatch(plain)
    if grouped and not (_is_decimal(grouped) and not whole):
        digits = grouped["whole"].replace(grouped["gap"], "")
        plain = f"{grouped['sign']}{digits}.{grouped['part'] or 0}"
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= _EXPONENT_MAX else None


def _is_decimal(grouped: re.Match[str]) -> bool:
    return grouped["gap"] == "." and grouped["whole"].count(".") == 1 and grouped["part"] is None


def amount(text: str) -> Decimal | None:
    """A number with the sign of a currency before or behind it: "€ 1.200,50"."""
    return number("".join(c for c in text if unicodedata.category(c) != "Sc"))


def yes_or_no(value: Any) -> bool | None:
    """What a checkbox sends: "on", "true", 1."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    return word in YES if word in YES | NO else None


def address(text: str) -> str:
    """The address in `Maya Lindqvist <maya@example.com>` and `mailto:maya@example.com`."""
    text = text.strip()
    if inside := _INSIDE_ANGLES.fullmatch(text):
        text = inside[1]
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    # The root of all domains, and the end of a sentence.
    return text.rstrip(".,;")


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value).strip()
    if not _EPOCH.fullmatch(digits):
        return None
    seconds = int(digits) if len(digits) == 10 else int(digits) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def day(text: str) -> date | None:
    """The day of a moment, where it is said: "2026-11-22T15:00:00Z"."""
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None


def name(text: str) -> str:
    """A question or the head of a column as the name of an attribute: "Lead Source"."""
    if _NAME.fullmatch(text):
        return text
    spread = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in spread if not unicodedata.combining(char))
    return _NOT_OF_A_NAME.sub("_", plain).strip("_")[:NAME_MAX].strip("_")


def event_type(text: str) -> str:
    """What trackers call an event as one of our types: "Demo Requested" is demo_requested."""
    return re.sub(r"[^a-z0-9_.:-]+", "_", text.strip().lower()).strip("_")


def one_line(value: Any) -> str | None:
    """A text; a number is one too, as spreadsheets make numbers of phones and ids."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    plain = Decimal(str(value))
    if not plain.is_finite() or abs(plain.adjusted()) > _EXPONENT_MAX:
        return None
    return f"{plain:f}".removesuffix(".0")
