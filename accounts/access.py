"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeGuard

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.roles import Role
from leadportal.web.answers import HtmxRequest

View = Callable[..., HttpResponse]


class PortalRequest(HtmxRequest):
    """A request that has passed our middleware: it knows the settings of the company."""

    portal: Portal


class AuthenticatedRequest(PortalRequest):
    """The request of a view behind one of the decorators below: somebody is signed in."""

    user: User


def is_signed_in(request: HttpRequest) -> TypeGuard[AuthenticatedRequest]:
    return request.user.is_authenticated


def signed_in(view: View) -> View:
    """A page for everybody who is signed in, whatever their role."""
    return _guarded(view, frozenset(Role), "do this")


def permission_required(action: Action) -> Callable[[View], View]:
    """A page for those whom the table allows the action; others get a 403 naming who can help."""
    return lambda view: _guarded(view, policy.ALLOWED[action], action)


def _guarded(view: View, roles: frozenset[Role], phrase: str) -> View:
    @wraps(view)
    def guarded(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Nobody signed in never comes here: SignInMiddleware asked them to sign in.
        if not request.user.has_role(*roles):
            raise policy.NotAllowed(policy.only(roles, phrase))
        return view(request, *args, **kwargs)

    # Read by: the test that walks all URLs and fails on a view without a policy.
    guarded.roles = roles  # type: ignore[attr-defined]
    return guarded


def recent_sign_in_required(view: View) -> View:
    """A step that counts as a signature: whoever signed in longer ago proves again who they are.

    django-allauth keeps the POST, asks for the password, and then does what was asked.
    """

    @wraps(view)
    def guarded(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proofs = get_authentication_records(request, request.user)
        last = max((proof["at"] for proof in proofs), default=0)
        if time.time() - last > settings.RECENT_SIGN_IN_SECONDS:
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
