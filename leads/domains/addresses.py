"""The form in which two mail addresses, or two domains, are compared."""

import unicodedata

import idna

EMAIL_MAX = 254


def one_form(address: str) -> str:
    """A mail address, or a domain alone, in the form in which two of them are compared."""
    if address.isascii() and "xn--" not in address.lower():
        return address.lower()
    # Twice, as an accent may stand apart from a capital until it is small.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address).lower())
    local, at, domain = folded.rpartition("@")
    found = local + at + _as_read(domain)
    return found if len(found) <= EMAIL_MAX else folded[:EMAIL_MAX]


def _as_read(domain: str) -> str:
    """A domain with the letters people read, where the network's spelling stands for some."""
    try:
        return idna.decode(domain, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return domain
