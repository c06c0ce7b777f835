"""The search: a page for everybody, and the list of the palette for whoever pressed its key."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.web.answers import fragment
from leads.companies import reading
from leads.search import finding
from leads.search.commands import commands
from leads.search.recent import recent

# The palette is read at a glance; the page is read.
IN_PALETTE, ON_PAGE = 7, 25
COMPANIES = 5


@require_safe
@permission_required(Action.OPEN_LEADS)
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Leads first, then commands; without words those one looked at last, and every command."""
    words = request.GET.get("q", "").strip()
    most = IN_PALETTE if request.htmx else ON_PAGE
    context = {"words": words, **_leads(request, words, most)}
    context["commands"] = commands(request.user, words)
    template = "partials/options.html" if request.htmx else "search.html"
    return fragment(request, f"leads/search/{template}", context)


def _leads(request: AuthenticatedRequest, words: str, most: int) -> dict[str, Any]:
    if not words:
        return {"leads": finding.in_order(request.user, recent(request.session)), "masked": []}
    found = finding.find(request.user, words, most=most + 1)
    return {
        "companies": reading.found(request.user, words).order_by("name")[:COMPANIES],
        "leads": found[:most],
        "has_more": len(found) > most,
        "masked": finding.masked(request.user, words),
    }
