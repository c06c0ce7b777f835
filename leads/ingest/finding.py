"""The leads that a batch is about: those we know, locked and read, and those it brings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import JSONField

from leadportal.db import prepared
from leadportal.db.races import Raced
from leads.ingest import identity
from leads.ingest.records import WRITTEN, Arrival, Record
from leads.ingest.speaking import Sender
from leads.models import Lead

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
SELECT lead_id, purpose, at, given FROM leads_consent WHERE lead_id = ANY(%(ids)s)
 UNION ALL
SELECT lead_id, field, NULL, NULL FROM leads_unreadvalue WHERE lead_id = ANY(%(ids)s)
"""


@dataclass
class People:
    """The leads of one batch by how they may be named."""

    by_external: dict[str, Record] = field(default_factory=dict)
    by_mail: dict[str, Record] = field(default_factory=dict)
    by_id: dict[int, Record] = field(default_factory=dict)
    known: list[Record] = field(default_factory=list)
    new: list[Record] = field(default_factory=list)
    # External ids to write: (value, record).
    named: dict[str, Record] = field(default_factory=dict)

    def of(self, arrival: Arrival) -> Record | None:
        if arrival.lead_id:
            return self.by_id[arrival.lead_id]
        by_id = self.by_external.get(arrival.values.get("external_id", ""))
        return by_id or self.by_mail.get(arrival.email_key)


def find(arrivals: Sequence[Arrival], sender: Sender) -> People:
    known = identity.find_leads(
        sender.integration,
        external={a.values["external_id"] for a in arrivals if "external_id" in a.values},
        mails={a.email_key for a in arrivals if a.email_key},
    )
    changed = {a.lead_id for a in arrivals if a.lead_id}
    people = People()
    records = _load({*known.by_external.values(), *known.by_mail.values(), *changed})
    people.by_id = {pk: records[pk] for pk in changed}
    people.by_external = {value: records[pk] for value, pk in known.by_external.items()}
    people.by_mail = {value: records[pk] for value, pk in known.by_mail.items()}
    return people


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
    for lead, name, at, given in prepared.fetch(_SAID, asked):
        if at is None:
            records[lead].unread.add(name)
        else:
            records[lead].spoken.setdefault(name, []).append((at, given))
    return records
