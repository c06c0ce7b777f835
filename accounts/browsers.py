"""Where somebody signs in from: the network of their address, or a browser that is known."""

import ipaddress
from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.models import User

COOKIE = f"{settings.COOKIE_PREFIX}browser"
YEAR = 365 * 24 * 3600
# An ordinary line has as many addresses of IPv6 as it likes below its own prefix.
PREFIX_OF_LINE = 64
# Accounts one browser is known to; on a machine of many, the last ones.
MOST_ACCOUNTS = 8


def network_of(address: str) -> str:
    """What one line can change of its address is left out."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped:
        # A server that listens to both writes those of IPv4 so; all of them are below one /64.
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network(f"{address}/{PREFIX_OF_LINE}", strict=False).network_address)


def known_browser(request: HttpRequest, person: User) -> str:
    """The name of this browser, if this person signed in with it before; else empty."""
    name, people = _said(request)
    return name if person.pk in people else ""


def remember_browser(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Tell the browser that this person signed in with it. It opens nothing: see accounts/tries."""
    name, people = _said(request)
    if person.pk in people:
        return
    people = [*people, person.pk][-MOST_ACCOUNTS:]
    response.set_cookie(
        COOKIE,
        signing.dumps([name or token_urlsafe(12), people], salt=COOKIE),
        max_age=YEAR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _said(request: HttpRequest) -> tuple[str, list[int]]:
    """What the cookie says: the browser's name and who signed in with it."""
    try:
        name, people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=YEAR)
    except signing.BadSignature:
        return "", []
    return name, people
