"""Leads that still say what a company was: they follow one that was merged, and its new name.

Most do at once; a sweep finds those that somebody was just writing, and the rest of many.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from leadportal.db import clock, rows, sweeps
from leads import news
from leads.models import Company, Lead
from leads.text import search_key

# As many are locked, and written, at once.
AT_ONCE = 2_000
# Longer than any write that began before takes.
SETTLES = timedelta(minutes=2)
_SAYS = ("first_name", "last_name", "email", "phone")


def drain(*, seconds: float | None = None) -> int:
    """Settle all that is due; gives how many."""
    return sweeps.in_batches(_settle_some, seconds=seconds)


def oldest_due() -> datetime | None:
    at: datetime | None = Company.objects.aggregate(at=Min("due_at"))["at"]
    return at


@transaction.atomic
def _settle_some() -> int:
    at = clock.now()
    # company_due
    due = Company.objects.filter(due_at__lte=at).order_by("due_at", "pk")
    company = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if company is None:
        return 0
    if company.merged_into is None:
        rename(company)
    elif moved := follow(company, company.merged_into, at):
        return moved
    Company.objects.filter(pk=company.pk).update(due_at=None)
    return 1


def follow(company: Company, heir: Company, at: datetime) -> int:
    """Move leads that still point to a company that was merged away; how many."""
    theirs = Lead.objects.locked().filter(company=company).order_by("pk")
    ids = list(theirs.values_list("pk", flat=True)[:AT_ONCE])
    Lead.objects.filter(pk__in=ids).update(company=heir, updated_at=at)
    _name(ids, heir.name)
    news.of_leads(ids, at)
    return len(ids)


def rename(company: Company) -> None:
    """Let the search find everybody of a company by the name it has now."""
    ids = list(Lead.objects.filter(company=company).order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(ids), AT_ONCE):
        _name(ids[begin : begin + AT_ONCE], company.name)


def _name(ids: Sequence[int], name: str) -> None:
    found = Lead.objects.locked().filter(pk__in=ids).order_by("pk")
    written = [
        {"id": lead["id"], "search_key": key}
        for lead in found.values("id", "search_key", *_SAYS)
        if (key := _key(lead, name)) != lead["search_key"]
    ]
    rows.update(Lead, ["search_key"], written)


def rename_lead(lead: Lead) -> None:
    """Set what the search finds a lead by, after it got another company; the caller saves."""
    name = lead.company.name if lead.company else ""
    lead.search_key = _key({field: getattr(lead, field) for field in _SAYS}, name)


def _key(lead: dict[str, str], name: str) -> str:
    first, last, email, phone = (lead[field] for field in _SAYS)
    return search_key(first, last, email, name, phone=phone)
