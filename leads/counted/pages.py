"""The list behind a number, so that nobody has to believe it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock, paging
from leadportal.db.paging import Order, read_moment
from leadportal.db.shown import all_but
from leads.counted import counted
from leads.counted.counted import Asked
from leads.models import Company, Lead

NEWEST = Order("opened_at", read_moment, descending=True)
_CALLED = ("first_name", "last_name", "email", "phone")
_NOT_SHOWN = (
    "reasons",
    "note",
    *all_but(Lead, *_CALLED, "job_title", "stage", via="lead__"),
    *all_but(Company, "name", via="lead__company__"),
    *all_but(User, "name", "email", via="claimed_by__"),
)


@require_safe
@permission_required(Action.OPEN_QUALITY)
def handoff_list(request: AuthenticatedRequest) -> HttpResponse:
    """What one number counts, the newest first."""
    try:
        asked = Asked.read(request.GET, clock.now(), request.portal.zone)
        of = counted.names(asked)
    except KeyError as unknown:
        raise Http404(str(unknown)) from None
    rows = counted.handoffs(asked, request.user)
    shown = rows.select_related("lead__company", "reason", "claimed_by").defer(*_NOT_SHOWN)
    context = {
        "title": ": ".join([asked.metric.label, *of]),
        "formula": asked.metric.formula,
        "page": paging.page(shown, NEWEST, request.GET),
        **_head(asked, paging.count_up_to(rows)),
    }
    return render(request, "leads/counted/counted.html", context)


def _head(asked: Asked, total: int) -> dict[str, Any]:
    """How many there are, of when, and the page of numbers that leads here."""
    leads = f"{paging.count_label(total)} {'lead' if total == 1 else 'leads'}"
    url = reverse("quality")
    if asked.window is None:
        when = "handed over so far" if asked.of.get("version") else "now"
        return {"told": f"{leads} {when}", "back": url}
    told = f"{leads} handed over {asked.window.days_text}"
    return {"told": told, "back": f"{url}?period={asked.period.span.key}"}
