"""The rescoring by a version that went live: how far it is, what it moved, what it could not do."""

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import http, policy
from accounts.http import AuthenticatedRequest, fragment, go, permission_required
from accounts.policy import Action
from funnel import versions
from funnel.models import CriteriaVersion, VersionState
from leads import due, impact
from leads.impact import rescoring
from leads.models import Lead
from leads.present import impact as present
from leads.views.criteria.switching import STOP_POLLING

# Parked leads named on the page; more are said to exist.
SHOWN_PARKED = 10


def once_live(number: int) -> CriteriaVersion:
    rows = CriteriaVersion.objects.exclude(live_at=None).select_related("switched_on_by")
    return get_object_or_404(rows, number=number)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_rescore(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The page; for a poll of htmx its changing part, until everybody is judged."""
    version, at = once_live(number), timezone.now()
    found = impact.progress(version, at=at)
    context = {
        "version": version,
        "parked_leads": list(parked(request, version)[:SHOWN_PARKED]) if found.parked else [],
        "may_replay": policy.can(request.user, Action.SWITCH_ON_CRITERIA),
        **present.rescoring(version, versions.live(), found, at),
    }
    if not request.htmx:
        return fragment(request, "leads/criteria_rescore.html", context)
    status = 200 if context["is_running"] else STOP_POLLING
    return fragment(request, "leads/partials/criteria_rescore.html", context, status)


def parked(request: AuthenticatedRequest, version: CriteriaVersion) -> QuerySet[Lead]:
    seen = Lead.objects.visible_to(request.user)
    return rescoring.parked_by(version, seen).order_by("pk")


@require_POST
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_replay(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Let a lead that could not be judged try again."""
    version, pk = once_live(number), http.number(request.POST.get("lead", ""))
    lead = get_object_or_404(parked(request, version), pk=pk or 0)
    due.replay(lead, by=request.user)
    messages.success(request, f"{lead} is judged again.")
    return go(request, "criteria-rescore", number)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_progress(request: AuthenticatedRequest) -> HttpResponse:
    """For the criteria page: a rescoring that goes on, or a switch-on that did not happen."""
    live, at = versions.live(), timezone.now()
    if not request.htmx:
        return redirect("criteria-rescore", live.number)
    found = impact.progress(live, at=at)
    context = {
        "version": live,
        "late": late(at),
        **present.rescoring(live, live, found, at),
    }
    status = 200 if context["is_running"] else STOP_POLLING
    answer = fragment(request, "leads/partials/criteria_progress.html", context, status)
    if "watched" in request.GET and not context["is_running"]:
        answer["HX-Trigger"] = "judged"  # the numbers below are old now
    return answer


def late(at: datetime) -> str:
    """A scheduled version whose time has passed, and why it is not live; empty without one."""
    rows = CriteriaVersion.objects.filter(state=VersionState.SCHEDULED, scheduled_for__lt=at)
    version = rows.first()
    why_not = versions.obstacle(version) if version else ""
    return present.late(version, why_not) if version and why_not else ""
