"""The page of leads that could not be judged, and another try for them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.look.formats import some
from leadportal.web import answers
from leadportal.web.answers import go
from leadportal.web.posts import post_only
from leads.judging import parked
from leads.models import Lead

SHOWN = 100


@require_safe
@permission_required(Action.OPEN_OVERVIEW)
def parked_list(request: AuthenticatedRequest) -> HttpResponse:
    found = parked.parked(Lead.objects.visible_to(request.user))
    context = {
        "leads": list(found[:SHOWN]),
        "count": found.count(),
        "may_replay": policy.can(request.user, Action.REPLAY_LEADS),
    }
    return render(request, "leads/judging/parked.html", context)


@post_only("parked")
@permission_required(Action.REPLAY_LEADS)
def parked_replay(request: AuthenticatedRequest) -> HttpResponse:
    """Let one lead try again, or all."""
    if "all" in request.POST:
        if again := parked.replay_all(by=request.user):
            messages.success(request, f"{some(again, 'lead')} will be judged again.")
        else:
            messages.info(request, "Somebody let them all try again before.")
        return go(request, "parked")
    pk = answers.id_number(request.POST.get("lead", ""))
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk or 0)
    if parked.replay(lead, by=request.user):
        messages.success(request, f"{lead} will be judged again.")
    else:
        messages.info(request, f"Somebody let {lead} try again before.")
    return go(request, "parked")
