"""A lead while a batch is applied to it: as it was, what is said about it, what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads import field_values
from leads.checks.reading import FieldError
from leads.columns import AMONG_ATTRIBUTES, LEAD_COLUMNS, Column, Merge
from leads.consent import Word
from leads.ingest.companies import Called, Mention
from leads.ingest.identity import Employed, Reached
from leads.ingest.speaking import Sender
from leads.matching import email_identity
from leads.models import Lead
from leads.text import own_words, person_key, search_key

STORED_ATTRIBUTES_MAX = 300
_COLUMN = {column.name: column for column in LEAD_COLUMNS}
_TAKEN = {name: column for name, column in _COLUMN.items() if column.merge is Merge.OVERWRITES}
ATTRIBUTE = "attributes."
# What ingest may write on a lead.
WRITTEN = (
    *(column.field.attname for column in LEAD_COLUMNS),
    *(c.twin for c in LEAD_COLUMNS if c.twin and c.twin != AMONG_ATTRIBUTES),
    "email_key",
    "email_kind",
    "name_key",
    "company_id",
    "attributes",
    "attribute_keys",
    "word_keys",
    "consent",
    "search_key",
    "typed",
    "not_of",
    "tags",
    "last_source_id",
    "last_campaign_id",
    "last_tags",
    "last_came_at",
)
_BLANK = dict.fromkeys(field.attname for field in Lead._meta.concrete_fields if field.null)


@dataclass
class Arrival:
    """One checked item."""

    index: int
    values: dict[str, Any]
    # Of a change to a known lead: which, and what it empties ("phone", "attributes.budget").
    lead_id: int = 0
    emptied: frozenset[str] = frozenset()
    email_kind: str = ""
    email_key: str = ""
    # How it names a company, where that was asked to find whom it means.
    called: Called | None = None
    mention: Mention | None = None
    # What else may tell who is meant (finding.py).
    reached: Reached | None = None
    employed: Employed | None = None
    # What of it was not understood, or not all; what it said without the meanings of that, and
    # the edition of the meaning by which a field was read (leads/ingest/unread.py).
    unread: list[FieldError] = field(default_factory=list)
    as_read: dict[str, Any] | None = None
    editions: dict[str, int] = field(default_factory=dict)
    # Of what it says on consent: the address it came through, and whether it ends all mail.
    through: str = ""
    ends_mail: bool = False
    # When it came, if not now.
    unread_since: datetime | None = None
    # What the lead had no room for.
    beyond: list[FieldError] = field(default_factory=list)

    def __post_init__(self) -> None:
        if "email" in self.values:
            self.email_kind, self.email_key = email_identity(self.values["email"])

    @property
    def keys(self) -> list[Reached | Employed]:
        """By what else than id and mail it may be found who is meant."""
        return [key for key in (self.reached, self.employed) if key]

    @property
    def wrong(self) -> list[FieldError]:
        """All that was left out or cut."""
        return self.unread + self.beyond if self.beyond else self.unread


@dataclass(eq=False)
class Record:
    """One lead in memory. `row` holds columns; a new lead starts with none."""

    first_index: int
    id: int = 0
    new: bool = True
    row: dict[str, Any] = field(default_factory=dict)
    # Since when it is known; of a new one that is older than its arrival.
    created_at: datetime | None = None
    # Names behind the ids of company, source and campaign, for people to read.
    names: dict[str, str] = field(default_factory=dict)
    # What it pointed to before: {"company": 7}.
    pointed: dict[str, int | None] = field(default_factory=dict)
    # {"job_title": ["old", "new"]}: the first old and the last new.
    changes: dict[str, list[Any]] = field(default_factory=dict)
    # What was said before and now on each purpose, and the rows to add.
    spoken: dict[str, list[Word]] = field(default_factory=dict)
    consent_rows: list[dict[str, Any]] = field(default_factory=list)
    # Something is to be written that nobody judges by: what a machine said against a person, tags.
    written: bool = False
    # Addresses it had until now.
    former: list[str] = field(default_factory=list)
    # Whether the sender has a name of its own for it.
    named: bool = False
    # Fields of which something is kept that was not understood.
    unread: set[str] = field(default_factory=set)

    @property
    def touched(self) -> bool:
        return bool(self.changes or self.consent_rows)

    def get(self, column: str) -> Any:
        row = self.row
        return row[column] if column in row else _BLANK.get(column, "")

    def set(self, column: str, value: Any) -> None:
        old = self.get(column)
        if old != value:
            self.row[column] = value
            if not self.new:
                self.note(column, old, value)

    def point(self, name: str, target: dict[str, Any] | None) -> None:
        """Point to a company, source or campaign; the change is noted by its name."""
        column = f"{name}_id"
        if target is None or (before := self.get(column)) == target["id"]:
            return
        self.pointed.setdefault(name, before)
        self.row[column] = target["id"]
        self.note(name, self.names.get(name, ""), target["name"])
        self.names[name] = target["name"]

    def note(self, name: str, old: Any, new: Any) -> None:
        if not self.new:  # of somebody new nothing has changed
            self.changes.setdefault(name, [old, new])[1] = new

    def hears(self, name: str, value: Any, sender: Sender, *, same: bool = False) -> bool:
        """Whether a word counts: what a person typed stands, and what machines say is kept beside.

        `same` is a word that says what is there already, and so nothing against it.
        """
        typed = self.row.get("typed")
        if sender.person:
            self.row["typed"] = (typed or {}) | {name: None}
            return True
        if not typed or name not in typed:
            return True
        beside = None
        if not same:
            assert sender.integration is not None  # who is no person
            beside = {"value": value, "by": sender.integration.name, "at": sender.at.isoformat()}
        if (beside or {}).get("value") != (typed[name] or {}).get("value"):
            self.row["typed"] = typed | {name: beside}
            self.written = True
        return False

    def take_fields(self, values: dict[str, Any], sender: Sender) -> None:
        country = values.get("country") or self.get("country")
        # Of most leads no person has typed anything: then every word counts.
        is_weighed = sender.person or self.row.get("typed")
        for name, said in values.items():
            if (column := _TAKEN.get(name)) is None:
                continue
            value = column.to_store(said, country)
            same = value == self.get(name)
            if is_weighed and not self.hears(name, said, sender, same=same):
                continue
            if not same:
                self._take(column, value)

    def _take(self, column: Column, value: Any) -> None:
        self.set(column.name, value)
        if column.twin:
            self._take_twin(column, value)

    def _take_twin(self, column: Column, value: str) -> None:
        if column.twin == AMONG_ATTRIBUTES:
            self.row.setdefault(AMONG_ATTRIBUTES, {})[column.name] = column.twin_of(value)
        else:
            self.row[column.twin] = column.twin_of(value)
        self._take_words(column.name, own_words(value))

    def empty(self, name: str, sender: Sender) -> None:
        """Say that nothing is known: of a column, the company or a custom field."""
        if not self.hears(name, "", sender, same=self._is_empty(name)):
            return
        if name.startswith(ATTRIBUTE):
            self._empty_attribute(name)
        elif f"{name}_id" in WRITTEN:
            self._point_nowhere(name)
        elif name == "email":
            self._move_to("", "", "")
        else:
            self._take(_COLUMN[name], _COLUMN[name].blank)

    def _is_empty(self, name: str) -> bool:
        if name.startswith(ATTRIBUTE):
            return name.removeprefix(ATTRIBUTE) not in self.get("attributes")
        return self.get(f"{name}_id" if f"{name}_id" in WRITTEN else name) in ("", None)

    def _empty_attribute(self, name: str) -> None:
        key = name.removeprefix(ATTRIBUTE)
        old = self.row["attributes"].pop(key, None)
        if old is not None:
            self.row["attribute_keys"].pop(key, None)
            self._take_words(key, "")
            self.note(name, old, None)

    def _point_nowhere(self, name: str) -> None:
        if self.get(f"{name}_id") is None:
            return
        self.pointed.setdefault(name, self.get(f"{name}_id"))
        self.row[f"{name}_id"] = None
        self.note(name, self.names.get(name, ""), "")
        self.names[name] = ""

    def _take_words(self, name: str, words: str) -> None:
        kept = self.row.get("word_keys") or {}
        if not words and name not in kept:
            return
        kept.pop(name, None)
        if words:
            kept[name] = words
        self.row["word_keys"] = kept or None

    def take_email(self, arrival: Arrival, sender: Sender) -> None:
        """The address of one's own: who asks has made sure that nobody else has it."""
        address = arrival.values["email"]
        same = address == self.get("email")
        # The same mailbox written otherwise is no news.
        same = same or bool(arrival.email_key) and arrival.email_key == self.get("email_key")
        if not self.hears("email", address, sender, same=same) or same:
            return
        self._move_to(address, arrival.email_key, arrival.email_kind)

    def _move_to(self, address: str, email_key: str, kind: str) -> None:
        if former := self.get("email_key"):
            self.former.append(former)
        self.set("email", address)
        self.row |= {"email_key": email_key, "email_kind": kind}

    def beyond_room(self, given: Mapping[str, Any]) -> FieldError | None:
        """The attributes a lead has no room for, the last that were sent, as one error."""
        stored: Mapping[str, Any] = self.get("attributes") or {}
        room = STORED_ATTRIBUTES_MAX - len(stored)
        if len(given) <= room:
            return None
        new = [name for name in given if name not in stored][max(room, 0) :]
        if not new:
            return None
        detail = f"A lead holds at most {STORED_ATTRIBUTES_MAX} attributes."
        left_out = {name: given[name] for name in new}
        return FieldError("/attributes", "too_many", detail, left_out)

    def take_attributes(self, given: Mapping[str, Any], sender: Sender) -> None:
        stored = self.row.setdefault("attributes", {})
        twins = self.row.setdefault("attribute_keys", {})
        is_weighed = sender.person or self.row.get("typed")
        for name, value in given.items():
            old = stored.get(name)
            # By type as well: 1 and true are equal in Python only.
            same = type(old) is type(value) and old == value
            if is_weighed and not self.hears(f"{ATTRIBUTE}{name}", value, sender, same=same):
                continue
            if same:
                continue
            stored[name] = value
            twin = field_values.twin(value, sender.defined.get(name))
            twins.pop(name, None)
            if twin is not None:
                twins[name] = twin
            self._take_words(name, field_values.words(value, sender.defined.get(name)))
            if not self.new:
                self.note(f"{ATTRIBUTE}{name}", old, value)

    def finish(self) -> None:
        self.row["name_key"] = person_key(self.get("first_name"), self.get("last_name"))
        self.row["search_key"] = search_key(
            self.get("first_name"),
            self.get("last_name"),
            self.get("email"),
            self.names.get("company", ""),
            phone=self.get("phone") or "",
        )
