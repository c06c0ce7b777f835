"""What a column of a file may be, and a line of it as an item of the API's shape."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Portal
from leads.checks import spellings
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS
from leads.imports.dates import moment
from leads.models import CustomField, FieldType, Import, Lists

# Beside the columns of leads and companies.
LEFT_OUT = ""
FULL_NAME, EXTERNAL_ID, CREATED = "full_name", "external_id", "created_at"
AGREED, NOT_AGREED, NOT_AGREED_SINCE = "consent.yes", "consent.no", "consent.no_since"
# What somebody did, and the id of it there, which tells the same from another.
DID, DID_AT, DID_ID = "did", "did.at", "did.id"
DID_ABOUT, DID_DONE = "did.about", "did.done"
_OF_ACTIVITY = (DID, DID_AT, DID_ID, DID_ABOUT, DID_DONE)
# What became of somebody before this portal.
OUTCOME, OUTCOME_AT = "outcome", "outcome.at"
OUTCOME_WON, OUTCOME_ENDED = "outcome.won", "outcome.ended"
OUTCOME_AMOUNT, OUTCOME_CURRENCY = "outcome.amount", "outcome.currency"
OUTCOME_REASON = "outcome.reason"
_OF_OUTCOME = (
    *(OUTCOME, OUTCOME_AT, OUTCOME_WON, OUTCOME_ENDED),
    *(OUTCOME_AMOUNT, OUTCOME_CURRENCY, OUTCOME_REASON),
)
# Kept under the name of its column, defined as a field or not.
DETAIL = "detail"
FIELD = "field."
COMPANY = "company."

_BESIDE = (FULL_NAME, AGREED, NOT_AGREED, NOT_AGREED_SINCE, *_OF_ACTIVITY, *_OF_OUTCOME)
# What says who is meant, where a line tells of somebody who is known.
_WHO = (FULL_NAME, "first_name", "last_name", "email", "phone", EXTERNAL_ID)
_FIRM = (COMPANY + "name", COMPANY + "domain")

# What people and programs write for nothing. "Na" and "None" are names of people, too.
_NO_NAME = frozenset(
    {
        *("select", "unknown", "n/a", "#n/a", "null", "(null)", "nil", "-", "--", "---"),
        *("undefined", "(none)", "(not set)", "[not provided]", "not provided", "not specified"),
        *("not available", "keine angabe", "non renseigné"),
    }
)
_NO_VALUE = _NO_NAME | {"none", "na"}
_LONGEST = max(map(len, _NO_VALUE))
_NAMES = ("first_name", "last_name", FULL_NAME)
# Said as they are.
_PLAIN = frozenset(column.name for column in LEAD_COLUMNS)
# Meta's exports mark ids so.
_MARKED_ID = re.compile(r"[a-z]{1,2}:(?=\d)")
_TEST_LEAD = "\0<test lead:"
# How HubSpot names who a deal is with: "Ana Lopez (ana@acme.example)".
_MAIL_INSIDE = re.compile(r"\(([^()\s]+@[^()\s]+)\)")


@dataclass(frozen=True)
class Target:
    """One thing a column may be: its name in `Import.columns`, and how people call it."""

    name: str
    label: str


_PAST = {
    Lists.ACTIVITIES: (
        "What they did",
        [
            Target(DID, "What happened"),
            Target(DID_AT, "When it happened"),
            Target(DID_ABOUT, "Subject"),
            Target(DID_DONE, "Done or not"),
            Target(DID_ID, "Id of it there"),
        ],
    ),
    Lists.OUTCOMES: (
        "What became of it",
        [
            Target(OUTCOME, "Won or lost"),
            Target(OUTCOME_AT, "Won or lost on"),
            Target(OUTCOME_WON, "Won (yes or no)"),
            Target(OUTCOME_ENDED, "Closed (yes or no)"),
            Target(OUTCOME_AMOUNT, "Won: amount"),
            Target(OUTCOME_CURRENCY, "Won: currency"),
            Target(OUTCOME_REASON, "Won or lost: why"),
        ],
    ),
}


def targets(defined: Mapping[str, CustomField], lists: str = "") -> list[tuple[str, list[Target]]]:
    """All of them in groups, for a list to choose from; with those of the past that a file which
    `lists` people, activities or outcomes may tell. Blank is no file: nothing of the past."""
    person = [
        Target(FULL_NAME, "Full name"),
        *(Target(column.name, column.label) for column in LEAD_COLUMNS),
        Target(EXTERNAL_ID, "Id there"),
        Target(CREATED, "Created"),
    ]
    company = [Target(COMPANY + c.name, f"Company: {c.label.lower()}") for c in COMPANY_COLUMNS]
    if lists in _PAST:
        # Deals and activities have ids of their own.
        called = {EXTERNAL_ID: Target(EXTERNAL_ID, "Id of the person there")}
        return [
            ("Person", [called.get(one.name, one) for one in person if one.name in _WHO]),
            ("Company", [one for one in company if one.name in _FIRM]),
            _PAST[Lists(lists)],
        ]
    consent = [
        Target(AGREED, "Agreed to marketing (yes or no)"),
        Target(NOT_AGREED, "Unsubscribed (yes or no)"),
        Target(NOT_AGREED_SINCE, "Unsubscribed since"),
    ]
    fields = [
        Target(FIELD + one.name, f"{one.label} (retired)" if one.is_retired else one.label)
        for one in sorted(defined.values(), key=lambda one: one.is_retired)
    ]
    past = list(_PAST.values()) if lists else []
    groups = [("Person", person), ("Company", company), ("Consent", consent), *past]
    return [*groups, ("Fields", fields)] if fields else groups


NAMES_ONE = frozenset({"email", "phone", EXTERNAL_ID})


def missing(lists: str, columns: Collection[str], *, activity: str = "") -> str:
    """What the columns of a file that `lists` something do not say yet; blank where they do.

    `activity` is what happened, of lines that do not say.
    """
    if not NAMES_ONE & set(columns):
        return "Choose which column is the email, the phone or the id."
    if lists == Lists.ACTIVITIES:
        if DID_AT not in columns:
            return "Choose which column says when it happened."
        if DID not in columns and not activity:
            return "Choose which column says what happened, or say it of all lines."
    if lists == Lists.OUTCOMES:
        if not {OUTCOME, OUTCOME_WON} & set(columns):
            return "Choose which column says who was won and who was lost."
        if OUTCOME_AT not in columns:
            return "Choose which column says when they were won or lost."
    return ""


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
    lists: str = Lists.PEOPLE
    activity: str = ""
    # Of amounts.
    currency: str = "EUR"

    @classmethod
    def of(cls, one: Import, portal: Portal, defined: Mapping[str, CustomField]) -> "Plan":
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
            ZoneInfo(portal.zone),
            defined,
            one.source,
            one.campaign,
            consent,
            one.lists,
            one.activity,
            portal.currency,
        )

    def item(self, cells: Sequence[str]) -> dict[str, Any]:
        """The item of one line; of two columns that are the same, the first that says something.

        A test lead of a form gives {}, which nobody can be reached by.
        """
        if _TEST_LEAD in "\0".join(["", *cells]):
            return {}
        said, details = self.said(cells)
        return self._assembled(said, details)

    def who(self, said: Mapping[str, str]) -> dict[str, Any]:
        """Of what a line says, what names its person, as an item: of several the first."""
        named = {name: said[name] for name in (*_WHO, *_FIRM) if name in said}
        if EXTERNAL_ID in named:
            named[EXTERNAL_ID] = re.split(r"[;,]\s*", named[EXTERNAL_ID])[0]
        return self._assembled(named, {}, is_new=False)

    @cached_property
    def _read(self) -> list[tuple[int, str, str, frozenset[str]]]:
        """Place, head and target of each column that is read, and what says nothing there."""
        told = enumerate(zip(self.header, self.columns, strict=True))
        return [
            (place, head, target, _NO_NAME if target in _NAMES else _NO_VALUE)
            for place, (head, target) in told
            if target
        ]

    def said(self, cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """By target, and of details by their heads."""
        said: dict[str, str] = {}
        details: dict[str, str] = {}
        for place, head, target, nothing in self._read:
            cell = cells[place]
            # Nothing is said in few words.
            if not cell or len(cell) <= _LONGEST and cell.casefold() in nothing:
                continue
            if target == DETAIL:
                details[head] = cell
            elif target == "email" and (inside := _MAIL_INSIDE.search(cell)):
                said.setdefault(target, inside[1])
            elif target not in said:
                said[target] = cell
        return said, details

    def _assembled(
        self, said: Mapping[str, str], details: Mapping[str, str], *, is_new: bool = True
    ) -> dict[str, Any]:
        """`is_new`: with what is said of all people of the file."""
        item: dict[str, Any] = {}
        company: dict[str, str] = {}
        attributes: dict[str, Any] = {
            name: cell for head, cell in details.items() if (name := spellings.name(head))
        }
        for target, cell in said.items():
            if target in _PLAIN:
                item[target] = cell
            elif target.startswith(COMPANY):
                company[target.removeprefix(COMPANY)] = cell
            elif target.startswith(FIELD):
                name = target.removeprefix(FIELD)
                attributes[name] = self._of_field(name, cell)
            elif target == CREATED:
                if at := self.moment(cell):
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
        if not is_new:
            return item
        if (consent := self._consent(said)) is not None:
            item["consent"] = {"marketing": consent}
        for name, default in (("source", self.source), ("campaign", self.campaign)):
            if default:
                item.setdefault(name, default)
        return item

    def _of_field(self, name: str, cell: str) -> Any:
        is_date = name in self.defined and self.defined[name].type == FieldType.DATE
        at = self.moment(cell) if is_date else None
        return at.astimezone(self.zone).date().isoformat() if at else cell

    def moment(self, cell: str) -> datetime | None:
        return moment(cell, day_first=self.day_first, zone=self.zone)

    def _consent(self, said: Mapping[str, str]) -> Mapping[str, Any] | bool | None:
        """What a line says of itself counts before what is said of all."""
        if since := self.moment(said.get(NOT_AGREED_SINCE, "")):
            return {"given": False, "at": since.isoformat(), "channel": "import"}
        if spellings.yes_or_no(said.get(NOT_AGREED)):
            return False
        if (agreed := spellings.yes_or_no(said.get(AGREED))) is not None:
            return agreed
        return self.consent


def split(name: str) -> tuple[str, str]:
    """First and last name: "Ana Lopez", "Lopez, Ana"; one word alone is a last name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()
