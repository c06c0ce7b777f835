"""Next and previous, by the list that the address names."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leads.models import Lead
from leads.walks.filters import carried, led_on, walk_of


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_beside(request: AuthenticatedRequest, pk: int, way: str) -> HttpResponse:
    """The next or the previous lead of the list one came from; at its end, the list."""
    lead = get_object_or_404(
        Lead.objects.visible_to(request.user).select_related("judgement"), pk=pk
    )
    walk = walk_of(request.GET)
    if walk is None:
        return redirect(lead)
    beside = walk.beside(request.user, request.GET, lead, way == "previous")
    if beside is not None:
        url = reverse("lead", args=[beside.lead])
        return redirect(f"{url}?{led_on(request.GET, beside)}")
    messages.info(request, f"That was the {'first' if way == 'previous' else 'last'} of the list.")
    return redirect(f"{reverse(walk.url_name)}?{carried(request.GET)}".removesuffix("?"))
