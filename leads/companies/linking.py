"""Whom a lead works for, by a person's word: not there, or there again."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.policy import NotAllowed
from leadportal.db import clock
from leads import news
from leads.companies.settling import rename_lead
from leads.editing.editing import ONLY_HOLDER, may_edit
from leads.models import Company, Lead, LeadChange


class LinkRefused(Exception):
    """The lead works elsewhere by now; says so."""


@transaction.atomic
def refuse(lead: Lead, company: Company, person: User, *, at: datetime | None = None) -> None:
    """Say that a lead does not work there: no machine links it again. Raises NotAllowed or
    LinkRefused."""
    at = at or clock.now()
    lead = _held(lead, person)
    if company.pk in (lead.not_of or ()):
        return  # said already
    if lead.company_id != company.pk:
        raise LinkRefused("This lead works elsewhere by now.")
    # That they work somewhere else, a machine may find out.
    typed = lead.typed or {}
    lead.typed = {name: one for name, one in typed.items() if name != "company"} or None
    lead.not_of = [*(lead.not_of or ()), company.pk]
    _point(lead, None, company.name, person, at)
    news.of_companies([company.pk], at)


@transaction.atomic
def link(lead: Lead, company: Company, person: User, *, at: datetime | None = None) -> None:
    """Say that a lead works there, which stands; a refusal of before is taken back.

    Raises NotAllowed, or LinkRefused where the company was merged away.
    """
    at = at or clock.now()
    lead = _held(lead, person)
    company = Company.objects.select_for_update(no_key=True, of=("self",)).get(pk=company.pk)
    if company.merged_into_id:
        raise LinkRefused(f"{company} became part of another company.")
    before = lead.company
    lead.typed = (lead.typed or {}) | {"company": None}
    lead.not_of = [pk for pk in lead.not_of or () if pk != company.pk] or None
    _point(lead, company, before.name if before else "", person, at)
    news.of_companies({company.pk, *([before.pk] if before else [])}, at)


def _held(lead: Lead, person: User) -> Lead:
    if not may_edit(person, lead):
        raise NotAllowed(ONLY_HOLDER)
    return Lead.objects.locked().get(pk=lead.pk)


def _point(lead: Lead, company: Company | None, before: str, person: User, at: datetime) -> None:
    lead.company, lead.updated_at = company, at
    rename_lead(lead)
    lead.save(update_fields=["company", "typed", "not_of", "search_key", "updated_at"])
    fields = {"company": [before, company.name if company else ""]}
    LeadChange.objects.create(lead=lead, at=at, person=person, fields=fields)
    news.of_leads([lead.pk], at)
