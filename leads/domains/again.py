"""Mail addresses of leads read again, after somebody said what a domain or a mailbox is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leadportal.db import rows
from leads import news
from leads.matching import email_identity
from leads.models import Lead

# As many are locked, and written, at once.
AT_ONCE = 2_000


def read_again(found: QuerySet[Lead], at: datetime) -> None:
    """The kinds and identities of their addresses; who has another one now is judged anew.

    In the caller's transaction. Whose address is somebody's already stays as it was.
    """
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(ids), AT_ONCE):
        theirs = Lead.objects.locked().filter(pk__in=ids[begin : begin + AT_ONCE]).order_by("pk")
        leads = theirs.values("id", "email", "email_kind", "email_key", "merged_into_id")
        written = _written(leads, at)
        rows.update(Lead, ["email_kind", "email_key", "updated_at"], written)
        news.of_leads([int(row["id"]) for row in written], at)


def _written(leads: Iterable[Any], at: datetime) -> list[rows.Row]:
    read = [(lead, *email_identity(lead["email"])) for lead in leads]
    others = [(lead, kind, key) for lead, kind, key in read if kind != lead["email_kind"]]
    taken = _taken({key for lead, _, key in others if key != lead["email_key"]} - {""})
    written: list[rows.Row] = []
    for lead, kind, key in others:
        stands = lead["merged_into_id"] is None
        if key != lead["email_key"] and stands and key:
            if key in taken:
                continue
            taken.add(key)
        row = {"id": lead["id"], "email_kind": kind, "email_key": key, "updated_at": at}
        written.append(row)
    return written


def _taken(keys: set[str]) -> set[str]:
    """Those by which a lead is known already."""
    known = Lead.objects.filter(email_key__in=keys, merged_into=None)
    return set(known.values_list("email_key", flat=True)) if keys else set()
