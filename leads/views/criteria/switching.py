"""Switching a version on: what it does is counted, and whoever confirms the number may."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest, fragment, go, permission_required
from accounts.policy import Action
from funnel import versions
from funnel.models import CriteriaVersion, VersionState
from leads import impact
from leads.forms import SwitchOnForm
from leads.impact import counting
from leads.models import Handoff, ImpactCount
from leads.present import impact as present

# htmx stops polling when it is answered with this.
STOP_POLLING = 286
PROPOSED, SCHEDULED = VersionState.PROPOSED, VersionState.SCHEDULED


def not_a_draft(number: int) -> CriteriaVersion:
    rows = CriteriaVersion.objects.exclude(state=VersionState.DRAFT)
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_switch_on(request: AuthenticatedRequest, number: int) -> HttpResponse:
    version = not_a_draft(number)
    if request.method == "POST":
        return confirmed(request, version, SwitchOnForm(request.POST))
    if version.live_at is not None:
        return redirect("criteria-rescore", number)
    return page(request, version, SwitchOnForm())


def confirmed(
    request: AuthenticatedRequest, version: CriteriaVersion, form: SwitchOnForm
) -> HttpResponse:
    if not form.is_valid():
        return page(request, version, form, status=422)
    typed = form.cleaned_data
    try:
        done = impact.switch_on(
            version,
            ImpactCount.objects.filter(pk=typed["count"]).first(),
            confirmed_sqls=typed["new_sqls"],
            by=request.user,
            when=typed["at"],
        )
    except impact.WrongTime as error:
        form.add_error("at", str(error))
        return page(request, version, form, status=422)
    except versions.VersionError as error:
        return page(request, version, SwitchOnForm(), refusal=str(error), status=409)
    if done.state == VersionState.LIVE:
        return go(request, "criteria-rescore", done.number)
    messages.success(request, f"{done} is scheduled. Until then {versions.live()} judges.")
    return go(request, done)


def page(
    request: AuthenticatedRequest,
    version: CriteriaVersion,
    form: SwitchOnForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; for a poll of htmx its changing part, while the leads are counted."""
    context = {"version": version, "live": versions.live(), "refusal": refusal}
    context |= effect(request, version, form)
    if request.htmx and request.method == "GET":
        part = "leads/partials/criteria_switch_on.html"
        return fragment(request, part, context, 200 if context.get("job") else STOP_POLLING)
    return fragment(request, "leads/criteria_switch_on.html", context, status)


def effect(
    request: AuthenticatedRequest, version: CriteriaVersion, form: SwitchOnForm
) -> dict[str, Any]:
    """What the version does in words, and the form that confirms it; or how far the count is."""
    if version.live_at is not None:
        return {"obstacle": f"{version} is {version.get_state_display().lower()} already."}
    if obstacle := versions.obstacle(version):
        return {"obstacle": obstacle}
    at = timezone.now()
    count = counting.at_hand(version, by=request.user, at=at)
    if count is None:
        return {"leads": counting.leads_to_judge()}
    if count.error:
        return {"obstacle": f"The leads could not be counted. {count.error}", "may_count": True}
    if count.finished_at is None:
        return {"job": present.count_job(count, at)}
    return {
        "form": form,
        # What is scheduled waits already: it can be switched on before its time.
        "may_wait": version.state == PROPOSED,
        "count": count,
        "is_old": count.is_old(at),
        **present.confirmation(count, Handoff.objects.flow(at)),
    }


@require_POST
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_count(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Count anew what the version does, in the background."""
    rows = CriteriaVersion.objects.filter(state__in=(PROPOSED, SCHEDULED))
    counting.start(get_object_or_404(rows, number=number), by=request.user)
    return go(request, "criteria-switch-on", number)
