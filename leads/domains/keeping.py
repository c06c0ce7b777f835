"""What managers say of a domain or a mailbox: it counts whatever the lists say, for leads of
before as well."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.races import again_when_raced
from leads.domains import lists, roles
from leads.domains.again import read_again
from leads.models import Domain, DomainKind, EmailKind, Lead, RoleWord

# A role address stays one, whoever's the domain is.
_BY_DOMAIN = (EmailKind.WORK, EmailKind.FREE, EmailKind.DISPOSABLE)
NOTHING = "nothing"


# --- domains -----------------------------------------------------------------------------------


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
        _remember(row.domain, said(row), NOTHING, person, at)


def said(row: Domain | None) -> str:
    """ "gmx.example: mailboxes for anybody" """
    return f"{row.domain}: {DomainKind(row.kind).label.lower()}" if row else NOTHING


def _remember(domain: str, old: str, new: str, person: User, at: datetime) -> None:
    SettingChange.objects.create(at=at, person=person, setting="domains", old=old, new=new)
    known = {row.domain: DomainKind(row.kind) for row in Domain.objects.all()}
    lists.said.remember(known)
    there = Q(email_key__endswith=f"@{domain}") | Q(email_key__endswith=f".{domain}")
    read_again(Lead.objects.filter(there, email_kind__in=_BY_DOMAIN), at)
    # Other processes read it within seconds; this one forgets it where nothing comes of it.
    transaction.on_commit(lists.said.forget)


# --- names before the @ ------------------------------------------------------------------------


def say_of_word(word: str, person: User, *, is_role: bool, at: datetime | None = None) -> RoleWord:
    """Say that a name before the @ is a team's, or somebody's own. Raises NotAllowed.

    A team's address identifies nobody: leads that were known by it stay who they are.
    """
    policy.require(person, Action.EDIT_DOMAINS)
    at = at or clock.now()

    def write() -> RoleWord:
        before = RoleWord.objects.filter(word=word).first()
        row, _ = RoleWord.objects.update_or_create(
            word=word, defaults={"is_role": is_role, "by": person, "at": at}
        )
        _remember_word(word, said_of_word(before), said_of_word(row), person, at)
        return row

    return again_when_raced(write)


def forget_word(row: RoleWord, person: User, *, at: datetime | None = None) -> None:
    """Leave a name to the list again. Raises NotAllowed."""
    policy.require(person, Action.EDIT_DOMAINS)
    at = at or clock.now()

    def write() -> None:
        if RoleWord.objects.filter(pk=row.pk).delete()[0]:
            _remember_word(row.word, said_of_word(row), NOTHING, person, at)

    again_when_raced(write)


def said_of_word(row: RoleWord | None) -> str:
    """ "biuro@: a team’s mailbox" """
    return f"{row.word}@: {kind_of_word(row.is_role)}" if row else NOTHING


def kind_of_word(is_role: bool) -> str:
    return "a team’s mailbox" if is_role else "somebody’s own"


def _remember_word(word: str, old: str, new: str, person: User, at: datetime) -> None:
    SettingChange.objects.create(at=at, person=person, setting="role_words", old=old, new=new)
    roles.said.remember(dict(RoleWord.objects.values_list("word", "is_role")))
    # "biuro@", "biuro2@", "biuro+fair@", however the address is written.
    begins = rf"^{re.escape(word)}[0-9._-]*([+][^@]*)?@"
    read_again(Lead.objects.filter(email__iregex=begins), at)
    transaction.on_commit(roles.said.forget)
