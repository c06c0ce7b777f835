"""Who is meant: finding known leads by external id, then by mail, through merges."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Integration

# How a lead may be named; only what was given is asked for.
_NAMED = {
    "external": """
        SELECT 'external', e.value, l.id, l.merged_into_id
          FROM leads_externalid e JOIN leads_lead l ON l.id = e.lead_id
         WHERE e.integration_id = %(integration)s AND e.value = ANY(%(external)s)""",
    # lead_email_once, lead_merged_email
    "mails": """
        SELECT 'mail', email_key, id, merged_into_id FROM leads_lead
         WHERE email_key = ANY(%(mails)s) AND email_key <> '' AND merged_into_id IS NULL
        UNION ALL
        SELECT 'merged', email_key, id, merged_into_id FROM leads_lead
         WHERE email_key = ANY(%(mails)s) AND email_key <> '' AND merged_into_id IS NOT NULL""",
    "ids": """
        SELECT 'id', id::text, id, merged_into_id FROM leads_lead WHERE id = ANY(%(ids)s)""",
}
_FIND = """
WITH RECURSIVE found(kind, value, id, heir) AS (
    {named}
    UNION ALL
    SELECT f.kind, f.value, l.id, l.merged_into_id
      FROM found f JOIN leads_lead l ON l.id = f.heir
)
SELECT kind, value, id FROM found WHERE heir IS NULL
"""


@dataclass
class Known:
    """Ids of living leads, by what was used to name them."""

    by_external: dict[str, int] = field(default_factory=dict)
    by_mail: dict[str, int] = field(default_factory=dict)
    by_id: dict[int, int] = field(default_factory=dict)


def find(
    integration: Integration,
    *,
    external: Collection[str] = (),
    mails: Collection[str] = (),
    ids: Collection[int] = (),
) -> Known:
    """Known leads by external ids of this integration, personal mails and our own ids."""
    known, merged = Known(), {}
    given: dict[str, Any] = {"external": list(external), "mails": list(mails), "ids": list(ids)}
    named = [part for name, part in _NAMED.items() if given[name]]
    if not named:
        return known
    statement = _FIND.format(named=" UNION ALL ".join(named))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"integration": integration.pk} | given)
        for kind, value, pk in cursor.fetchall():
            match kind:
                case "external":
                    known.by_external[value] = pk
                case "mail":
                    known.by_mail[value] = pk
                case "merged":
                    # A living lead with the address comes first.
                    merged[value] = pk
                case _:
                    known.by_id[int(value)] = pk
    known.by_mail = merged | known.by_mail
    return known
