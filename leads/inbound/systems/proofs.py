"""Signatures: whether a post is from who knows the secret."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Any

from leads.inbound.systems.said import Raw

Proof = Callable[[str, Raw], bool]
# What is older was sent by somebody who listened.
FRESH = timedelta(minutes=5)


def same(given: Any, right: str) -> bool:
    """Compared in a time that tells nothing."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), right.encode())


def _digest(secret: str, text: bytes, how: Callable[..., Any] = sha256) -> bytes:
    return hmac.new(secret.encode(), text, how).digest()


def hex_of(secret: str, text: bytes) -> str:
    return _digest(secret, text).hex()


def signed_body(header: str, *, prefix: str = "", how: Callable[..., Any] = sha256) -> Proof:
    """A header holds the HMAC of the body in hexadecimal, behind a prefix."""

    def proves(secret: str, raw: Raw) -> bool:
        return same(raw.headers.get(header), prefix + _digest(secret, raw.body, how).hex())

    return proves


def typeform(secret: str, raw: Raw) -> bool:
    right = b64encode(_digest(secret, raw.body)).decode()
    return same(raw.headers.get("typeform-signature"), f"sha256={right}")


def segment(secret: str, raw: Raw) -> bool:
    return signed_body("x-signature", how=sha1)(secret, raw)


def linkedin(secret: str, raw: Raw) -> bool:
    """Of the body, or of the body behind the name of the method; named in the header or not."""
    name = "hmacsha256="
    given = raw.headers.get("x-li-signature", "").removeprefix(name)
    rights = (hex_of(secret, raw.body), hex_of(secret, name.encode() + raw.body))
    return any(same(given, right) for right in rights)


def webflow(secret: str, raw: Raw) -> bool:
    at = raw.headers.get("x-webflow-timestamp", "")
    right = hex_of(secret, f"{at}:".encode() + raw.body)
    return same(raw.headers.get("x-webflow-signature"), right) and _is_fresh(at, raw)


def calendly(secret: str, raw: Raw) -> bool:
    signed = raw.headers.get("calendly-webhook-signature", "").split(",")
    named = (part.strip().partition("=") for part in signed)
    parts = {name: value for name, _, value in named}
    at = parts.get("t", "")
    right = hex_of(secret, f"{at}.".encode() + raw.body)
    return same(parts.get("v1"), right) and _is_fresh(at, raw)


def hubspot(secret: str, raw: Raw) -> bool:
    """By the newest of its three ways that the post names."""
    if given := raw.headers.get("x-hubspot-signature-v3"):
        at = raw.headers.get("x-hubspot-request-timestamp", "")
        text = f"POST{raw.url}".encode() + raw.body + at.encode()
        return same(given, b64encode(_digest(secret, text)).decode()) and _is_fresh(at, raw)
    given = raw.headers.get("x-hubspot-signature", "")
    texts = (
        secret.encode() + raw.body,
        f"{secret}POST{raw.url}".encode() + raw.body,
    )
    return any(same(given, sha256(text).hexdigest()) for text in texts)


def _is_fresh(stamp: str, raw: Raw) -> bool:
    """Whether it was signed when it came: seconds or milliseconds since 1970."""
    if not stamp.isdecimal() or len(stamp) > 13:
        return False
    seconds = int(stamp) / (1000 if len(stamp) == 13 else 1)
    return abs(raw.received_at - datetime.fromtimestamp(seconds, UTC)) <= FRESH
