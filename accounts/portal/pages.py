"""The settings page, with who changed what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import Portal, SettingChange
from accounts.policy import Action
from accounts.portal import portal, words
from accounts.portal.forms import SettingsForm
from leadportal.db import paging
from leadportal.db.paging import Order, read_moment

NEWEST = Order("at", read_moment, descending=True)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.OPEN_SETTINGS)
def settings_page(request: AuthenticatedRequest) -> HttpResponse:
    row = Portal.load()
    form = SettingsForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST":
        # Whoever may change anything may change the promises.
        policy.require(request.user, Action.EDIT_PROMISES)
        if form.is_valid():
            portal.change(form.instance, form.changed(), by=request.user)
            messages.success(request, "Saved." if form.has_changed() else "Nothing was changed.")
            return redirect("settings")
    status = 422 if form.errors else 200
    context = {"form": form} | _history(request)
    return render(request, "accounts/portal/settings.html", context, status=status)


def _history(request: AuthenticatedRequest) -> dict[str, Any]:
    """Who changed what, a page at a time."""
    page = paging.page(SettingChange.objects.select_related("person"), NEWEST, request.GET)
    return {
        "changes": words.changes(page.rows),
        "newer": f"{page.newer}#changes" if page.newer else "",
        "older": f"{page.older}#changes" if page.older else "",
    }
