"""What came in of somebody and was never told to be theirs: it is known by the address in it.

A delivery that waits in quarantine or could not be read, a line of a file that nobody was made of,
an answer that is kept for a request that is sent again. All that points to a lead goes with it
(leads/sql/erased.sql).
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from django.db import connection

from leads.lead.alike import parts_of
from leads.models import Alias, Lead

_FORGET = (
    # What is still to be read too: it would be refused.
    "UPDATE leads_delivery SET body = '', headers = '{}', address = '', reason = %(why)s, "
    "state = 'ignored', results = NULL, due_at = NULL, forget_at = NULL "
    "WHERE lead_id IS NULL AND lower(encode(body, 'escape')) ~ ANY(%(in_bytes)s)",
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
    ids = [lead.pk, *parts_of([lead.pk])]
    held = Lead.objects.filter(pk__in=ids).exclude(email="").values_list("email", flat=True)
    return {*held, *Alias.objects.filter(lead__in=ids).values_list("email_key", flat=True)}


def forget(addresses: Iterable[str]) -> None:
    """Empty all that tells of these addresses and points to no lead; reads each table once."""
    written = {one for address in addresses for one in _spellings(address.lower())}
    if not written:
        return
    # A body is compared as encode(…, 'escape') tells its bytes.
    texts, bodies = (
        [f"{_BEFORE}{re.escape(one)}{_AFTER}" for one in ones]
        for ones in (written, map(_escaped, written))
    )
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, {"patterns": texts, "in_bytes": bodies, "why": WHY})


def _spellings(address: str) -> set[str]:
    """As it is, as forms send it, and as JSON may write it."""
    return {address, quote(address).lower(), json.dumps(address)[1:-1]}


def _escaped(text: str) -> str:
    said = (chr(byte) if byte < 128 else f"\\{byte:03o}" for byte in text.encode())
    return "".join("\\\\" if one == "\\" else one for one in said)
