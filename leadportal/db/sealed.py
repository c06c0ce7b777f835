"""Secrets of other systems that we need as they are: kept sealed with the portal's own key.

A stolen database alone gives none away. After SECRET_KEY was changed they are opened by what stands
in SECRET_KEY_FALLBACKS, and sealed anew the next time they are saved.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """It was sealed with a key that is not known here any more."""


def seal(plain: str) -> str:
    """The text to keep; blank stays blank."""
    return _box().encrypt(plain.encode()).decode() if plain else ""


def opened(sealed: str) -> str:
    """What was sealed. Raises CannotOpen."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


def _box() -> MultiFernet:
    keys = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    digests = (sha256(f"leadportal.sealed:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
