"""Where people come in, and how the pages look to them."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts import policy
from accounts.context import THEMES
from accounts.http import AuthenticatedRequest, safe_next, signed_in

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
