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
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.db.paging import Order, read_moment

NEWEST = Order("at", read_moment, descending=True)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.OPEN_SETTINGS)
def settings_page(request: AuthenticatedRequest) -> HttpResponse:
    made: dict[str, Any] = {"instance": Portal.load(), "user": request.user}
    form, status = SettingsForm(request.POST or None, **made), 200
    if request.method == "POST":
        # Whoever may change anything may change the promises.
        policy.require(request.user, Action.EDIT_PROMISES)
        if form.is_valid():
            try:
                wanted, read = form.instance, form.read()
                changed = portal.change(wanted, form.fields, by=request.user, read=read)
            except ChangedMeanwhile as meanwhile:
                made["instance"] = Portal.load()
                form, status = form.against(meanwhile, by=_who_saved(meanwhile), **made), 409
            else:
                messages.success(request, "Saved." if changed else "Nothing was changed.")
                return redirect("settings")
    status = 422 if form.errors else status
    context = {"form": form} | _history(request)
    return render(request, "accounts/portal/settings.html", context, status=status)


def _who_saved(meanwhile: ChangedMeanwhile) -> str:
    last = SettingChange.objects.filter(setting__in=meanwhile.names).select_related("person")[:1]
    return last[0].person.name if last else "Somebody"


def _history(request: AuthenticatedRequest) -> dict[str, Any]:
    """Who changed what, a page at a time."""
    page = paging.page(SettingChange.objects.select_related("person"), NEWEST, request.GET)
    return {
        "changes": words.changes(page.rows),
        "newer": f"{page.newer}#changes" if page.newer else "",
        "older": f"{page.older}#changes" if page.older else "",
    }
