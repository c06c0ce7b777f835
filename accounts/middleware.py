"""What every page needs of HTTP: who may open it, where to go next, and how long a visit lasts."""

from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import AuthenticatedRequest, PortalRequest, View, is_signed_in
from accounts.models import Portal
from accounts.roles import Role
from leadportal.web.answers import GetResponse, HtmxRequest


class SignInMiddleware(LoginRequiredMiddleware):
    """Every view wants somebody signed in, but those marked `login_not_required`."""

    # The stub allows no answer but a plain redirect; Django hands on whatever this returns.
    def handle_no_permission(  # type: ignore[override]
        self, request: HtmxRequest, view_func: View
    ) -> HttpResponse:
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
        if is_signed_in(request):
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
