"""What a column of a file may be, and a line of it as an item of the API's shape."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import parser as dates

from funnel.stages import Stage
from leads.checks import spellings
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS
from leads.models import CustomField, FieldType, Import

# Beside the columns of leads and companies.
LEFT_OUT = ""
FULL_NAME, EXTERNAL_ID, CREATED = "full_name", "external_id", "created_at"
AGREED, NOT_AGREED, NOT_AGREED_SINCE = "consent.yes", "consent.no", "consent.no_since"
# What became of somebody before this portal.
OUTCOME, OUTCOME_AT = "outcome", "outcome.at"
OUTCOME_AMOUNT, OUTCOME_REASON = "outcome.amount", "outcome.reason"
_OF_OUTCOME = (OUTCOME, OUTCOME_AT, OUTCOME_AMOUNT, OUTCOME_REASON)
_WON = frozenset({"won", "gewonnen", "gagné", "ganado", "ganada", "vinto", "vunnen"})
_LOST = frozenset({"lost", "verloren", "perdu", "perdido", "perdida", "perso", "förlorad"})
# Kept under the name of its column, defined as a field or not.
DETAIL = "detail"
FIELD = "field."
COMPANY = "company."

_BESIDE = (FULL_NAME, AGREED, NOT_AGREED, NOT_AGREED_SINCE, *_OF_OUTCOME)
MOST_WON = 10**10

# What people and programs write for nothing. "Na" and "None" are names of people, too.
_NO_NAME = frozenset(
    {
        *("select", "unknown", "n/a", "#n/a", "null", "(null)", "nil", "-", "--", "---"),
        *("undefined", "(none)", "(not set)", "[not provided]", "not provided", "not specified"),
        *("not available", "keine angabe", "non renseigné"),
    }
)
_NO_VALUE = _NO_NAME | {"none", "na"}
# Meta's exports mark ids so.
_MARKED_ID = re.compile(r"[a-z]{1,2}:(?=\d)")
_TEST_LEAD = "<test lead:"
# A moment has a day of its own: two readings with other days for what is missing agree.
_DEFAULTS = (datetime(1904, 1, 1), datetime(1905, 2, 2))  # noqa: DTZ001 - of the zone below
_SHORT = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")


@dataclass(frozen=True)
class Target:
    """One thing a column may be: its name in `Import.columns`, and how people call it."""

    name: str
    label: str


def targets(defined: Mapping[str, CustomField]) -> list[tuple[str, list[Target]]]:
    """All of them in groups, for a list to choose from."""
    person = [
        Target(FULL_NAME, "Full name"),
        *(Target(column.name, column.label) for column in LEAD_COLUMNS),
        Target(EXTERNAL_ID, "Id there"),
        Target(CREATED, "Created"),
    ]
    company = [Target(COMPANY + c.name, f"Company: {c.label.lower()}") for c in COMPANY_COLUMNS]
    consent = [
        Target(AGREED, "Agreed to marketing (yes or no)"),
        Target(NOT_AGREED, "Unsubscribed (yes or no)"),
        Target(NOT_AGREED_SINCE, "Unsubscribed since"),
    ]
    past = [
        Target(OUTCOME, "Won or lost"),
        Target(OUTCOME_AT, "Won or lost on"),
        Target(OUTCOME_AMOUNT, "Won: amount"),
        Target(OUTCOME_REASON, "Lost: reason"),
    ]
    fields = [
        Target(FIELD + one.name, f"{one.label} (retired)" if one.is_retired else one.label)
        for one in sorted(defined.values(), key=lambda one: one.is_retired)
    ]
    groups = [
        ("Person", person),
        ("Company", company),
        ("Consent", consent),
        ("What became of it", past),
        ("Fields", fields),
    ]
    return [(label, group) for label, group in groups if group]


NAMES_ONE = frozenset({"email", "phone", EXTERNAL_ID})


def day_is_first(values: Iterable[str]) -> bool | None:
    """How 3/4/2026 is meant, told by all dates of a column: one of them says it. None: none does.

    A point between the numbers is how those write it who begin with the day.
    """
    points = False
    for value in values:
        if found := _SHORT.match(value):
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                return True
            if second > 12 >= first:
                return False
            points = points or "." in found[0]
    return True if points else None


def is_short_date(text: str) -> bool:
    """Whether its day and month could be either: "3/4/2026"."""
    return bool(_SHORT.match(text))


# The lines of a file share their days.
@lru_cache(maxsize=10_000)
def moment(text: str, *, day_first: bool, zone: ZoneInfo) -> datetime | None:
    """A day or a moment as exports write them; None where it is no whole day.

    What says no zone of its own is a time where the company is.
    """
    if not text:
        return None
    if (epoch := spellings.moment(text)) is not None:
        return epoch
    is_iso = bool(re.match(r"\d{4}-\d\d?-\d\d?", text))
    try:
        read = [
            dates.parse(text, dayfirst=day_first and not is_iso, default=default)
            for default in _DEFAULTS
        ]
    except (ValueError, OverflowError):
        return None
    if read[0].date() != read[1].date() or not 1970 <= read[0].year < 2200:
        return None
    at = read[0] if read[0].tzinfo else read[0].replace(tzinfo=zone)
    return at.astimezone(UTC)


@dataclass(frozen=True)
class Past:
    """What became of a lead before it came here."""

    stage: Stage
    at: datetime | None
    amount: Decimal | None
    reason: str


@dataclass(frozen=True)
class Plan:
    """How lines of one import are read."""

    header: Sequence[str]
    columns: Sequence[str]
    day_first: bool
    zone: ZoneInfo
    defined: Mapping[str, CustomField] = field(default_factory=dict)
    source: str = ""
    campaign: str = ""
    consent: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, one: Import, zone: str, defined: Mapping[str, CustomField]) -> "Plan":
        consent = None
        if one.consent_text and one.consent_at:
            consent = {
                "given": True,
                "at": one.consent_at.isoformat(),
                "text": one.consent_text,
                "channel": "import",
            }
        return cls(
            one.header,
            one.columns,
            one.day_first,
            ZoneInfo(zone),
            defined,
            one.source,
            one.campaign,
            consent,
        )

    def item(self, cells: Sequence[str]) -> dict[str, Any]:
        """The item of one line; of two columns that are the same, the first that says something.

        A test lead of a form gives {}, which nobody can be reached by.
        """
        if any(cell.startswith(_TEST_LEAD) for cell in cells):
            return {}
        said, details = self._said(cells)
        return self._assembled(said, details)

    def past(self, cells: Sequence[str]) -> Past | None:
        """What a line says became of it; None where it is still open, or says nothing."""
        said, _ = self._said(cells)
        words = set(re.findall(r"\w+", said.get(OUTCOME, "").casefold()))
        stage = Stage.WON if words & _WON else Stage.LOST if words & _LOST else None
        if stage is None:
            return None
        amount = said.get(OUTCOME_AMOUNT) or said.get("estimated_value", "")
        won = spellings.amount(amount) if stage == Stage.WON else None
        # More digits than any deal has.
        won = won if won is not None and 0 <= won < MOST_WON else None
        reason = said.get(OUTCOME_REASON, "") if stage == Stage.LOST else ""
        return Past(stage, self._moment(said.get(OUTCOME_AT, "")), won, reason[:300])

    def _said(self, cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """By target, and of details by their heads."""
        said: dict[str, str] = {}
        details: dict[str, str] = {}
        for head, target, cell in zip(self.header, self.columns, cells, strict=True):
            if not target or not _says(cell, target):
                continue
            if target == DETAIL:
                details[head] = cell
            else:
                said.setdefault(target, cell)
        return said, details

    def _assembled(self, said: dict[str, str], details: dict[str, Any]) -> dict[str, Any]:
        item: dict[str, Any] = {}
        company: dict[str, str] = {}
        attributes: dict[str, Any] = {
            name: cell for head, cell in details.items() if (name := spellings.name(head))
        }
        for target, cell in said.items():
            if target.startswith(COMPANY):
                company[target.removeprefix(COMPANY)] = cell
            elif target.startswith(FIELD):
                name = target.removeprefix(FIELD)
                attributes[name] = self._of_field(name, cell)
            elif target == CREATED:
                if at := self._moment(cell):
                    item[CREATED] = at.isoformat()
            elif target == EXTERNAL_ID:
                item[EXTERNAL_ID] = _MARKED_ID.sub("", cell)
            elif target not in _BESIDE:
                item[target] = cell
        if FULL_NAME in said:
            first, last = split(said[FULL_NAME])
            item = {"first_name": first, "last_name": last} | item
        if company:
            item["company"] = company
        if attributes:
            item["attributes"] = attributes
        if (consent := self._consent(said)) is not None:
            item["consent"] = {"marketing": consent}
        for name, default in (("source", self.source), ("campaign", self.campaign)):
            if default:
                item.setdefault(name, default)
        return item

    def _of_field(self, name: str, cell: str) -> Any:
        is_date = name in self.defined and self.defined[name].type == FieldType.DATE
        at = self._moment(cell) if is_date else None
        return at.astimezone(self.zone).date().isoformat() if at else cell

    def _moment(self, cell: str) -> datetime | None:
        return moment(cell, day_first=self.day_first, zone=self.zone)

    def _consent(self, said: Mapping[str, str]) -> Mapping[str, Any] | bool | None:
        """What a line says of itself counts before what is said of all."""
        if since := self._moment(said.get(NOT_AGREED_SINCE, "")):
            return {"given": False, "at": since.isoformat(), "channel": "import"}
        if spellings.yes_or_no(said.get(NOT_AGREED)):
            return False
        if (agreed := spellings.yes_or_no(said.get(AGREED))) is not None:
            return agreed
        return self.consent


def _says(cell: str, target: str) -> bool:
    nothing = _NO_NAME if target in ("first_name", "last_name", FULL_NAME) else _NO_VALUE
    return bool(cell) and cell.casefold() not in nothing


def split(name: str) -> tuple[str, str]:
    """First and last name: "Ana Lopez", "Lopez, Ana"; one word alone is a last name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()
