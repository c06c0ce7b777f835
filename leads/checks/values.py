"""Checks of one value."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from leadportal.world.countries import country_code
from leads.checks import spellings
from leads.checks.reading import Field, Wrong

# Most addresses are plain; only the others need the whole of the standard.
_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)$)[a-z]{2,16}"
)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]")
# Ordinary years only: arithmetic on the edges of the calendar overflows.
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def _nothing(_: str) -> None:
    """What names something names something else once it is cut."""


def text(
    limit: int, *, names: bool = False, cut: Callable[[str], str | None] | None = None
) -> Field:
    """One line of text; a number is taken as one. Blank says nothing, like null.

    One that is too long means what `cut` makes of it: its beginning, but where it `names` a thing.
    """
    cut = cut or (_nothing if names else lambda line: line[:limit].strip())

    def check(value: Any) -> str | None:
        line = value if type(value) is str else spellings.one_line(value)
        if line is None:
            raise Wrong("wrong_type", "A text is needed here.")
        value = " ".join(line.split())
        if len(value) > limit:
            raise Wrong("too_long", f"At most {limit} characters fit here.", meant=cut(value))
        return value or None

    return Field(check, {"type": ["string", "number", "null"], "maxLength": limit})


def phone(limit: int) -> Field:
    """A number as people write it, a text; where words stand around it, too many, it alone."""

    def inside(line: str) -> str | None:
        number = spellings.phone_inside(line)
        return number if 0 < len(number) <= limit else None

    return text(limit, cut=inside)


def web_address(limit: int) -> Field:
    """The address of a page on the web. Without a scheme, https is meant."""
    line = text(limit, names=True)

    def check(value: Any) -> str | None:
        address = line.check(value)
        if not address or spellings.says_nothing(address):
            return None
        if "://" not in address:
            address = f"https://{address}"
        if not _leads_to_a_page(address):
            detail = "Give the address of a page, like https://example.com/about."
            raise Wrong("invalid_address", detail)
        if len(address) > limit:
            raise Wrong("too_long", f"At most {limit} characters fit here.")
        return address

    described = {"description": "An address on the web; https where it says no scheme."}
    return Field(check, line.schema | described)


def _leads_to_a_page(address: str) -> bool:
    """Whether a link to it is safe to follow: the web only, a named host, nobody's password."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    host = parts.hostname or ""
    is_named = bool(_HOST.fullmatch(host))
    return parts.scheme in {"http", "https"} and is_named and "@" not in parts.netloc


def choice(words: Iterable[str]) -> Field:
    """One of a few words."""
    known = list(words)

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Wrong("not_a_choice", f"One of these is needed: {', '.join(known)}.")
        return str(value)

    return Field(check, {"type": "string", "enum": [str(word) for word in known]})


