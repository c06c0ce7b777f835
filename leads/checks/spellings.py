"""Values as people, forms, spreadsheets and other programs write them, read as what they mean.

Each answers None where it would be guessing: the caller says what is needed.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

# What a checkbox sends, and how people answer in the larger languages.
_YES = "yes true 1 y on checked x ✓ ✔ ☑ ja j oui o sí si s sim da да tak evet はい 是 예 نعم हाँ"
_NO = "no false 0 n off unchecked nein non não nao nej nee nie нет hayır いいえ 否 아니요 لا नहीं"
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())
# What a form, a list or a spreadsheet writes where nothing was chosen or known.
_NOTHING_WORDS = """
    n/a, na, n.a, #n/a, none, null, nil, nan, undefined, unknown, not known, not specified,
    unspecified, not set, not provided, not available, not applicable, no answer, select,
    please select, select one, choose, please choose, select country, select a country, (not set),
    (none), (blank), blank, empty, tbd, k.a, keine angabe, unbekannt, bitte wählen, inconnu,
    non renseigné, desconocido, sin especificar, desconhecido, sconosciuto, onbekend, okänd
"""
_NOTHING = frozenset(word.strip() for word in _NOTHING_WORDS.split(","))
# Digits in groups of three, by one sign throughout; then decimals behind another.
_GROUPED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?P<gap>[ ',.])\d{3}(?:(?P=gap)\d{3})*)"
    r"(?:(?!(?P=gap))[.,](?P<part>\d+))?"
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_GAPS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
# Longer numbers are of no lead, and cost more than they say.
_NUMBER_MAX, _EXPONENT_MAX = 40, 30
# A number with its groups and decimals, as it stands in a text; no digits before or behind it.
_IN_TEXT = r"(?<![\d.,])[+-]?(?!0\d)\d(?:[\d.,' \u00a0\u202f\u2009’]*\d)?\s?[kKmM]?(?![\w])"
_WORDS = r"[^\d\-\u2010-\u2015~+<]*"
_TO = r"(?:[-\u2010-\u2015~]|\.\.+|\b(?:to|and|bis|à|a|al|tot|till|do)\b)"
_OVER = r"(?:>=?|≥|over|more than|at least|from|above|ab|über|mehr als|plus de|más de|mais de)"
_OR_MORE = r"(?:\+|\b(?:plus|or more|and more|et plus|y más|oder mehr)\b)"
# "51-200", "$5k to $10k", "from 10 to 50 people"; "500+", "more than 250", "> 1,000".
_FROM_TO = re.compile(
    rf"{_WORDS}(?P<least>{_IN_TEXT}){_WORDS}{_TO}{_WORDS}(?P<most>{_IN_TEXT}){_WORDS}",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    rf"{_OVER}\s*[^\w\d]*(?P<least>{_IN_TEXT}){_WORDS}"
    rf"|[^\w\d]*(?P<plus>{_IN_TEXT})\s*{_OR_MORE}{_WORDS}",
    re.IGNORECASE,
)
_TIMES = {"k": 1_000, "m": 1_000_000}
# A text of a range is a few words.
_RANGE_MAX = 80
_INSIDE_ANGLES = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")
# What may be dialled: from seven digits, with what people write between them.
_PHONE = re.compile(r"\+?\(?\d(?:[\s()./\-\u2010-\u2013]{0,3}\d){6,19}")
# Seconds since 1970 have ten digits until the year 2286, milliseconds thirteen.
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}[a-z0-9]")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
NAME_MAX, PURPOSE_MAX = 60, 40


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


def says_nothing(text: str) -> bool:
    """Blank, or what stands for it: "N/A", "-", "unknown", "--None--"."""
    plain = text.strip()
    if not any(map(str.isalnum, plain)):
        # Signs alone are a dash or dots in an empty place.
        return True
    return plain.casefold().strip(" -–—_*.…?<>:") in _NOTHING


def at_least(text: str, *, whole: bool = False) -> Decimal | None:
    """The lower bound of a range: 51 of "51-200", 500 of "500+", 5,000 of "$5k to $10k"."""
    if len(text) > _RANGE_MAX:
        return None
    if found := _FROM_TO.fullmatch(text):
        least, most = (_counted(found[name], whole) for name in ("least", "most"))
        if least is None or most is None:
            return None
        # "5-10k" begins at five thousand.
        times = _TIMES.get(found["most"][-1].lower(), 1)
        if found["least"][-1].isdigit() and least * times <= most:
            least *= times
        return least if least <= most else None
    if found := _AT_LEAST.fullmatch(text.strip()):
        return _counted(found["least"] or found["plus"], whole)
    return None


def _counted(text: str, whole: bool) -> Decimal | None:
    """ "5k" is five thousand."""
    times = _TIMES.get(text[-1].lower(), 1)
    value = number(text.rstrip("kKmM "), whole=whole)
    return value if value is None else value * times


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


def first_address(text: str) -> str:
    """The first of several addresses in one text; blank where there is but one."""
    parts = [part for part in re.split(r"[;,\s]+", text) if "@" in part]
    return address(parts[0]) if len(parts) > 1 else ""


def phone_inside(text: str) -> str:
    """The number in a text that has words around it; blank without one."""
    found = _PHONE.search(text)
    return " ".join(found[0].split()) if found else ""


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value).strip()
    if not _EPOCH.fullmatch(digits):
        return None
    seconds = int(digits) if len(digits) == 10 else int(digits) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def day(value: Any) -> date | None:
    """The day of a moment, where it is said: "2026-11-22T15:00:00Z"; of seconds that of UTC."""
    if instant := moment(value):
        return instant.date()
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None


def name(text: str) -> str:
    """A question or the head of a column as the name of an attribute: "Lead Source"."""
    if _NAME.fullmatch(text):
        return text
    spread = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in spread if not unicodedata.combining(char))
    return _NOT_OF_A_NAME.sub("_", plain).strip("_")[:NAME_MAX].strip("_")


def purpose(text: str) -> str:
    """What consent is asked for as one word: "Marketing mails" is marketing_mails."""
    if _PURPOSE.fullmatch(text):
        return text
    return name(text).lower().lstrip("_-")[:PURPOSE_MAX].strip("_-")


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
