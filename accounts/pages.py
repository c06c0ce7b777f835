"""Where people come in, and how the pages look to them."""

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    UnreadablePostError,
)
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import resolve, reverse
from django.views import defaults
from django.views.decorators.http import require_safe
from django_htmx.http import reswap, retarget

from accounts import policy
from accounts.access import AuthenticatedRequest, is_signed_in, signed_in
from accounts.context import THEMES
from accounts.policy import Action
from accounts.sign_in import ABOUT_ONESELF, typed_again, wait_page
from leadportal.web.answers import safe_next
from leadportal.web.posts import post_only

YEAR = 365 * 24 * 3600


@require_safe
@signed_in
def home(request: AuthenticatedRequest) -> HttpResponse:
    return redirect(policy.landing(request.user))


# The sign-in page has the button too.
@login_not_required
@post_only("home")
def theme(request: HttpRequest) -> HttpResponse:
    choice = request.POST.get("theme", "")
    if choice not in THEMES:
        return HttpResponseBadRequest("The theme is light or dark.", content_type="text/plain")
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        "theme", choice, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
    )
    return response


# The longest of the limits in ACCOUNT_RATE_LIMITS, which are about oneself.
WAIT_SECONDS = 300


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    names = policy.listed([person.name for person in policy.grantors()], last="or")
    context: dict[str, Any] = {
        "reason": str(exception),
        "who_can": f"{names} can give you that role." if names else "",
    }
    if is_signed_in(request) and policy.can(request.user, Action.EDIT_PEOPLE):
        # Who gives roles gives them there.
        context["people"] = reverse("people")
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; where a form of ours is about what is gone, with what was typed in it.

    A drawer keeps its form and says so above it; htmx shows no 404, so that is a 409.
    """
    context: dict[str, Any] = {}
    if request.method == "POST" and request.headers.get("HX-Target") == "drawer":
        response = render(request, "partials/drawer_gone.html", status=409)
        return reswap(retarget(response, "#drawer-said"), "outerHTML")
    if request.method == "POST" and request.resolver_match and is_signed_in(request):
        context["was_sent"] = True
        if _is_ours(request):
            context["typed"] = typed_again(request, request.resolver_match.func)
    return render(request, "404.html", context, status=404)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    return wait_page(request, WAIT_SECONDS)


@login_not_required
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret does not fit the cookie: mostly a page from before somebody signed in.

    What one of our own pages sent is shown, to be sent again with the secret that fits now.
    """
    context = {}
    if is_signed_in(request) and _is_ours(request):
        context["typed"] = typed_again(request, resolve(request.path_info).func)
    return render(request, "accounts/stale_form.html", context, status=403)


def _is_ours(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent the form."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or (
        request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    )


# --- what nobody caught ------------------------------------------------------------------------

# The database is back sooner than that, or a row is let go.
RETRY_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database does not answer or a row is held, with what was typed; else 500.

    It asks the database for nothing: not who it is, nor the settings.
    """
    if isinstance(sys.exception(), UnreadablePostError):
        # They hung up while they sent: nobody reads this, and it is no fault of ours.
        return HttpResponseBadRequest("The request ended too early.", content_type="text/plain")
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return defaults.server_error(request)
    if request.headers.get("HX-Request"):
        # The page says so where one looks, and keeps its form (static/js/parts.js).
        response = HttpResponse(status=503)
    else:
        # Not by the request: what every page shows beside would ask.
        page = get_template("503.html").render(_to_send_again(request))
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _to_send_again(request: HttpRequest) -> dict[str, Any]:
    """What one of our own pages sent, but nothing about passwords."""
    theme = request.COOKIES.get("theme", "")
    context = {"request": request, "theme": theme if theme in THEMES else ""}
    view = resolve(request.path_info).func if request.method == "POST" else None
    if view is None or view.__module__.startswith(ABOUT_ONESELF) or not _is_ours(request):
        return context
    typed = typed_again(request, view)
    return context | {"resend": True, "typed": typed, "csrf_token": get_token(request)}
