"""Who is meant: finding known leads by all that may name them, through merges."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Integration
from leadportal.db import prepared

# So many of one number and name, or of one name in a company, are looked at.
MOST_ALIKE = 5


class Reached(NamedTuple):
    """A number and the words of a name: of one person, where nobody says otherwise."""

    phone: str
    name_key: str


class Employed(NamedTuple):
    """The words of a full name, and the company by its domain, else by its name."""

    domain: str
    match_key: str
    name_key: str


# How a lead may be named; only what was given is asked for. Each answers (kind, value, id, heir).
_NAMED = {
    "external": """
        SELECT 'external', e.value, l.id, l.merged_into_id
          FROM leads_externalid e JOIN leads_lead l ON l.id = e.lead_id
         WHERE e.integration_id = %(integration)s AND e.value = ANY(%(external)s)""",
    # lead_email_once, lead_merged_email, alias_address
    "mails": """
        SELECT CASE WHEN merged_into_id IS NULL THEN 'mail' ELSE 'merged' END, email_key, id,
               merged_into_id
          FROM leads_lead WHERE email_key = ANY(%(mails)s)
           AND (email_key <> '' AND merged_into_id IS NULL OR merged_into_id IS NOT NULL)
         UNION ALL
        (SELECT 'alias', a.email_key, l.id, l.merged_into_id
          FROM leads_alias a JOIN leads_lead l ON l.id = a.lead_id
         WHERE a.email_key = ANY(%(mails)s) ORDER BY a.id)""",
    "ids": """
        SELECT CASE WHEN coalesce((SELECT stage FROM leads_lead h WHERE h.id = l.merged_into_id),
               l.stage) = 'erased' THEN 'erased id' ELSE 'id' END, id::text, id, merged_into_id
          FROM leads_lead l WHERE id = ANY(%(ids)s)""",
    # lead_by_phone
    "phones": f"""
        SELECT l.kind, asked.phone || chr(10) || asked.name_key, l.id, l.merged_into_id
          FROM unnest(%(phones)s::text[], %(phone_names)s::text[]) AS asked (phone, name_key)
         CROSS JOIN LATERAL (
            SELECT CASE email_key WHEN '' THEN 'phone' ELSE 'phone and mail' END AS kind,
                   id, merged_into_id
              FROM leads_lead
             WHERE phone = asked.phone AND phone <> '' AND name_key = asked.name_key
             ORDER BY id LIMIT {MOST_ALIKE}) l""",  # noqa: S608 - a number
    # company_domain_once, lead_of_company
    "domains": f"""
        SELECT 'domain', asked.domain || chr(10) || asked.name_key, l.id, NULL
          FROM unnest(%(domains)s::text[], %(domain_names)s::text[]) AS asked (domain, name_key)
          JOIN leads_company c ON c.domain = asked.domain AND c.domain <> ''
         CROSS JOIN LATERAL (
            SELECT id FROM leads_lead
             WHERE company_id = c.id AND name_key = asked.name_key AND merged_into_id IS NULL
             ORDER BY id LIMIT {MOST_ALIKE}) l""",  # noqa: S608 - a number
    "firms": f"""
        SELECT 'firm', asked.firm || chr(10) || asked.name_key, l.id, NULL
          FROM unnest(%(firms)s::text[], %(firm_names)s::text[]) AS asked (firm, name_key)
         CROSS JOIN LATERAL (
            SELECT l.id FROM leads_company c JOIN leads_lead l ON l.company_id = c.id
             WHERE c.match_key = asked.firm AND l.name_key = asked.name_key
               AND l.merged_into_id IS NULL
             ORDER BY l.id LIMIT {MOST_ALIKE}) l""",  # noqa: S608 - a number
}
# Mostly nobody was erased; of those who were there are fingerprints (leads/sql/erased.sql).
_ANYBODY_ERASED = """
        SELECT 'erased', '', 0, NULL
         WHERE EXISTS (SELECT FROM leads_stagechange WHERE target = 'erased')"""
_ERASED = """
SELECT 'external', e.value, l.id, l.merged_into_id
  FROM leads_externalid e JOIN leads_lead l ON l.id = e.lead_id
 WHERE e.integration_id = %(integration)s AND e.value = ANY(%(external)s)
 UNION ALL
SELECT 'mail', email_key, id, merged_into_id
  FROM leads_lead WHERE email_key = ANY(%(mails)s)
   AND (email_key <> '' AND merged_into_id IS NULL OR merged_into_id IS NOT NULL)
