"""What looks wrong about a post. It is not dropped: a person lets it in, or throws it away."""

import secrets
from datetime import UTC, datetime, timedelta

from django.core import signing

from leadportal.db.sealed import CannotOpen, opened
from leads.inbound.systems import ours
from leads.inbound.systems.catalogue import Road, road
from leads.inbound.systems.said import Raw, Unreadable
from leads.matching import email_identity
from leads.models import Delivery, EmailKind, Inlet, System

SALT = "leads.inbound.form"
# Nobody fills a form in sooner; a page that was open longer may be a copy somebody kept.
TOO_FAST, TOO_OLD = timedelta(seconds=2), timedelta(hours=24)
# Of one place at one inlet; more within so long are looked at.
MANY, LATELY = 5, timedelta(minutes=10)

NOT_SIGNED = "It is not signed with the secret that is saved here."


def unproven(delivery: Delivery, raw: Raw) -> str:
    """Why it may not be from who it says; blank where it is, or where no secret was saved.

    What we fetched ourselves is.
    """
    found = road(delivery.inlet.system)
    if found.proves is None or not delivery.inlet.secret or delivery.asks_for:
        return ""
    try:
        secret = opened(delivery.inlet.secret)
    except CannotOpen:
        return "The secret cannot be read since the portal’s own key changed. Save it once more."
    return "" if found.proves(secret, raw) else NOT_SIGNED


def suspicious(delivery: Delivery, raw: Raw, addresses: list[str]) -> str:
    """Why a program may have sent this form; `addresses` are the mails it names."""
    found: Road = road(delivery.inlet.system)
    if not found.is_open:
        return ""
    if _trap_of(raw):
        return "A field that no person sees was filled in."
    if why := _of_token(delivery, raw):
        return why
    if any(email_identity(one)[0] == EmailKind.DISPOSABLE for one in addresses):
        return "The mail address is one of those that are thrown away."
    return _of_many(delivery)


def _trap_of(raw: Raw) -> str:
    try:
        return ours.trap_of(raw)
    except Unreadable:
        return ""


# --- the token of a page -----------------------------------------------------------------------


def token(inlet: Inlet, at: datetime) -> str:
    """For the page of a form, opened at that moment."""
    return signing.dumps([inlet.pk, at.timestamp(), secrets.token_urlsafe(6)], salt=SALT)


def _of_token(delivery: Delivery, raw: Raw) -> str:
    inlet = delivery.inlet
    if inlet.system != System.FORM:
        return ""
    given = ours.token_of(raw)
    if not given and inlet.form.is_pasted:
        # HTML on a page of somebody else's has none.
        return ""
    try:
        form, stamp, _ = signing.loads(given, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return "It does not come from the page of the form."
    if form != inlet.pk:
        return "It comes from the page of another form."
    age = delivery.received_at - datetime.fromtimestamp(stamp, UTC)
    if age < TOO_FAST:
        return "It was sent as soon as the page was opened, faster than anybody types."
    return "It was sent more than a day after the page was opened." if age > TOO_OLD else ""


def _of_many(delivery: Delivery) -> str:
    """Whether the same place sent many lately."""
    if not delivery.address:
        return ""
    before = Delivery.objects.filter(
        inlet=delivery.inlet,
        received_at__lte=delivery.received_at,
        received_at__gt=delivery.received_at - LATELY,
        address=delivery.address,
    ).exclude(pk=delivery.pk)
    return "Many came from one place within 10 minutes." if before.count() >= MANY else ""
