"""What a person says of a company: it stands, and by its old name and domain it is still found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.meanwhile import really_new
from leads import news
from leads.companies import pieces, settling
from leads.ingest.speaking import word
from leads.matching import company_key
from leads.models import Company, CompanyChange

# What a person may say, in the order of the form.
EDITED = ("name", "domain", "industry", "employees", "founded", "phone", "country")


class CompanyRefused(Exception):
    """It cannot be so; says why, and of which field."""

    def __init__(self, detail: str, field: str = "name") -> None:
        super().__init__(detail)
        self.field = field


class MergedMeanwhile(Exception):
    """It became part of another while this person looked at it."""

    def __init__(self, heir: Company) -> None:
        super().__init__(f"It is part of {heir} by now.")
        self.heir = heir


@transaction.atomic
def edit(
    company: Company,
    wanted: Mapping[str, Any],
    person: User,
    *,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Company:
    """Write what a person changed; all who work there are judged anew.

    `wanted` has checked values by name, `read` those the person saw. Raises NotAllowed,
    CompanyRefused, MergedMeanwhile or ChangedMeanwhile.
    """
    policy.require(person, Action.EDIT_COMPANIES)
    at = at or clock.now()
    (company,) = locked(company)
    new = really_new({name: getattr(company, name) for name in wanted}, wanted, read)
    if not new:
        return company
    before = company.name, company.domain
    told = {name: [getattr(company, name), value] for name, value in new.items()}
    for name, value in new.items():
        pieces.put(company, name, {"value": value, "typed": None, "said": word(person, at)})
    save(company, before, at)
    CompanyChange.objects.create(company=company, at=at, person=person, fields=told)
    news.of_companies([company.pk], at)
    return company


def locked(*wanted: Company) -> list[Company]:
    """As they are now, in the order asked for, held for a change. Raises MergedMeanwhile."""
    rows = Company.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[row.pk for row in wanted])}
    for row in found.values():
        if row.merged_into is not None:
            raise MergedMeanwhile(row.merged_into)
    return [found[row.pk] for row in wanted]


def save(company: Company, before: tuple[str, str], at: datetime) -> None:
    """Save one whose name or domain may have been another `before`. Raises CompanyRefused."""
    name, domain = before
    if company.domain != domain:
        _free(company)
    try:
        with transaction.atomic():
            company.save()
    except IntegrityError:
        raise CompanyRefused(*_taken(company)) from None
    if company.domain != domain and domain:
        _keep(company, name, domain, at)
    elif company_key(name) != company.match_key:
        _keep(company, name, "", at)
    if company.name != name:
        settling.rename(company)


def _free(company: Company) -> None:
    """Let a domain that was its own before, or came with another, be its own again."""
    company.merged_from.filter(domain=company.domain).exclude(domain="").update(domain="")


def _keep(company: Company, name: str, domain: str, at: datetime) -> None:
    """A former name or domain, under which it is still found."""
    kept = {"name": name, "domain": domain, "match_key": company_key(name)}
    if domain or not company.merged_from.filter(match_key=kept["match_key"]).exists():
        former = Company(merged_into=company, created_at=at, **kept)
        pieces.finish(former)
        former.save()


def _taken(company: Company) -> tuple[str, str]:
    """Why the database refused it, and at which field."""
    rows = Company.objects.exclude(pk=company.pk).select_related("merged_into")
    if company.domain and (other := rows.filter(domain=company.domain).first()):
        return f"{other.merged_into or other} has this domain. Merge the two instead.", "domain"
    return "There is a company of this name already. Merge the two instead.", "name"
