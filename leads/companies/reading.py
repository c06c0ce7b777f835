"""What the page of a company shows, of what its reader may see."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts import policy
from accounts.models import Integration, User
from leadportal.db.shown import all_but
from leads.directory import directory
from leads.domains.lists import registrable_domain
from leads.editing.said import Doubt, Said, read_doubts
from leads.models import Company, CompanyChange, CompanyMerge, Event, Judgement, Lead
from leads.text import key

NAMESAKES = 5
_NOT_SHOWN = (
    *all_but(Lead, "first_name", "last_name", "email", "phone", "job_title", "stage", "company"),
    *all_but(Judgement, "total", "fit", "intent", via="judgement__"),
    *all_but(User, "name", via="owner__"),
)


def visible_to(reader: User) -> QuerySet[Company]:
    """Companies with how many `people`; a rep's are those where people they see work."""
    leads = Lead.objects.visible_to(reader)
    return directory.companies(leads, all_of_them=reader.has_role(*policy.SEES_EVERY_LEAD))


def found(reader: User, words: str) -> QuerySet[Company]:
    """Those whose name has the words, or whose domain it is."""
    rows = visible_to(reader)
    if not (called := key(words.replace("\0", "")).strip()):
        return rows
    # company_name_trgm, company_domain_once
    domain = registrable_domain(words.replace("\0", "")) or "-"
    return rows.filter(Q(name_key__contains=called) | Q(domain=domain))


def linkable(lead: Lead, reader: User) -> QuerySet[Company]:
    """Where a person may say that a lead works: what they see, and where it worked before."""
    seen = visible_to(reader).order_by().values("pk")
    return Company.objects.filter(Q(pk__in=seen) | Q(pk__in=lead.not_of or ()))


def people(reader: User, company: Company) -> QuerySet[Lead]:
    """Who works there, with `best` to order them by: their score, below all while there is none."""
    rows = Lead.objects.visible_to(reader).filter(company=company)
    rows = rows.select_related("judgement", "owner").defer(*_NOT_SHOWN)
    return rows.annotate(best=Coalesce("judgement__total", -1))


def changes(company: Company) -> QuerySet[CompanyChange]:
    """What people changed on it, or on what is a part of it by now."""
    names = company.merged_from.values("pk")
    rows = CompanyChange.objects.filter(Q(company=company) | Q(company__in=names))
    return rows.select_related("person", "company")


def who_saved(company: Company) -> str:
    """The name of who changed it last; "Somebody" where no person did."""
    last = CompanyChange.objects.filter(company=company).select_related("person").first()
    return last.person.name if last else "Somebody"


def events(reader: User, company: Company) -> QuerySet[Event]:
    """What all of them did."""
    theirs = Lead.objects.visible_to(reader).filter(company=company).order_by()
    return Event.objects.filter(lead__in=theirs).select_related("lead")


def owners(reader: User, company: Company) -> list[User]:
    """Who holds somebody there."""
    theirs = Lead.objects.visible_to(reader).filter(company=company, owner__isnull=False)
    return list(User.objects.filter(pk__in=theirs.order_by().values("owner")).order_by("name"))


def merges(company: Company) -> list[CompanyMerge]:
    rows = CompanyMerge.objects.filter(heir=company, undone_at=None)
    return list(rows.select_related("company", "by"))


def other_names(company: Company, merged: Iterable[CompanyMerge]) -> list[str]:
    """Names and domains under which it is found beside its own."""
    others = company.merged_from.exclude(pk__in=[one.company_id for one in merged])
    names = {name for other in others for name in (other.name, other.domain)}
    return sorted(names - {company.name, company.domain, ""})


def namesakes(reader: User, company: Company) -> list[Company]:
    """Others of the same name, which may be the same."""
    rows = visible_to(reader).filter(match_key=company.match_key).exclude(pk=company.pk)
    return list(rows.order_by("pk")[:NAMESAKES])


def whose(company: Company) -> dict[str, Said]:
    """Whose word each value is."""
    words: Mapping[str, Any] = company.said or {}
    people_ids = {one["person"] for one in words.values() if "person" in one}
    system_ids = {one["integration"] for one in words.values() if "integration" in one}
    people = User.objects.in_bulk(people_ids) if people_ids else {}
    systems = Integration.objects.in_bulk(system_ids) if system_ids else {}
    return {name: _said(one, people, systems) for name, one in words.items()}


def _said(
    one: Mapping[str, Any], people: Mapping[int, User], systems: Mapping[int, Integration]
) -> Said:
    person, system = people.get(one.get("person", 0)), systems.get(one.get("integration", 0))
    who = person.name if person else system.name if system else "LeadPortal"
    return Said(who, datetime.fromisoformat(one["at"]), by_person=person is not None)


def doubts(company: Company) -> dict[str, Doubt]:
    """What machines say against what people typed."""
    return read_doubts(company.typed or {})