def _external_id(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _short_id.check(value)


def _email(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Wrong("wrong_type", "A text is needed here.")
    if not (value := spellings.address(value)):
        return None
    local, _, domain = value.rpartition("@")
    address = f"{local}@{domain.lower()}"
    if len(local) <= 64 and len(address) <= 254 and _PLAIN_EMAIL.fullmatch(address):
        return address
    try:
        address = validate_email(value[:400], check_deliverability=False).normalized
    except EmailNotValidError as error:
        if spellings.says_nothing(value):
            return None
        raise Wrong("invalid_email", str(error), meant=_first_email(value)) from None
    if len(address) > 254 or len(address.lower()) > 254:
        raise Wrong("too_long", "At most 254 characters fit here.")
    return address


def _first_email(value: str) -> str | None:
    """Of several addresses in one text the first."""
    try:
        return _email(first) if (first := spellings.first_address(value[:400])) else None
    except Wrong:
        return None


def _country(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Wrong("wrong_type", "A text is needed here.")
    if not (code := country_code(value[:80])):
        # Asked last: NA is Namibia.
        if spellings.says_nothing(value):
            return None
        raise Wrong("unknown_country", "Give a code (DE, DEU) or a name of a country (Germany).")
    return code


def _number(value: Any, *, whole: bool = False) -> Any:
    """A number, also one written as text; None where the text says nothing."""
    if isinstance(value, str):
        if spellings.says_nothing(value):
            return None
        value = spellings.number(value, whole=whole)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong("wrong_type", "A number is needed here.")
    if not math.isfinite(value):
        raise Wrong("not_finite", "A finite number is needed here.")
    return value


def whole_between(least: int, most: int) -> Field:
    """A whole number; of a range the lower bound. Blank says nothing."""

    def check(value: Any) -> int | None:
        # A number as it is, as most are.
        if type(value) is int and least <= value <= most:
            return value
        try:
            return whole(_number(value, whole=True))
        except Wrong as wrong:
            raise of_a_range(wrong, value, whole) from None

    def whole(number: Any) -> int | None:
        if number is None:
            return None
        if number != int(number) or not least <= number <= most:
            detail = f"A whole number from {least} to {most} is needed here."
            raise Wrong("out_of_range", detail)
        return int(number)

    return Field(
        check,
        {
            "type": ["integer", "string", "null"],
            "minimum": least,
            "maximum": most,
            "description": "A whole number, also as text: 1,200. Of 51-200 the lower bound.",
        },
    )


def of_a_range(wrong: Wrong, value: Any, check: Callable[[Decimal], Any]) -> Wrong:
    """What is to be said of a value that is no number: of a range that it was one."""
    bound = spellings.at_least(value, whole=True) if isinstance(value, str) else None
    if wrong.code != "wrong_type" or bound is None:
        return wrong
    try:
        meant = check(bound)
    except Wrong as beyond:
        return beyond
    return Wrong("range", f"A range was sent; its lower bound is {meant}.", meant=meant)


def checked_money(value: Any) -> Decimal | None:
    """An amount; a text like "1200.50" is fine, as it keeps its decimals. Blank says nothing."""
    if isinstance(value, str) and spellings.says_nothing(value):
        return None
    amount = spellings.amount(value) if isinstance(value, str) else Decimal(str(_number(value)))
    if amount is None:
        wrong = Wrong("wrong_type", "A number is needed here.")
        raise of_a_range(wrong, value, _in_cents)
    return _in_cents(amount)


def _in_cents(amount: Decimal) -> Decimal:
    if not 0 <= amount < 10**10:
        raise Wrong("out_of_range", "An amount from 0 to 9999999999.99 is needed here.")
    return amount.quantize(Decimal("0.01"))


def checked_moment(value: Any) -> datetime | None:
    """An instant in UTC; an offset is needed, as a local time names no instant.

    Seconds or milliseconds since 1970 name one, too. Blank says nothing.
    """
    if isinstance(value, str) and spellings.says_nothing(value):
        return None
    value = spellings.moment(value) or value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Wrong("invalid_time", "Give ISO 8601, like 2026-11-22T15:00:00Z.") from None
    if not isinstance(value, datetime):
        raise Wrong("wrong_type", "A time as text is needed here.")
    if value.tzinfo is None:
        raise Wrong("no_offset", "Give the offset as well, like 2026-11-22T15:00:00Z.")
    if not _FIRST_YEAR < value.year < _LAST_YEAR:
        raise Wrong("out_of_range", f"A year from {_FIRST_YEAR + 1} to {_LAST_YEAR - 1}, please.")
    return value.astimezone(UTC)


def checked_day(value: Any) -> date | None:
    """A day of the calendar, or that of a moment, as it says it. Blank says nothing."""
    if isinstance(value, str) and spellings.says_nothing(value):
        return None
    day = spellings.day(value)
    if day is None and not isinstance(value, str):
        raise Wrong("wrong_type", "A day as text is needed here.")
    if day is None:
        raise Wrong("invalid_day", "Give a day as 2026-11-22.")
    if not _FIRST_YEAR < day.year < _LAST_YEAR:
        raise Wrong("out_of_range", f"A year from {_FIRST_YEAR + 1} to {_LAST_YEAR - 1}, please.")
    return day


def yes_no(value: Any) -> bool | None:
    """Blank says nothing."""
    answer = spellings.yes_or_no(value)
    if answer is None and isinstance(value, str) and spellings.says_nothing(value):
        return None
    if answer is None:
        raise Wrong("wrong_type", "true or false is needed here.")
    return answer


def matching(
    pattern: re.Pattern[str], detail: str, read: Callable[[str], str] = str
) -> Callable[[Any], str]:
    """A text of this form, once it is read as one."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type", "A text is needed here.")
        value = read(value)
        if not pattern.fullmatch(value):
            raise Wrong("invalid_name", detail)
        return value

    return check


def lead_id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise Wrong("wrong_type", "A lead's id, a whole number, is needed here.")
    return value


_short_id = text(200, names=True)
ID = Field(_external_id, {"type": ["string", "integer", "null"], "maxLength": 200})
EMAIL = Field(
    _email,
    {
        "type": ["string", "null"],
        "description": "An address, also as `Maya Lindqvist <maya@example.com>`.",
        "maxLength": 254,
    },
)
COUNTRY = Field(
    _country,
    {"type": ["string", "null"], "description": "ISO 3166 code or name.", "maxLength": 80},
)
AMOUNT = Field(
    checked_money,
    {"type": ["number", "string", "null"], "description": "In the company's currency."},
)
DAY = Field(checked_day, {"type": ["string", "null"], "format": "date"})
YES_NO = Field(
    yes_no,
    {
        "type": ["boolean", "string", "integer", "null"],
        "pattern": f"^({'|'.join(sorted(spellings.YES | spellings.NO))})?$",
        "minimum": 0,
        "maximum": 1,
        "description": "Also 1, on or yes, in the larger languages.",
    },
)
MOMENT = Field(
    checked_moment,
    {
        "type": ["string", "integer", "null"],
        "description": "2026-11-22T15:00:00Z, with its offset (RFC 3339); or seconds or"
        " milliseconds since 1970.",
    },
)