"""
# Apart, as few leads were merged away: planning it takes longer than finding one lead.
_HEIRS = """
WITH RECURSIVE line(first, id, heir) AS (
    SELECT id, id, merged_into_id FROM leads_lead WHERE id = ANY(%(merged)s)
    UNION ALL
    SELECT line.first, l.id, l.merged_into_id FROM line JOIN leads_lead l ON l.id = line.heir
)
SELECT first, id FROM line WHERE heir IS NULL
"""


@dataclass
class KnownLeads:
    """Ids of living leads, by what was used to name them."""

    by_external: dict[str, int] = field(default_factory=dict)
    by_mail: dict[str, int] = field(default_factory=dict)
    by_id: dict[int, int] = field(default_factory=dict)
    # Of the addresses: those of leads that were merged away, and those a lead had before.
    inherited: set[str] = field(default_factory=set)
    former: set[str] = field(default_factory=set)
    # Of the ids: those who were erased.
    erased: set[int] = field(default_factory=set)
    # The first few each, the oldest first; beside those by phone, which of them have no mail.
    by_phone: dict[Reached, list[int]] = field(default_factory=dict)
    without_mail: set[int] = field(default_factory=set)
    by_firm: dict[Employed, list[int]] = field(default_factory=dict)


def find_leads(
    integration: Integration | None,
    *,
    external: Collection[str] = (),
    mails: Collection[str] = (),
    ids: Collection[int] = (),
    phones: Collection[Reached] = (),
    employed: Collection[Employed] = (),
    known: KnownLeads | None = None,
) -> KnownLeads:
    """Known leads by external ids of this integration, personal mails, our own ids, number with
    name, and name with company. One statement, and others where somebody was merged away or erased.

    What is `known` already is added to.
    """
    known = known or KnownLeads()
    given = _given(integration, external, mails, ids, phones, employed)
    named = [name for name in _NAMED if name in given]
    if not named:
        return known
    parts = [_NAMED[name] for name in named]
    if mails or external:
        parts.append(_ANYBODY_ERASED)
    found = prepared.fetch(" UNION ALL ".join(parts), given)
    named_by = [row for row in found if row[0] != "erased"]
    _note_all(known, named_by)
    if len(named_by) < len(found):
        _find_erased(known, integration, external, mails)
    return known


def _note_all(known: KnownLeads, found: Sequence[tuple[Any, ...]]) -> set[int]:
    """Note what names whom, through merges; gives the ids of those who are named."""
    heirs = _heirs([pk for _, _, pk, merged_into in found if merged_into])
    # A living lead with the address comes first, then who was merged, then who had it before.
    for kind, value, pk, _ in sorted(found, key=lambda row: _ORDER.get(row[0], 0)):
        living = heirs.get(pk, pk)
        if kind == "erased id":
            known.erased.add(living)
        _note(known, kind, value, living)
    return {heirs.get(pk, pk) for _, _, pk, _ in found}


def _find_erased(
    known: KnownLeads,
    integration: Integration | None,
    external: Collection[str],
    mails: Collection[str],
) -> None:
    """Of those whom nobody living is named by, the ones who were erased."""
    unknown = {
        "external": {fingerprint(one): one for one in external if one not in known.by_external},
        "mails": {fingerprint(one): one for one in mails if one not in known.by_mail},
    }
    asked: dict[str, Any] = {name: list(plain) for name, plain in unknown.items()}
    if not any(asked.values()):
        return
    asked["integration"] = integration.pk if integration else None
    plain = unknown["external"] | unknown["mails"]
    found = [
        (kind, plain[value], pk, merged_into)
        for kind, value, pk, merged_into in prepared.fetch(_ERASED, asked)
    ]
    known.erased |= _note_all(known, found)


_ORDER = {"alias": 1, "merged": 2, "mail": 3}


def fingerprint(value: str) -> str:
    """What is kept of the address or id of somebody erased (SHA-256, as leads_fingerprint)."""
    return f"erased:{sha256(value.encode()).hexdigest()}"


def _given(
    integration: Integration | None,
    external: Collection[str],
    mails: Collection[str],
    ids: Collection[int],
    phones: Collection[Reached],
    employed: Collection[Employed],
) -> dict[str, Any]:
    """The parameters of what is asked, those of each part of the statement."""
    asked: dict[str, list[Any]] = {"external": [*external], "mails": [*mails], "ids": [*ids]}
    asked["phones"] = [one.phone for one in phones]
    asked["phone_names"] = [one.name_key for one in phones]
    domains = [one for one in employed if one.domain]
    firms = [one for one in employed if not one.domain]
    asked["domains"] = [one.domain for one in domains]
    asked["domain_names"] = [one.name_key for one in domains]
    asked["firms"] = [one.match_key for one in firms]
    asked["firm_names"] = [one.name_key for one in firms]
    given: dict[str, Any] = {name: values for name, values in asked.items() if values}
    if external:
        assert integration is not None  # only integrations have names of their own
        given["integration"] = integration.pk
    return given


def _note(known: KnownLeads, kind: str, value: str, living: int) -> None:
    match kind:
        case "external":
            known.by_external[value] = living
        case "alias" | "merged" | "mail":
            known.by_mail[value] = living
            known.former.discard(value)
            known.inherited.discard(value)
            if kind != "mail":
                (known.former if kind == "alias" else known.inherited).add(value)
        case "phone" | "phone and mail":
            _add(known.by_phone.setdefault(Reached(*value.split("\n")), []), living)
            if kind == "phone":
                known.without_mail.add(living)
        case "domain":
            domain, name_key = value.split("\n")
            _add(known.by_firm.setdefault(Employed(domain, "", name_key), []), living)
        case "firm":
            firm, name_key = value.split("\n")
            _add(known.by_firm.setdefault(Employed("", firm, name_key), []), living)
        case _:
            known.by_id[int(value)] = living


def _add(leads: list[int], living: int) -> None:
    if living not in leads:
        leads.append(living)


def _heirs(merged: list[int]) -> dict[int, int]:
    """The living lead at the end of the line of each that was merged away."""
    if not merged:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS, {"merged": merged})
        return dict(cursor.fetchall())
