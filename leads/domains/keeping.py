"""What managers say of a domain: it counts whatever the lists say, for leads of before as well."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from leadportal.db import clock, rows
from leads import news
from leads.domains import lists
from leads.matching import email_identity
from leads.models import Domain, DomainKind, EmailKind, Lead

# As many are locked, and written, at once.
AT_ONCE = 2_000
# A role address stays one, whoever's the domain is.
_BY_DOMAIN = (EmailKind.WORK, EmailKind.FREE, EmailKind.DISPOSABLE)


@transaction.atomic
def say(domain: str, kind: DomainKind, person: User, *, at: datetime | None = None) -> Domain:
    """Say whose a domain is; said again, the newer word counts. Raises NotAllowed.

    Whom leads work for by then stays; mail addresses are read again.
    """
    policy.require(person, Action.EDIT_DOMAINS)
    at = at or clock.now()
    before = Domain.objects.filter(domain=domain).first()
    if before is not None and before.kind == kind:
        return before  # said already
    row, _ = Domain.objects.update_or_create(
        domain=domain, defaults={"kind": kind, "by": person, "at": at}
    )
    _remember(domain, said(before), said(row), person, at)
    return row


@transaction.atomic
def forget(row: Domain, person: User, *, at: datetime | None = None) -> None:
    """Leave a domain to the lists again. Raises NotAllowed."""
    policy.require(person, Action.EDIT_DOMAINS)
    at = at or clock.now()
    if Domain.objects.filter(pk=row.pk).delete()[0]:
        _remember(row.domain, said(row), "nothing", person, at)


def said(row: Domain | None) -> str:
    """ "gmx.example: mailboxes for anybody" """
    return f"{row.domain}: {DomainKind(row.kind).label.lower()}" if row else "nothing"


def _remember(domain: str, old: str, new: str, person: User, at: datetime) -> None:
    SettingChange.objects.create(at=at, person=person, setting="domains", old=old, new=new)
    known = {row.domain: DomainKind(row.kind) for row in Domain.objects.all()}
    lists.remember(known)
    _read_again(domain, at)
    # Other processes read it within seconds; this one forgets it where nothing comes of it.
    transaction.on_commit(lists.forget)


def _read_again(domain: str, at: datetime) -> None:
    """The kinds of addresses there and below; who has another one now is judged anew."""
    there = Q(email_key__endswith=f"@{domain}") | Q(email_key__endswith=f".{domain}")
    found = Lead.objects.filter(there, email_kind__in=_BY_DOMAIN).order_by("pk")
    ids = list(found.values_list("pk", flat=True))
    for begin in range(0, len(ids), AT_ONCE):
        theirs = Lead.objects.locked().filter(pk__in=ids[begin : begin + AT_ONCE]).order_by("pk")
        written: list[rows.Row] = [
            {"id": lead["id"], "email_kind": kind, "updated_at": at}
            for lead in theirs.values("id", "email", "email_kind")
            if (kind := email_identity(lead["email"])[0]) != lead["email_kind"]
        ]
        rows.update(Lead, ["email_kind", "updated_at"], written)
        news.of_leads([int(row["id"]) for row in written], at)
