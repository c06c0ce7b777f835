"""Where people come in, and how the pages look to them."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, signed_in
from accounts.context import THEMES
from leadportal.web.answers import safe_next

YEAR = 365 * 24 * 3600


@require_safe
@signed_in
def home(request: AuthenticatedRequest) -> HttpResponse:
    return redirect(policy.landing(request.user))


# The sign-in page has the button too.
@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    choice = request.POST.get("theme", "")
    if choice not in THEMES:
        return HttpResponseBadRequest("The theme is light or dark.", content_type="text/plain")
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        "theme", choice, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
    )
    return response


# The longest of the limits in ACCOUNT_RATE_LIMITS.
WAIT_SECONDS = 300


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    names = policy.listed([person.name for person in policy.grantors()], last="or")
    context = {
        "reason": str(exception),
        "who_can": f"{names} can give you that role." if names else "",
    }
    return render(request, "403.html", context, status=403)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(WAIT_SECONDS)
    return response


@login_not_required
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret does not fit the cookie: mostly a page from before somebody signed in."""
    return render(request, "accounts/stale_form.html", status=403)
