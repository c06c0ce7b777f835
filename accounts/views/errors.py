"""Pages that say no, and who or what can help."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import policy

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
