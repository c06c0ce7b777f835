"""API keys: make, find, revoke. A key reads lp_<env>_<id>_<secret><checksum>."""

import hmac
import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts import policy
from accounts.models import ApiKey, Integration, Scope, User
from accounts.policy import Action
from leadportal.db import clock, prepared

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 32, 6
SHAPE = re.compile(
    rf"lp_(?P<env>live|test)_(?P<id>[0-9A-Za-z]{{{ID_LENGTH}}})"
    rf"_(?P<secret>[0-9A-Za-z]{{{SECRET_LENGTH}}})(?P<check>[0-9A-Za-z]{{{CHECK_LENGTH}}})"
)
# A use is noted at most this often, so that a busy key is not a busy row.
NOTED_EVERY = timedelta(minutes=1)
# A key and whose it is, by the unique public_id; plain SQL, as every request of the API asks it.
_KEY = [field.attname for field in ApiKey._meta.concrete_fields]
_INTEGRATION = [field.attname for field in Integration._meta.concrete_fields]
_STORED = f"""
SELECT {", ".join(f"k.{name}" for name in _KEY)}, {", ".join(f"i.{name}" for name in _INTEGRATION)}
  FROM accounts_apikey k JOIN accounts_integration i ON i.id = k.integration_id
 WHERE k.public_id = %(public_id)s
"""  # noqa: S608 - names of columns


class UnknownScope(ValueError):
    """A scope nobody has heard of; the message lists the known ones."""


class State(StrEnum):
    USABLE = "usable"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Parts(NamedTuple):
    """A key taken apart; `whole` is false when it was cut or mistyped."""

    env: str
    public_id: str
    secret: str
    whole: bool


def create(
    integration: Integration,
    *,
    scopes: Iterable[str],
    source: str = "",
    name: str = "",
    by: User | None = None,
    days: int = 365,
    strict: bool = False,
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its plain text, which is shown once and kept nowhere.

    Raises NotAllowed or UnknownScope.
    """
    policy.require(by, Action.EDIT_KEYS)
    at = at or clock.now()
    public_id, secret = _random(ID_LENGTH), _random(SECRET_LENGTH)
    key = ApiKey.objects.create(
        integration=integration,
        name=name,
        public_id=public_id,
        secret_hash=fingerprint(secret),
        scopes=known_scopes(scopes),
        source=source,
        strict=strict,
        created_by=by,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    body = f"{prefix()}{public_id}_{secret}"
    return key, body + checksum(body)


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes once each, in the order they are listed everywhere."""
    asked = set(scopes)
    if unknown := sorted(asked.difference(Scope.values)):
        raise UnknownScope(
            f"Unknown scope {', '.join(unknown)}. Known are {', '.join(Scope.values)}."
        )
    if not asked:
        raise UnknownScope(f"A key needs at least one scope of {', '.join(Scope.values)}.")
    return [scope for scope in Scope.values if scope in asked]


def integration_named(name: str) -> Integration:
    """The integration of that name, whatever its case; made when there is none."""
    name = " ".join(name.split())
    return Integration.objects.get_or_create(name__iexact=name, defaults={"name": name})[0]


def find_key(plain: str) -> ApiKey | None:
    """The key with exactly this text, in whatever state it is; ask `state_of` before using it."""
    parts = taken_apart(plain)
    if parts is None:
        return None
    key = _stored(parts.public_id)
    # An unknown id costs the same work as a wrong secret, so time tells nobody which ids exist.
    stored = key.secret_hash if key else "0" * 64
    right = hmac.compare_digest(stored, fingerprint(parts.secret))
    return key if key and right else None


def _stored(public_id: str) -> ApiKey | None:
    found = prepared.fetch(_STORED, {"public_id": public_id})
    if not found:
        return None
    (row,) = found
    key = ApiKey.from_db(connection.alias, _KEY, row[: len(_KEY)])
    key.integration = Integration.from_db(connection.alias, _INTEGRATION, row[len(_KEY) :])
    return key


def key_state(key: ApiKey, at: datetime | None = None) -> State:
    if key.revoked_at:
        return State.REVOKED
    return State.EXPIRED if key.expires_at <= (at or clock.now()) else State.USABLE


def touch(key: ApiKey, at: datetime | None = None) -> None:
    """Note that the key was used. Call it outside the transaction of the work it opens."""
    at = at or clock.now()
    stale = at - NOTED_EVERY
    if key.last_used_at and key.last_used_at > stale:
        return
    # The condition again: of many requests at once, one writes.
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=stale)
    ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=at)


def revoke(key: ApiKey, *, by: User | None = None, at: datetime | None = None) -> bool:
    """Close a key for good; False when it already was. Raises NotAllowed."""
    policy.require(by, Action.EDIT_KEYS)
    rows = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    return bool(rows.update(revoked_at=at or clock.now()))


def set_strict(key: ApiKey, strict: bool, *, by: User | None = None) -> bool:
    """Let a key refuse what is not understood, or take the rest; False when it is closed.

    Raises NotAllowed.
    """
    policy.require(by, Action.EDIT_KEYS)
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(strict=strict))


def prefix() -> str:
    """How every key of this installation begins."""
    return f"lp_{settings.LEADPORTAL_ENV}_"


def taken_apart(plain: str) -> Parts | None:
    """The parts of a text that has the shape of a key."""
    match = SHAPE.fullmatch(plain)
    if match is None:
        return None
    whole = checksum(plain[:-CHECK_LENGTH]) == match["check"]
    return Parts(match["env"], match["id"], match["secret"], whole)


def fingerprint(secret: str) -> str:
    """What is stored of a secret: useless without the pepper, which is not in the database."""
    return hmac.digest(settings.API_KEY_PEPPER.encode(), secret.encode(), sha256).hex()


def checksum(text: str) -> str:
    """Six letters that make a cut or mistyped key, and a key in a leak, easy to recognise."""
    number, letters = crc32(text.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters = ALPHABET[place] + letters
    return letters


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
