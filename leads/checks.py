"""What may come in: one table of checks per thing, read by ingest and by the API's schema."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from email_validator import EmailNotValidError, validate_email

from accounts.countries import country_code

ATTRIBUTES_MAX = 100
ATTRIBUTES_LENGTH = 16_000
PROPERTIES_LENGTH = 8_000
TEXT_MAX = 2_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_EVENT_TYPE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}")
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Most addresses are plain; only the others need the whole of the standard.
_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)$)[a-z]{2,16}"
)
# Ordinary years only: arithmetic on the edges of the calendar overflows.
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


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


def read(
    payload: Any, table: Mapping[str, Field], *, kept_by_us: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The checked values of one object. Raises Refused with everything that is wrong."""
    if not isinstance(payload, Mapping):
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


# --- checks of one value -----------------------------------------------------------------------


def text(limit: int) -> Field:
    """One line of text. Blank says nothing, like null."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            raise Wrong("wrong_type", "A text is needed here.")
        value = " ".join(value.split())
        if len(value) > limit:
            raise Wrong("too_long", f"At most {limit} characters fit here.")
        return value or None

    return Field(check, {"type": ["string", "null"], "maxLength": limit})


def choice(words: Iterable[str]) -> Field:
    """One of a few words."""
    known = list(words)

    def check(value: Any) -> str:
        if value not in known:
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
    if not (value := value.strip()):
        return None
    local, _, domain = value.rpartition("@")
    address = f"{local}@{domain.lower()}"
    if len(local) <= 64 and len(address) <= 254 and _PLAIN_EMAIL.fullmatch(address):
        return address
    try:
        address = validate_email(value[:400], check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Wrong("invalid_email", str(error)) from None
    if len(address) > 254 or len(address.lower()) > 254:
        raise Wrong("too_long", "At most 254 characters fit here.")
    return address


def _country(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Wrong("wrong_type", "A text is needed here.")
    if not value.strip():
        return None
    if not (code := country_code(value[:80])):
        raise Wrong("unknown_country", "Give a two-letter code (DE) or an English name (Germany).")
    return code


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong("wrong_type", "A number is needed here.")
    if not math.isfinite(value):
        raise Wrong("not_finite", "A finite number is needed here.")
    return value


def _employees(value: Any) -> int:
    number = _number(value)
    if number != int(number) or not 0 <= number <= 2_147_483_647:
        raise Wrong("out_of_range", "A whole number from 0 to 2147483647 is needed here.")
    return int(number)


def money(value: Any) -> Decimal:
    """An amount; a text like "1200.50" is fine, as it keeps its decimals."""
    try:
        amount = Decimal(value if isinstance(value, str) else str(_number(value)))
    except InvalidOperation:
        raise Wrong("wrong_type", "A number is needed here.") from None
    if not amount.is_finite() or not 0 <= amount < 10**10:
        raise Wrong("out_of_range", "An amount from 0 to 9999999999.99 is needed here.")
    return amount.quantize(Decimal("0.01"))


def moment(value: Any) -> datetime:
    """An instant in UTC; an offset is needed, as a local time names no instant."""
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


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("wrong_type", "true or false is needed here.")
    return value


def _matching(pattern: re.Pattern[str], detail: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("wrong_type", "A text is needed here.")
        if not pattern.fullmatch(value):
            raise Wrong("invalid_name", detail)
        return value

    return check


def _lead_id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise Wrong("wrong_type", "A lead's id, a whole number, is needed here.")
    return value


def _company(value: Any) -> dict[str, Any] | None:
    """A company as an object, or just its name."""
    if isinstance(value, str):
        value = {"name": value}
    return read(value, COMPANY) or None


def _consent(value: Any) -> dict[str, dict[str, Any]] | None:
    """{"marketing": true} or {"marketing": {"given": true, "at": …}}, by purpose."""
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object by purpose is needed here.")
    if len(value) > 20:
        raise Wrong("too_many", "At most 20 purposes fit here.")
    words: dict[str, dict[str, Any]] = {}
    for purpose, given in value.items():
        step = f"/{escape(str(purpose)[:80])}"
        if not isinstance(purpose, str) or not _PURPOSE.fullmatch(purpose):
            raise Wrong("invalid_name", "Purposes are lower-case words like marketing.", step)
        if given is None:
            continue
        try:
            word = {"given": given} if isinstance(given, bool) else read(given, CONSENT)
        except Refused as refused:
            first = refused.errors[0]
            raise Wrong(first.code, first.detail, step + first.pointer) from None
        if "given" not in word:
            raise Wrong("required", "Say whether it was given.", f"{step}/given")
        words[purpose] = word
    return words or None


def _attributes(value: Any) -> dict[str, Any] | None:
    """Names and plain values; what a defined field asks for is checked in leads/fields.py."""
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object is needed here.")
    if len(value) > ATTRIBUTES_MAX:
        raise Wrong("too_many", f"At most {ATTRIBUTES_MAX} attributes fit here.")
    kept, length = {}, 0
    for name, given in value.items():
        step = f"/{escape(str(name)[:80])}"
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Wrong("invalid_name", "Names are 1 to 60 letters, digits, _ and -.", step)
        if name in LEAD:
            raise Wrong("reserved_name", f"Send {name} as a field of the lead itself.", step)
        if (plain := _plain(given, step)) is not None:
            kept[name] = plain
            length += len(name) + len(plain if isinstance(plain, str) else repr(plain))
    if length > ATTRIBUTES_LENGTH:
        raise Wrong("too_long", f"At most {ATTRIBUTES_LENGTH} characters fit here.")
    return kept or None


def _plain(value: Any, step: str) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if len(value) > TEXT_MAX:
            raise Wrong("too_long", f"At most {TEXT_MAX} characters fit here.", step)
        return value or None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Wrong("not_finite", "A finite number is needed here.", step)
        return value
    if isinstance(value, list):
        if any(isinstance(part, list | Mapping) for part in value):
            raise Wrong("wrong_type", "A list may hold plain values only.", step)
        return [part for part in (_plain(part, step) for part in value) if part is not None]
    raise Wrong("wrong_type", "A plain value or a list of plain values is needed here.", step)


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Wrong("wrong_type", "An object is needed here.")
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise Wrong("wrong_type", "Values must be JSON with finite numbers.") from None
    if len(written) > PROPERTIES_LENGTH:
        raise Wrong("too_long", f"At most {PROPERTIES_LENGTH} characters fit here.")
    return dict(value)


# --- the tables --------------------------------------------------------------------------------

_short_id = text(200)
_ID = Field(_external_id, {"type": ["string", "integer", "null"], "maxLength": 200})
_EMAIL = Field(_email, {"type": ["string", "null"], "format": "email", "maxLength": 254})
_COUNTRY = Field(
    _country,
    {"type": ["string", "null"], "description": "ISO 3166 code or English name.", "maxLength": 80},
)
_MOMENT = Field(moment, {"type": ["string", "null"], "format": "date-time"})

COMPANY: dict[str, Field] = {
    "name": text(200),
    "domain": text(253),
    "industry": text(120),
    "employees": Field(
        _employees, {"type": ["integer", "null"], "minimum": 0, "maximum": 2_147_483_647}
    ),
    "country": _COUNTRY,
}

CONSENT: dict[str, Field] = {
    "given": Field(_yes_no, {"type": "boolean"}),
    "at": _MOMENT,
    "text": text(4_000),
    "channel": text(80),
}


def _object(table: Mapping[str, Field], **more: Any) -> dict[str, Any]:
    properties = {name: field.schema for name, field in table.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False} | more


LEAD: dict[str, Field] = {
    "external_id": _ID,
    "email": _EMAIL,
    "phone": text(40),
    "first_name": text(100),
    "last_name": text(100),
    "job_title": text(160),
    "company": Field(
        _company,
        {"oneOf": [_object(COMPANY), {"type": "string", "maxLength": 200}, {"type": "null"}]},
    ),
    "country": _COUNTRY,
    "city": text(100),
    "source": text(80),
    "campaign": text(120),
    "estimated_value": Field(
        money, {"type": ["number", "string", "null"], "description": "In the company's currency."}
    ),
    "attributes": Field(
        _attributes,
        {
            "type": ["object", "null"],
            "description": "Custom fields by name: typed where a field is defined, else stored.",
            "maxProperties": ATTRIBUTES_MAX,
            "additionalProperties": True,
        },
    ),
    "consent": Field(
        _consent,
        {
            "type": ["object", "null"],
            "description": "By purpose: true, false, or an object that says when and how.",
            "additionalProperties": {
                "oneOf": [{"type": "boolean"}, _object(CONSENT, required=["given"])]
            },
        },
    ),
}

# Shown to readers, never written by them.
LEAD_KEPT_BY_US = frozenset(
    {
        "id",
        "email_kind",
        "stage",
        "stage_since",
        "score",
        "criteria_version",
        "queue",
        "owner",
        "created_at",
        "updated_at",
        "scored_at",
        "matched",
    }
)

EVENT_LEAD: dict[str, Field] = {
    "id": Field(_lead_id, {"type": ["integer", "null"]}),
    "external_id": _ID,
    "email": _EMAIL,
}

EVENT: dict[str, Field] = {
    "type": Field(
        _matching(_EVENT_TYPE, "Types are lower-case words like page_view."),
        {"type": "string", "pattern": f"^{_EVENT_TYPE.pattern}$"},
    ),
    "occurred_at": _MOMENT,
    "properties": Field(_properties, {"type": ["object", "null"], "additionalProperties": True}),
    "external_id": _ID,
    "lead": Field(lambda value: read(value, EVENT_LEAD), _object(EVENT_LEAD)),
}

LEAD_SCHEMA = _object(LEAD)
EVENT_SCHEMA = _object(EVENT, required=["type", "lead"])


def read_lead(payload: Any) -> dict[str, Any]:
    """The checked values of one lead in the API's shape. Raises Refused."""
    values = read(payload, LEAD, kept_by_us=LEAD_KEPT_BY_US)
    if not ({"external_id", "email", "phone"} & values.keys()):
        raise Refused(FieldError("", "required", "Give an external_id, an email or a phone."))
    return values


def read_event(payload: Any) -> dict[str, Any]:
    """The checked values of one event in the API's shape. Raises Refused."""
    values = read(payload, EVENT)
    errors = []
    if "type" not in values:
        errors.append(FieldError("/type", "required", "Say what happened."))
    if not values.get("lead"):
        errors.append(FieldError("/lead", "required", "Name the lead by id, external_id or email."))
    if errors:
        raise Refused(*errors)
    return values
