"""What came in of somebody and was never told to be theirs: it is known by the address in it.

A delivery that waits in quarantine or could not be read, a line of a file that nobody was made of,
an answer that is kept for a request that is sent again. All that points to a lead goes with it
(leads/sql/erased.sql).
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from django.db import connection

from leads.models import Alias, Lead

_FORGET = (
    # What is still to be read too: it would be refused.
    "UPDATE leads_delivery SET body = '', headers = '{}', address = '', reason = %(why)s, "
    "state = 'ignored', results = NULL, due_at = NULL, forget_at = NULL "
    "WHERE lead_id IS NULL AND lower(encode(body, 'escape')) ~ ANY(%(patterns)s)",
    "UPDATE leads_importline SET cells = '[]', email_key = '', external_id = '', errors = CASE "
    "WHEN errors IS NOT NULL THEN jsonb_build_array(jsonb_build_object("
    "'pointer', '', 'code', 'erased', 'detail', %(why)s)) END "
    "WHERE lead_id IS NULL AND lower(cells::text) ~ ANY(%(patterns)s)",
    "DELETE FROM leads_idempotentanswer WHERE lower(body) ~ ANY(%(patterns)s)",
)
WHY = "Whom it told of was erased."
# Nobody else's address that ends or goes on alike; before it may stand a character as %2C.
_BEFORE, _AFTER = r"(?:(?<![a-z0-9._+-])|(?<=%[0-9a-f][0-9a-f]))", r"(?![a-z0-9-]|\.[a-z0-9])"


def addresses_of(lead: Lead) -> set[str]:
    """Those the person has and had, also as whoever became a part of them."""
    parts = Lead.objects.filter(merged_into=lead)
    ids, more = {lead.pk}, {*parts.values_list("pk", flat=True)}
    while more - ids:
        ids |= more
        more = {*Lead.objects.filter(merged_into__in=ids).values_list("pk", flat=True)}
    held = Lead.objects.filter(pk__in=ids).exclude(email="").values_list("email", flat=True)
    return {*held, *Alias.objects.filter(lead__in=ids).values_list("email_key", flat=True)}


def forget(addresses: Iterable[str]) -> None:
    """Empty all that tells of these addresses and points to no lead; reads each table once."""
    patterns = [
        f"{_BEFORE}{re.escape(spelling)}{_AFTER}"
        for address in addresses
        for spelling in {address.lower(), quote(address.lower()).lower()}
    ]
    if not patterns:
        return
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, {"patterns": patterns, "why": WHY})
