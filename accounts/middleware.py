"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from accounts.access import AuthenticatedRequest, PortalRequest, View, is_signed_in
from accounts.models import Portal
from accounts.roles import Role
from accounts.sign_in import typed_again
from leadportal.db import clock
from leadportal.web.answers import GetResponse, HtmxRequest, came_from


class SignInMiddleware(LoginRequiredMiddleware):
    """Every view wants somebody signed in, but those marked `login_not_required`."""

    # The stub allows no answer but a plain redirect; Django hands on whatever this returns.
    def handle_no_permission(  # type: ignore[override]
        self, request: HtmxRequest, view_func: View
    ) -> HttpResponse:
        sign_in = resolve_url(settings.LOGIN_URL)
        if request.htmx:
            # A part of a page cannot show the sign-in form. The page says so, and keeps what is
            # typed on it (static/js/live.js).
            return HttpResponse(status=401, headers={"Sign-In": sign_in})
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        back = urlencode({"next": came_from(request, request.path)})
        if typed := typed_again(request, view_func):
            context = {"typed": typed, "sign_in": f"{sign_in}?{back}"}
            return render(request, "accounts/signed_out.html", context, status=401)
        return redirect(f"{sign_in}?{back}")


class VisitMiddleware:
    """A visit lasts 12 hours from the sign-in, and an admin's ends after 30 idle minutes."""

    # How often an admin's visit is noted, so that not every request writes a session.
    NOTED_EVERY = timedelta(minutes=1)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_signed_in(request):
            now = clock.now()
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

    def __call__(self, request: PortalRequest) -> HttpResponse:
        # One query a request, if anybody asks.
        request.portal = cast(Portal, SimpleLazyObject(Portal.load))
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
