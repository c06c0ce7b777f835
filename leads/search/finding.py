"""Leads by whatever somebody remembers: name, company, mail, phone, external id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts import policy
from accounts.models import User
from leadportal.db.shown import all_but
from leads.domains.addresses import one_form
from leads.models import Company, ExternalId, Judgement, Lead
from leads.models.lead import LeadQuerySet
from leads.text import has_words, plain

# What an external id may be at most; a longer text is none.
EXTERNAL_ID_MAX = 200
# Longer questions are no names.
WORDS_MAX = 200
# So many that are called the same are told apart here, not by the database.
NAMESAKES = 25

_CALLED = ("first_name", "last_name", "email", "phone")
_NOT_SHOWN = (
    *all_but(Lead, *_CALLED, "job_title", "stage"),
    *all_but(Company, "name", via="company__"),
    *all_but(Judgement, "total", via="judgement__"),
    *all_but(User, "name", via="owner__"),
)


def found_by(rows: QuerySet[Lead], words: str) -> QuerySet[Lead]:
    """Those that the words name; reads lead_search_trgm and the index of external ids."""
    words = words[:WORDS_MAX]
    return rows.filter(has_words(words) | Q(pk__in=_by_external_id(words)))


def _by_external_id(words: str) -> list[int]:
    """Whom some integration calls exactly so."""
    value = words.replace("\0", "").strip()
    if not value or len(value) > EXTERNAL_ID_MAX:
        return []
    return list(ExternalId.objects.filter(value=value).values_list("lead", flat=True)[:NAMESAKES])


def find(user: User, words: str, *, most: int) -> list[Lead]:
    """Leads this person may see, those called so from the beginning first, then the newest."""
    if not plain(words):
        return []
    rows = shown(Lead.objects.visible_to(user))
    found = list(found_by(rows, words).order_by("-created_at", "-pk")[:most])
    if len(found) < most:
        return _best_first(found, words)
    # Among many the one who is called so may be old.
    called = rows.filter(search_key__startswith=plain(words[:WORDS_MAX]))
    first = list(called.order_by("-created_at", "-pk")[:most])
    known = {lead.pk for lead in first}
    return [*first, *(lead for lead in found if lead.pk not in known)][:most]


def _best_first(found: list[Lead], words: str) -> list[Lead]:
    beginning = plain(words)
    return sorted(found, key=lambda lead: not plain(lead.name).startswith(beginning))


def shown(rows: LeadQuerySet) -> LeadQuerySet:
    """With what a result shows."""
    return rows.select_related("company", "judgement", "owner").defer(*_NOT_SHOWN)


def in_order(user: User, ids: Sequence[int]) -> list[Lead]:
    """These leads as far as this person may see them, in this order."""
    found = shown(Lead.objects.visible_to(user)).in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


# --- those that are not one's to see -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Masked:
    """That somebody is known, and who has them; nothing to reach them by."""

    name: str
    company: str
    holder: str


def masked(user: User, words: str) -> list[Masked]:
    """Whom a rep named exactly, by mail or by full name, and may not see.

    So that nobody is called by two; who knows no more than a part of a name learns nothing.
    """
    if user.has_role(*policy.SEES_EVERY_LEAD) or not user.has_role(*policy.SEES_THEIR_QUEUES):
        return []
    named = _named_exactly(words)
    if not named:
        return []
    seen = set(Lead.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
    return [_mask(lead) for pk, lead in named.items() if pk not in seen]


def _named_exactly(words: str) -> dict[int, Lead]:
    typed = " ".join(words.replace("\0", "").split())[:WORDS_MAX]
    rows = shown(Lead.objects.living())
    if "@" in typed:
        # With the condition of the index that knows them (lead_email_once).
        return _by_id(rows.filter(email_key=one_form(typed), merged_into=None)[:NAMESAKES])
    whole = plain(typed)
    if " " not in whole:
        # One word is a first name, and no more than a guess.
        return {}
    begin_so = rows.filter(search_key__startswith=whole).order_by("-pk")[:NAMESAKES]
    return _by_id(lead for lead in begin_so if _full_name(lead) == whole)


def _full_name(lead: Lead) -> str:
    return plain(lead.first_name, lead.last_name)


def _by_id(rows: Iterable[Lead]) -> dict[int, Lead]:
    return {lead.pk: lead for lead in rows}


def _mask(lead: Lead) -> Masked:
    initials = [f"{part[0]}…" for part in (lead.first_name, lead.last_name) if part]
    holder = f"held by {lead.owner}" if lead.owner else "not in your queues"
    return Masked(
        " ".join(initials) or "Somebody", lead.company.name if lead.company else "", holder
    )
