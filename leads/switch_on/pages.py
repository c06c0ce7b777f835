"""The rescoring by a version that went live: how far it is, what it moved, what it could not do."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import current, states, switching
from leadportal.db import clock
from leadportal.web import answers
from leadportal.web.answers import fragment, go
from leadportal.web.posts import post_only
from leads.impact import counting
from leads.judging import parked
from leads.models import Handoff, ImpactCount, Lead
from leads.switch_on import confirmation, rescoring, words
from leads.switch_on.forms import SwitchOnForm

# Parked leads named on the page; more are said to exist.
SHOWN_PARKED = 10


def _once_live(number: int) -> CriteriaVersion:
    rows = CriteriaVersion.objects.exclude(live_at=None).select_related("switched_on_by")
    return get_object_or_404(rows, number=number)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_rescore(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The page; for a poll of htmx its changing part, until everybody is judged."""
    version, at = _once_live(number), clock.now()
    found = rescoring.progress(version, at=at)
    context = {
        "version": version,
        "parked_leads": list(_parked(request, version)[:SHOWN_PARKED]) if found.parked else [],
        "may_replay": policy.can(request.user, Action.REPLAY_LEADS),
        **words.rescoring(version, current.live(), found, at),
    }
    if not request.htmx:
        return fragment(request, "leads/switch_on/rescore.html", context)
    status = 200 if context["is_running"] else STOP_POLLING
    return fragment(request, "leads/switch_on/partials/rescore.html", context, status)


def _parked(request: AuthenticatedRequest, version: CriteriaVersion) -> QuerySet[Lead]:
    seen = Lead.objects.visible_to(request.user)
    return rescoring.parked_by(version, seen).order_by("pk")


@post_only("criteria-rescore", "number")
@permission_required(Action.REPLAY_LEADS)
def criteria_replay(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Let a lead that could not be judged try again."""
    version, pk = _once_live(number), answers.id_number(request.POST.get("lead", ""))
    lead = get_object_or_404(_parked(request, version), pk=pk or 0)
    parked.replay(lead, by=request.user)
    messages.success(request, f"{lead} is judged again.")
    return go(request, "criteria-rescore", number)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_progress(request: AuthenticatedRequest) -> HttpResponse:
    """For the criteria page: a rescoring that goes on, or a switch-on that did not happen."""
    live, at = current.live(), clock.now()
    if not request.htmx:
        return redirect("criteria-rescore", live.number)
    found = rescoring.progress(live, at=at)
    context = {
        "version": live,
        "late": _late(at),
        **words.rescoring(live, live, found, at),
    }
    status = 200 if context["is_running"] else STOP_POLLING
    answer = fragment(request, "leads/switch_on/partials/progress.html", context, status)
    if "watched" in request.GET and not context["is_running"]:
        answer["HX-Trigger"] = "judged"  # the numbers below are old now
    return answer


def _late(at: datetime) -> str:
    """A scheduled version whose time has passed, and why it is not live; empty without one."""
    rows = CriteriaVersion.objects.filter(state=VersionState.SCHEDULED, scheduled_for__lt=at)
    version = rows.first()
    why_not = switching.obstacle(version) if version else ""
    return words.late(version, why_not) if version and why_not else ""


# htmx stops polling when it is answered with this.
STOP_POLLING = 286
PROPOSED, SCHEDULED = VersionState.PROPOSED, VersionState.SCHEDULED


def _not_a_draft(number: int) -> CriteriaVersion:
    rows = CriteriaVersion.objects.exclude(state=VersionState.DRAFT)
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_switch_on(request: AuthenticatedRequest, number: int) -> HttpResponse:
    version = _not_a_draft(number)
    if request.method == "POST":
        return _confirmed(request, version, SwitchOnForm(request.POST))
    if version.live_at is not None:
        return redirect("criteria-rescore", number)
    return _page(request, version, SwitchOnForm())


def _confirmed(
    request: AuthenticatedRequest, version: CriteriaVersion, form: SwitchOnForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, version, form, status=422)
    typed = form.cleaned_data
    try:
        done = confirmation.switch_on_confirmed(
            version,
            ImpactCount.objects.filter(pk=typed["count"]).first(),
            confirmed_sqls=typed["new_sqls"],
            by=request.user,
            when=typed["at"],
        )
    except confirmation.WrongTime as error:
        form.add_error("at", str(error))
        return _page(request, version, form, status=422)
    except states.VersionError as error:
        return _page(request, version, SwitchOnForm(), refusal=str(error), status=409)
    if done.state == VersionState.LIVE:
        return go(request, "criteria-rescore", done.number)
    messages.success(request, f"{done} is scheduled. Until then {current.live()} judges.")
    return go(request, done)


def _page(
    request: AuthenticatedRequest,
    version: CriteriaVersion,
    form: SwitchOnForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; for a poll of htmx its changing part, while the leads are counted."""
    context = {"version": version, "live": current.live(), "refusal": refusal}
    context |= _effect(request, version, form)
    if request.htmx and request.method == "GET":
        part = "leads/switch_on/partials/switch_on.html"
        return fragment(request, part, context, 200 if context.get("job") else STOP_POLLING)
    return fragment(request, "leads/switch_on/switch_on.html", context, status)


def _effect(
    request: AuthenticatedRequest, version: CriteriaVersion, form: SwitchOnForm
) -> dict[str, Any]:
    """What the version does in words, and the form that confirms it; or how far the count is."""
    if version.live_at is not None:
        return {"obstacle": f"{version} is {version.get_state_display().lower()} already."}
    if obstacle := switching.obstacle(version):
        return {"obstacle": obstacle}
    at = clock.now()
    count = counting.at_hand(version, by=request.user, at=at)
    if count is None:
        return {"leads": counting.leads_to_judge()}
    if count.error:
        return {"obstacle": f"The leads could not be counted. {count.error}", "may_count": True}
    if count.finished_at is None:
        return {"job": words.count_job(count, at)}
    return {
        "form": form,
        # What is scheduled waits already: it can be switched on before its time.
        "may_wait": version.state == PROPOSED,
        "count": count,
        "is_old": count.is_old(at),
        **words.confirmation(count, Handoff.objects.flow(at)),
    }


@post_only("criteria-switch-on", "number")
@permission_required(Action.SWITCH_ON_CRITERIA)
def criteria_count(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Count anew what the version does, in the background."""
    rows = CriteriaVersion.objects.filter(state__in=(PROPOSED, SCHEDULED))
    counting.start_count(get_object_or_404(rows, number=number), by=request.user)
    return go(request, "criteria-switch-on", number)
