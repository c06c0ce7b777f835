"""Who is meant: finding known leads by external id, then by mail, through merges."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Integration
from leadportal.db import prepared

# How a lead may be named; only what was given is asked for.
_NAMED = {
    "external": """
        SELECT 'external', e.value, l.id, l.merged_into_id
          FROM leads_externalid e JOIN leads_lead l ON l.id = e.lead_id
         WHERE e.integration_id = %(integration)s AND e.value = ANY(%(external)s)""",
    # lead_email_once, lead_merged_email
    "mails": """
        SELECT CASE WHEN merged_into_id IS NULL THEN 'mail' ELSE 'merged' END, email_key, id,
               merged_into_id
          FROM leads_lead WHERE email_key = ANY(%(mails)s)
           AND (email_key <> '' AND merged_into_id IS NULL OR merged_into_id IS NOT NULL)""",
    "ids": """
        SELECT 'id', id::text, id, merged_into_id FROM leads_lead WHERE id = ANY(%(ids)s)""",
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


def find_leads(
    integration: Integration | None,
    *,
    external: Collection[str] = (),
    mails: Collection[str] = (),
    ids: Collection[int] = (),
) -> KnownLeads:
    """Known leads by external ids of this integration, personal mails and our own ids."""
    known, merged = KnownLeads(), {}
    asked = {"external": list(external), "mails": list(mails), "ids": list(ids)}
    given: dict[str, Any] = {name: values for name, values in asked.items() if values}
    if not given:
        return known
    statement = " UNION ALL ".join(_NAMED[name] for name in given)
    if external:
        assert integration is not None  # only integrations have names of their own
        given["integration"] = integration.pk
    found = prepared.fetch(statement, given)
    heirs = _heirs([pk for _, _, pk, merged_into in found if merged_into])
    for kind, value, pk, _ in found:
        living = heirs.get(pk, pk)
        match kind:
            case "external":
                known.by_external[value] = living
            case "mail":
                known.by_mail[value] = living
            case "merged":
                # A living lead with the address comes first.
                merged[value] = living
            case _:
                known.by_id[int(value)] = living
    known.by_mail = merged | known.by_mail
    return known


def _heirs(merged: list[int]) -> dict[int, int]:
    """The living lead at the end of the line of each that was merged away."""
    if not merged:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HEIRS, {"merged": merged})
        return dict(cursor.fetchall())
