"""The signed link of a person: whom it means, through which address, and how much it may.

It holds no name and no address, only a number, a mark of the address it was made for, and when. It
works as long as that address is the person's, through merges, and under keys that were rotated out
for as long as they are kept (SECRET_KEY_FALLBACKS). A link stands in mails that are forwarded and
found years later, so with time it may less: to say no, it may for ever.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.urls import reverse

from leads.ingest import identity
from leads.matching import email_identity
from leads.models import Alias, Lead

SALT = "leads.preferences"
# What a mail program posts.
ONE_CLICK = "List-Unsubscribe=One-Click"
# So long it shows what we hold, and gives consent.
FRESH = timedelta(days=30)
# A clock that went back a little makes no link of the future.
SKEW = timedelta(minutes=5)
_SHOWN = ("company", "source", "campaign", "last_source", "last_campaign")


class LinkBroken(Exception):
    """Nobody is meant by it: it was cut or made up, or its address is somebody else's by now."""


@dataclass(frozen=True)
class Visit:
    """Somebody who came by their link."""

    lead: Lead
    # The address it was made for; blank where there was none.
    address: str
    # Whether it still shows what we hold, and may give.
    is_fresh: bool
    token: str


def page(lead: Lead, at: datetime) -> str:
    """The whole address of the page, made now."""
    return _whole("preferences", lead, at)


def one_click(lead: Lead, at: datetime) -> str:
    """Where a mail program posts to, whose reader wants no more mail (RFC 8058)."""
    return _whole("preferences-unsubscribe", lead, at)


def _whole(name: str, lead: Lead, at: datetime) -> str:
    path = reverse(name, args=[token(lead, at)])
    return urljoin(f"{settings.BASE_URL}/", path.lstrip("/"))


def token(lead: Lead, at: datetime) -> str:
    made = [lead.pk, _mark(lead.pk, _identity(lead.email)), int(at.timestamp())]
    return Signer(salt=SALT).sign_object(made)


def visit(given: str, at: datetime) -> Visit:
    """Who comes by a link. Raises LinkBroken."""
    try:
        pk, mark, stamp = Signer(salt=SALT).unsign_object(given)
        pk, made = int(pk), datetime.fromtimestamp(stamp, UTC)
    except (BadSignature, ValueError, TypeError, OverflowError):
        raise LinkBroken from None
    living = identity.find_leads(None, ids=[pk]).by_id.get(pk)
    rows = Lead.objects.living().select_related(*_SHOWN)
    lead = rows.filter(pk=living).first() if living else None
    if lead is None:
        raise LinkBroken
    address = next((one for one in _addresses(lead) if _mark(pk, one) == mark), None)
    if address is None or address and _is_of_another(address, lead):
        raise LinkBroken
    return Visit(lead, address, made - SKEW <= at < made + FRESH, given)


def _identity(email: str) -> str:
    """An address in one form, that of a team too."""
    return email_identity(email)[1] or email.strip().lower()


def _mark(pk: int, address: str) -> str:
    return sha256(f"{pk} {address}".encode()).hexdigest()[:16]


def _addresses(lead: Lead) -> set[str]:
    """Every address a person has, had, or brought along into a merge; and none, as who had none
    when their link was made."""
    rows = Lead.objects.filter(Q(pk=lead.pk) | Q(pk__in=_parts(lead)))
    held = {_identity(email) for email in rows.values_list("email", flat=True)}
    return {""} | held | {*Alias.objects.filter(lead=lead).values_list("email_key", flat=True)}


def _parts(lead: Lead) -> list[int]:
    """Leads that became a part of it, and those that became a part of these."""
    found: list[int] = []
    layer = [lead.pk]
    while layer:
        layer = list(Lead.objects.filter(merged_into__in=layer).values_list("pk", flat=True))
        found += layer
    return found


def _is_of_another(address: str, lead: Lead) -> bool:
    others = Lead.objects.living().filter(email_key=address).exclude(pk=lead.pk)
    return others.exists()
