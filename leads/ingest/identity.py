"""Who is meant: finding known leads by all that may name them, through merges."""

from collections.abc import Collection
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


_ANYBODY_GONE = "EXISTS (SELECT FROM leads_stagechange WHERE target = 'erased')"
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
    # Of those who were erased there are fingerprints (leads/sql/erased.sql); mostly of nobody.
    "gone_external": f"""
        SELECT 'gone external', e.value, l.id, l.merged_into_id
          FROM leads_externalid e JOIN leads_lead l ON l.id = e.lead_id
         WHERE e.integration_id = %(integration)s AND e.value = ANY(%(gone_external)s)
           AND {_ANYBODY_GONE}""",  # noqa: S608 - constants
    "gone_mails": f"""
        SELECT 'gone mail', email_key, id, merged_into_id
          FROM leads_lead WHERE email_key = ANY(%(gone_mails)s)
           AND (email_key <> '' AND merged_into_id IS NULL OR merged_into_id IS NOT NULL)
           AND {_ANYBODY_GONE}""",  # noqa: S608 - constants
    "ids": """
        SELECT CASE WHEN coalesce((SELECT stage FROM leads_lead h WHERE h.id = l.merged_into_id),
               l.stage) = 'erased' THEN 'gone id' ELSE 'id' END, id::text, id, merged_into_id
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
    name, and name with company. One statement, and another where somebody was merged away.

    What is `known` already is added to.
    """
    known = known or KnownLeads()
    given = _given(integration, external, mails, ids, phones, employed)
    named = [name for name in _NAMED if name in given]
    if not named:
        return known
    found = prepared.fetch(" UNION ALL ".join(_NAMED[name] for name in named), given)
    heirs = _heirs([pk for _, _, pk, merged_into in found if merged_into])
    known.erased |= {heirs.get(pk, pk) for kind, _, pk, _ in found if kind.startswith("gone")}
    found = _by_what_was_given(found, external, mails)
    # A living lead with the address comes first, then who was merged, then who had it before.
    for kind, value, pk, _ in sorted(found, key=lambda row: _ORDER.get(row[0], 0)):
        _note(known, kind, value, heirs.get(pk, pk))
    return known


_ORDER = {"alias": 1, "merged": 2, "mail": 3}


def fingerprint(value: str) -> str:
    """What is kept of the address or id of somebody erased (SHA-256, as leads_fingerprint)."""
    return f"erased:{sha256(value.encode()).hexdigest()}"


def _by_what_was_given(
    found: list[tuple[Any, ...]], external: Collection[str], mails: Collection[str]
) -> list[tuple[Any, ...]]:
    """The rows with the address or id itself in place of its fingerprint."""
    if not any(kind.startswith("gone") for kind, *_ in found):
        return found
    plain = {fingerprint(one): one for one in (*external, *mails)}
    return [
        (kind.removeprefix("gone "), plain.get(value, value), pk, merged_into)
        for kind, value, pk, merged_into in found
    ]


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
    asked["gone_external"] = [fingerprint(one) for one in external]
    asked["gone_mails"] = [fingerprint(one) for one in mails]
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
