"""The leads that a batch is about: those we know, locked and read, and those it brings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import JSONField

from leadportal.db import prepared
from leadportal.db.races import Raced
from leads.consent import Word
from leads.ingest import companies, identity
from leads.ingest.identity import Employed, KnownLeads, Reached
from leads.ingest.records import WRITTEN, Arrival, Record
from leads.ingest.results import How
from leads.ingest.speaking import Sender
from leads.matching import company_key, international_phone
from leads.models import EmailKind, Lead
from leads.text import person_key

_COLUMNS = ("id", "stage", "merged_into_id", *WRITTEN)
# psycopg hands these on as text.
_JSON = [f.attname for f in Lead._meta.fields if f.attname in WRITTEN and isinstance(f, JSONField)]
_LOCK = "SELECT id FROM leads_lead WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_READ = f"""
SELECT {", ".join(f"l.{name}" for name in _COLUMNS)}, l.created_at, c.name, s.name, m.name,
       ls.name, lm.name
  FROM leads_lead l
  LEFT JOIN leads_company c ON c.id = l.company_id
  LEFT JOIN leads_source s ON s.id = l.source_id
  LEFT JOIN leads_campaign m ON m.id = l.campaign_id
  LEFT JOIN leads_source ls ON ls.id = l.last_source_id
  LEFT JOIN leads_campaign lm ON lm.id = l.last_campaign_id
 WHERE l.id = ANY(%(ids)s)
"""  # noqa: S608 - constants
_NAMES = ("company", "source", "campaign", "last_source", "last_campaign")
# What was said on consent, and, without a time, the fields of which something is kept that was not
# understood: asked together, as every lead that is known asks for both.
_SAID = """
SELECT lead_id, purpose, at, given, is_firm, text FROM leads_consent
 WHERE lead_id = ANY(%(ids)s) AND (merge_id IS NULL
    OR (SELECT undone_at FROM leads_merge WHERE id = merge_id) IS NULL)
 UNION ALL
SELECT lead_id, field, NULL, NULL, NULL, NULL FROM leads_unreadvalue WHERE lead_id = ANY(%(ids)s)
"""
# Whom the sender has an id for, of those that may be meant by something else.
_NAMED = """
SELECT lead_id FROM leads_externalid
 WHERE lead_id = ANY(%(ids)s) AND integration_id = %(integration)s
