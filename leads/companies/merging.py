"""Two companies become one: leads move, and the name and domain of the other mean this one.

For 30 days the two can be parted again. What people, systems or leads brought to the heir since is
the heir's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock, rows
from leads import news
from leads.companies import pieces, settling
from leads.companies.keeping import CompanyRefused, locked, save
from leads.models import Company, CompanyChange, CompanyMerge, Lead, LeadChange

# Among the changes of a company: another one that became part of it, or was parted again.
MERGED = "merged"
# Among what a merge took: whose refusals it changed.
NOT_OF = "not_of"


@transaction.atomic
def merge(
    company: Company,
    into: Company,
    by: User,
    *,
    chosen: Mapping[str, bool] | None = None,
    at: datetime | None = None,
) -> CompanyMerge:
    """Make `company` a part of `into`; all who work there are judged anew.

    `chosen` says by field whether the word of `company` counts; where it is silent the heir's does,
    if it has one. Raises NotAllowed, CompanyRefused or MergedMeanwhile.
    """
    policy.require(by, Action.EDIT_COMPANIES)
    at = at or clock.now()
    if company.pk == into.pk:
        raise CompanyRefused("A company cannot be merged into itself.")
    company, heir = locked(company, into)
    done = CompanyMerge(company=company, heir=heir, by=by, at=at)
    theirs = Lead.objects.locked().filter(company=company).order_by("pk")
    done.leads = list(theirs.values_list("pk", flat=True))
    done.names = list(company.merged_from.values_list("pk", flat=True))
    company.merged_from.update(merged_into=heir)
    company.merged_into, company.due_at = heir, at + settling.SETTLES
    company.save(update_fields=["merged_into", "due_at"])
    _take(done, chosen or {}, at)
    _move(done.leads, company, heir, by, at)
    _carry_refusals(done)
    done.save()
    _tell(done, by, at, ["", company.name])
    news.of_companies([heir.pk], at)
    return done


def _take(done: CompanyMerge, chosen: Mapping[str, bool], at: datetime) -> None:
    """What the heir learns: what was chosen, and what only the other knew."""
    company, heir = done.company, done.heir
    before = heir.name, heir.domain
    for name in pieces.NAMES:
        theirs = not pieces.is_blank(company, name) and chosen.get(
            name, pieces.is_blank(heir, name)
        )
        if theirs and getattr(company, name) != getattr(heir, name):
            both = pieces.piece(heir, name), pieces.piece(company, name)
            done.taken[name] = both
            pieces.put(heir, name, both[1])
    if company.domain and not heir.domain:
        done.taken["domain"] = "", company.domain
        heir.domain, company.domain = company.domain, ""
        company.save(update_fields=["domain"])
    save(heir, before, at)


def _move(leads: Sequence[int], before: Company, company: Company, by: User, at: datetime) -> None:
    """Let leads work for another company, and tell it on their timelines."""
    Lead.objects.filter(pk__in=leads).update(company=company, updated_at=at)
    fields = {"company": [before.name, company.name]}
    said = {"at": at, "fields": fields, "person_id": by.pk, "integration_id": None}
    rows.insert(LeadChange, [said | {"lead_id": pk} for pk in leads])
    settling.rename(company)


def _tell(done: CompanyMerge, by: User, at: datetime, merged: Sequence[str]) -> None:
    """For the page of the heir: which company came or went, and what changed with it."""
    changed = {
        name: [_value(one) for one in (both if merged[1] else reversed(both))]
        for name, both in done.taken.items()
        if name != NOT_OF
    }
    fields = {MERGED: merged, **changed}
    CompanyChange.objects.create(company=done.heir, at=at, person=by, fields=fields)


def _value(piece: pieces.Piece | str) -> Any:
    return piece["value"] if isinstance(piece, dict) else piece


def _carry_refusals(done: CompanyMerge) -> None:
    """Who does not work at the one does not work at the other, but who was moved there.

    Kept of whom that changed, and what they refused before, for the day the two are parted.
    """
    refusing = Lead.objects.locked().filter(not_of__isnull=False).order_by("pk")
    changed = {}
    for lead in refusing.filter(not_of__overlap=[done.company_id, done.heir_id]):
        others = [pk for pk in lead.not_of or () if pk != done.heir_id]
        here = lead.company_id == done.heir_id
        now = (others if here else [*others, done.heir_id]) or None
        if {*(now or ())} != {*(lead.not_of or ())}:
            changed[str(lead.pk)] = done.heir_id not in (lead.not_of or ())
        lead.not_of = now
        lead.save(update_fields=["not_of"])
    if changed:
        done.taken[NOT_OF] = changed, None


def _part_refusals(done: CompanyMerge) -> None:
    """Where the merge let somebody refuse the heir, or refuse it no more, as it was before."""
    changed = done.taken.get(NOT_OF, ({}, None))[0]
    for lead in Lead.objects.locked().filter(pk__in=changed).order_by("pk"):
        others = [pk for pk in lead.not_of or () if pk != done.heir_id]
        was_added = changed[str(lead.pk)]
        here = lead.company_id == done.heir_id
        lead.not_of = (others if was_added or here else [*others, done.heir_id]) or None
        lead.save(update_fields=["not_of"])


# --- and apart again ---------------------------------------------------------------------------


def why_not(done: CompanyMerge, at: datetime) -> str:
    """Why a merge cannot be undone any more, or not yet; blank where it can."""
    if done.undone_at is not None:
        return "It was undone already."
    if at >= done.undo_until:
        return "A merge can be undone for 30 days."
    if done.heir.merged_into_id:
        return f"{done.heir} was merged into another company since: undo that first."
    return ""


@transaction.atomic
def undo(done: CompanyMerge, by: User, *, at: datetime | None = None) -> Company:
    """Part two companies again; gives the one that was merged away.

    Raises NotAllowed, or CompanyRefused where it can no more be.
    """
    policy.require(by, Action.EDIT_COMPANIES)
    at = at or clock.now()
    pair = Company.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in pair.filter(pk__in=(done.company_id, done.heir_id))}
    done = CompanyMerge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    company, heir = done.company, done.heir = found[done.company_id], found[done.heir_id]
    if refusal := why_not(done, at):
        raise CompanyRefused(refusal)
    _give_back(done, at)
    Company.objects.filter(pk__in=done.names, merged_into=heir).update(merged_into=company)
    still = Lead.objects.locked().filter(pk__in=done.leads, company=heir).order_by("pk")
    _move(list(still.values_list("pk", flat=True)), heir, company, by, at)
    _part_refusals(done)
    done.undone_at, done.undone_by = at, by
    done.save(update_fields=["undone_at", "undone_by"])
    _tell(done, by, at, [company.name, ""])
    news.of_companies([company.pk, heir.pk], at)
    return company


def _give_back(done: CompanyMerge, at: datetime) -> None:
    """What the heir took, where it still says so; and the other stands again."""
    company, heir, before = done.company, done.heir, (done.heir.name, done.heir.domain)
    for name, (old, new) in done.taken.items():
        if name == "domain":
            if heir.domain == new:
                heir.domain, company.domain = old, new
        elif name != NOT_OF and getattr(heir, name) == new["value"]:
            pieces.put(heir, name, old)
    company.merged_into = company.due_at = None
    try:
        with transaction.atomic():
            heir.save()
            company.save()
    except IntegrityError:
        detail = f"Another company is called {company} or {heir} by now. Merge those first."
        raise CompanyRefused(detail) from None
    if heir.name != before[0]:
        settling.rename(heir)
