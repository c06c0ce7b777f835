"""How an integration shows who it is, and what its key allows."""

import re
from typing import Any, cast

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    ParseError,
    PermissionDenied,
    Throttled,
)
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.keys import keys
from accounts.models import ApiKey, Integration, Scope, User
from leadportal.look import formats
from leadportal.rest import rates

NAMES_OF_KEYS = {"api_key", "apikey", "key", "token", "access_token", "authorization"}
READ = ("GET", "HEAD", "OPTIONS")
LOOKS_LIKE_A_KEY = re.compile(r"lp_(live|test)_[0-9A-Za-z]{12}_")


class KeyUser(AnonymousUser):
    """Stands where a person would: an integration, known by its key, with no role of its own."""

    # The stub has these as constants of nobody. Here somebody is known, though no person.
    is_authenticated = True  # type: ignore[assignment]
    is_anonymous = False  # type: ignore[assignment]

    def __init__(self, key: ApiKey) -> None:
        self.key = key

    def __str__(self) -> str:
        return str(self.key.integration)

    def has_role(self, *_: Any) -> bool:
        return False


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. request.auth is the key, request.user its KeyUser."""

    def authenticate(self, request: Request) -> tuple[KeyUser, ApiKey] | None:
        refuse_key_in_address(request)
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the key as: Authorization: Bearer KEY.")
        key = usable_key(plain.strip())
        # Authentication comes before the view opens its transaction, so this commits by itself.
        keys.touch(key)
        structlog.contextvars.bind_contextvars(api_key_id=key.pk)
        return KeyUser(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="LeadPortal"'


def refuse_key_in_address(request: Request) -> None:
    """Addresses end up in logs and histories, so a key that was in one is no secret any more."""
    for name, values in request.query_params.lists():
        if name.lower() in NAMES_OF_KEYS or any(map(LOOKS_LIKE_A_KEY.search, [name, *values])):
            raise ParseError(
                "An API key must not be in the address, where logs keep it. Send it as"
                " Authorization: Bearer KEY, and replace the key that was in the address."
            )


def usable_key(plain: str) -> ApiKey:
    """The key with this text; AuthenticationFailed says in words why there is none to use."""
    parts = keys.taken_apart(plain)
    if parts and not parts.whole:
        raise AuthenticationFailed("This API key is incomplete or mistyped. Copy it again.")
    if parts and parts.env != settings.LEADPORTAL_ENV:
        raise AuthenticationFailed(
            f"This is a {parts.env} key, and this is the {settings.LEADPORTAL_ENV} LeadPortal."
        )
    key = keys.find_key(plain)
    if key is None:
        raise AuthenticationFailed("This API key is not known.")
    if key.revoked_at:
        raise AuthenticationFailed(f"This API key was deleted, {formats.exact(key.revoked_at)}.")
    if keys.key_state(key) is not keys.State.USABLE:
        raise AuthenticationFailed(f"This API key expired, {formats.exact(key.expires_at)}.")
    return key


class ScopePermission(BasePermission):
    """Lets a key with the scope of the request's method in. Made by `HasScope`."""

    any_method: Scope | None = None
    by_method: dict[str, Scope] = {}

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            # Nobody at all is a 401, a person whose browser came here a 403.
            if request.user.is_authenticated:
                raise PermissionDenied(
                    "This address is for integrations. Send an API key: Authorization: Bearer KEY."
                )
            return False
        scope = self.scope_for(request.method)
        if scope is not None and scope not in request.auth.scopes:
            raise PermissionDenied(
                f"This API key lacks the scope {scope}. It has {', '.join(request.auth.scopes)}."
            )
        return True

    def scope_for(self, method: str | None) -> Scope | None:
        """The scope a method needs; none where the view has no such method and answers 405."""
        return self.by_method.get(method or "", self.any_method)


def HasScope(scope: Scope | None = None, **by_method: Scope) -> type[ScopePermission]:
    """`HasScope(Scope.LEADS_WRITE)`, or by method: `HasScope(GET=…, POST=…)`."""
    if "GET" in by_method:
        by_method.setdefault("HEAD", by_method["GET"])
    return type("HasScope", (ScopePermission,), {"any_method": scope, "by_method": by_method})


def OpenTo(*, people: tuple[str, ...] = (), **by_method: Scope) -> type[ScopePermission]:
    """Keys with the method's scope, and for the methods in `people` whoever is signed in."""

    class Permission(HasScope(**by_method)):  # type: ignore[misc]
        def has_permission(self, request: Request, view: Any) -> bool:
            if isinstance(request.user, User) and request.method in people:
                return True
            return bool(super().has_permission(request, view))

    return Permission


class KeyRate(BaseThrottle):
    """Refuses a key that called too often; people are not counted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey) or not settings.API_RATE_PER_MINUTE:
            return True
        allowed, rate = rates.rates.spend(request.auth.pk, settings.API_RATE_PER_MINUTE)
        # For the middleware, which puts it on whatever answer there is.
        cast(rates.RatedRequest, request._request).rate = rate
        if rate and not allowed:
            raise Throttled(rate.resets_in, f"This API key may call {rate.limit:,} times a minute.")
        return True


def integration_of(request: Request) -> Integration | None:
    return request.auth.integration if isinstance(request.auth, ApiKey) else None
