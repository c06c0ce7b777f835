"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts import policy
from accounts.models import Portal, User
from accounts.policy import Action
from accounts.roles import Role

View = Callable[..., HttpResponse]
GetResponse = Callable[[HttpRequest], HttpResponse]


# More than any id has; Python refuses to read numbers of some thousand digits.
MOST_DIGITS = 18


def number(text: str) -> int | None:
    """The number of a thing as an address or a form carries it; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


class AuthenticatedRequest(HttpRequest):
    """The request of a view behind one of the decorators below: somebody is signed in."""

    user: User
    portal: Portal
    htmx: HtmxDetails


# --- who may open a page -----------------------------------------------------------------------


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


# --- answers -----------------------------------------------------------------------------------


def fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A part of a page for htmx. Caches must not give it to a browser that wants the page."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def go(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect the whole browser, also when htmx asked for a part."""
    url = resolve_url(to, *args, **kwargs)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where the form or link wants to go next, if that is one of our own pages."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if url and ours else default


# --- middleware --------------------------------------------------------------------------------


class SignInMiddleware(LoginRequiredMiddleware):
    """Every view wants somebody signed in, but those marked `login_not_required`."""

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponse:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        # A part of a page cannot show the sign-in form, so the whole page goes there.
        back = urlencode({"next": request.htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{back}")


class VisitMiddleware:
    """A visit lasts 12 hours from the sign-in, and an admin's ends after 30 idle minutes."""

    # How often an admin's visit is noted, so that not every request writes a session.
    NOTED_EVERY = timedelta(minutes=1)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            if ended := self.ended(request, now):
                logout(request)
                messages.info(request, ended)
            else:
                self.note(request, now)
        return self.get_response(request)

    def ended(self, request: AuthenticatedRequest, now: datetime) -> str:
        """Why this visit is over; empty while it is not."""
        began, seen = _moment(request, "began_at"), _moment(request, "seen_at")
        if began and now - began > timedelta(seconds=settings.SESSION_COOKIE_AGE):
            return "You were signed out, 12 hours after you signed in."
        idle = timedelta(seconds=settings.ADMIN_IDLE_SECONDS)
        if request.user.has_role(Role.ADMIN) and seen and now - seen > idle:
            return "You were signed out after 30 minutes without a click, because you are an admin."
        return ""

    def note(self, request: AuthenticatedRequest, now: datetime) -> None:
        if "began_at" not in request.session:
            request.session["began_at"] = now.timestamp()
        seen = _moment(request, "seen_at")
        if request.user.has_role(Role.ADMIN) and (not seen or now - seen > self.NOTED_EVERY):
            request.session["seen_at"] = now.timestamp()


def _moment(request: HttpRequest, name: str) -> datetime | None:
    stamp = request.session.get(name)
    return datetime.fromtimestamp(stamp, tz=timezone.get_default_timezone()) if stamp else None


class ZoneMiddleware:
    """Show times in the zone of the person, else of the company."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.portal = SimpleLazyObject(Portal.load)  # one query a request, if anybody asks
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zone_named(request.user.zone or request.portal.zone)):
            return self.get_response(request)


def zone_named(name: str) -> ZoneInfo:
    """UTC where this machine does not know the name: the page that corrects it must open."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class NoStoreMiddleware:
    """Pages hold people's data: no cache keeps them, unless the view said otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response
