"""Where people come in, and how the pages look to them."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, is_signed_in, signed_in
from accounts.context import THEMES
from accounts.policy import Action
from accounts.sign_in import typed_again, wait_page
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