"""


@dataclass
class People:
    """The leads of one batch by how they may be named.

    Beside those that are meant, those that may be: known ones by their ids, new ones as such.
    """

    by_external: dict[str, Record] = field(default_factory=dict)
    by_mail: dict[str, Record] = field(default_factory=dict)
    by_id: dict[int, Record] = field(default_factory=dict)
    known: list[Record] = field(default_factory=list)
    new: list[Record] = field(default_factory=list)
    # External ids to write: (value, record).
    named: dict[str, Record] = field(default_factory=dict)
    # Addresses that somebody had before, and those of leads that were merged away.
    former: set[str] = field(default_factory=set)
    inherited: set[str] = field(default_factory=set)
    # Who may be meant by number and name, or by name and company.
    alike: dict[Reached | Employed, list[int | Record]] = field(default_factory=dict)
    loaded: dict[int, Record] = field(default_factory=dict)
    # By the place of an item, who else may be the person of it.
    others: dict[int, list[int | Record]] = field(default_factory=dict)
    # Two leads of which one item says that they are one: by its id and by its mail.
    clashes: list[tuple[Record, Record]] = field(default_factory=list)

    def of(self, arrival: Arrival) -> Record | None:
        if arrival.lead_id:
            return self.by_id[arrival.lead_id]
        return self.meant(arrival)[0]

    def meant(self, arrival: Arrival) -> tuple[Record | None, How | None]:
        """Whom an item is about, if that is somebody known, and what says so."""
        if record := self.by_external.get(arrival.values.get("external_id", "")):
            return record, How.EXTERNAL_ID
        if record := self.by_mail.get(arrival.email_key):
            before = arrival.email_key in self.former or arrival.email_key in self.inherited
            return record, How.FORMER_EMAIL if before else How.EMAIL
        if not self.alike:
            return None, None
        if record := self._reached(arrival):
            return record, How.PHONE_AND_NAME
        if record := self._wrote_from_a_mailbox_of_all(arrival):
            return record, How.NAME_AND_COMPANY
        return None, None

    def _reached(self, arrival: Arrival) -> Record | None:
        """Who has this number and name, where not both have addresses of their own."""
        for one in self.alike.get(arrival.reached, ()) if arrival.reached else ():
            record = self._record(one)
            if record and not (arrival.email_key and record.get("email_key")):
                return None if _has_another_id(record, arrival) else record
        return None

    def _wrote_from_a_mailbox_of_all(self, arrival: Arrival) -> Record | None:
        """The one person of this name in the company whose mailbox it is."""
        if arrival.email_kind != EmailKind.ROLE or not arrival.employed:
            return None
        found = self.alike.get(arrival.employed, [])
        record = self._record(found[0]) if len(found) == 1 else None
        return None if record and _has_another_id(record, arrival) else record

    def _record(self, one: int | Record) -> Record | None:
        return one if isinstance(one, Record) else self.loaded.get(one)

    def enter(self, record: Record, arrival: Arrival) -> None:
        """Make somebody new findable by later items."""
        for key in arrival.keys:
            self.alike.setdefault(key, []).append(record)

    def maybe(self, arrival: Arrival) -> list[int | Record]:
        """Who else may be the person of an item that nobody was found by."""
        return [one for key in arrival.keys for one in self.alike.get(key, ())]


def _has_another_id(record: Record, arrival: Arrival) -> bool:
    """Whether the sender keeps two records apart: by a number and a name they are no more one."""
    return record.named and "external_id" in arrival.values


def find(arrivals: Sequence[Arrival], sender: Sender) -> People:
    names: dict[str, Any] = {
        "external": {a.values["external_id"] for a in arrivals if "external_id" in a.values},
        "mails": {a.email_key for a in arrivals if a.email_key},
    }
    known, unnamed = None, [arrival for arrival in arrivals if not arrival.lead_id]
    if len(arrivals) > 1:
        # Whom an id or a mail names, nothing else has to: of many, that spares more than it costs
        # to ask twice.
        known = identity.find_leads(sender.integration, **names)
        unnamed = [
            arrival
            for arrival in unnamed
            if arrival.values.get("external_id") not in known.by_external
            and arrival.email_key not in known.by_mail
        ]
        names = {}
    for arrival in unnamed:
        _tell_how_to_find(arrival)
    known = identity.find_leads(
        sender.integration,
        **names,
        phones={a.reached for a in unnamed if a.reached},
        employed={a.employed for a in unnamed if a.employed},
        known=known,
    )
    changed = {a.lead_id for a in arrivals if a.lead_id}
    maybe = _maybe_meant(arrivals, known)
    records = _load({*known.by_external.values(), *known.by_mail.values(), *changed, *maybe})
    if maybe and sender.integration:
        asked = {"ids": sorted(maybe), "integration": sender.integration.pk}
        for (pk,) in prepared.fetch(_NAMED, asked):
            records[pk].named = True
    people = People(former=known.former, inherited=known.inherited, loaded=records)
    people.by_id = {pk: records[pk] for pk in changed}
    people.by_external = {value: records[pk] for value, pk in known.by_external.items()}
    people.by_mail = {value: records[pk] for value, pk in known.by_mail.items()}
    people.alike = {key: [*ids] for key, ids in (known.by_phone | known.by_firm).items()}
    return people


def _tell_how_to_find(arrival: Arrival) -> None:
    """What else than id and mail may say who is meant."""
    values = arrival.values
    name_key = person_key(values.get("first_name", ""), values.get("last_name", ""))
    if not name_key:
        return
    if "phone" in values:
        phone = international_phone(values["phone"], values.get("country", ""))
        if phone.startswith("+"):
            arrival.reached = Reached(phone, name_key)
    # A first name alone is no name that two people would not share.
    if " " in name_key:
        given = values.get("company")
        called = arrival.called = companies.called(given, values.get("email", ""))
        if called.domain or called.name:
            firm = "" if called.domain else company_key(called.name)
            arrival.employed = Employed(called.domain, firm, name_key)


def _maybe_meant(arrivals: Sequence[Arrival], known: KnownLeads) -> set[int]:
    """Of those that are alike, the ones an item may be about, so that they are locked and read."""
    found: set[int] = set()
    for arrival in arrivals:
        if not arrival.keys:
            continue
        named = arrival.values.get("external_id") in known.by_external
        if named or arrival.email_key in known.by_mail:
            continue
        if arrival.reached:
            for pk in known.by_phone.get(arrival.reached, ()):
                if not arrival.email_key or pk in known.without_mail:
                    found.add(pk)
        if arrival.employed and arrival.email_kind == EmailKind.ROLE:
            found.update(known.by_firm.get(arrival.employed, ()))
    return found


def _load(ids: set[int]) -> dict[int, Record]:
    """The known leads, locked in one order so that two batches never wait for each other."""
    if not ids:
        return {}
    asked = {"ids": sorted(ids)}
    prepared.fetch(_LOCK, asked)
    records = {}
    # Read once they are locked: who held them may have changed them.
    for told in prepared.fetch(_READ, asked):
        values, (created_at, *named) = told[: len(_COLUMNS)], told[len(_COLUMNS) :]
        row = dict(zip(_COLUMNS, values, strict=True))
        if row["merged_into_id"]:
            raise Raced
        for name in _JSON:
            row[name] = row[name] and json.loads(row[name])
        names = {name: value or "" for name, value in zip(_NAMES, named, strict=True)}
        records[row["id"]] = Record(
            -1, row["id"], new=False, row=row, names=names, created_at=created_at
        )
    for lead, name, at, *said in prepared.fetch(_SAID, asked):
        if at is None:
            records[lead].unread.add(name)
        else:
            records[lead].spoken.setdefault(name, []).append(Word(at, *said))
    return records
