"""What people say against the machine: a stage, some points, disqualified or not."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.stages import MoveNotAllowed
from leadportal.web.answers import fragment, go
from leadportal.web.posts import post_only
from leads.by_hand import disqualifying, points, stages, terms
from leads.by_hand import words as present
from leads.by_hand.forms import AdjustmentForm, OverrideForm, ReasonForm
from leads.models import Adjustment, Lead

REFUSED = (terms.OverrideRefused, MoveNotAllowed)
FORM_METHODS = ["GET", "HEAD", "POST"]


def _visible_or_404(request: AuthenticatedRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


@require_http_methods(FORM_METHODS)
@permission_required(Action.MOVE_BY_HAND)
def lead_override(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    days = request.portal.override_days
    form = OverrideForm(request.POST or None, lead=lead, person=request.user, days=days)
    if form.is_valid() and _done(request, form, stages.override, lead):
        messages.success(request, present.moved(lead, form.cleaned_data["to"]))
        return go(request, lead)
    return _drawer(request, lead, form, present.MOVE)


@require_http_methods(FORM_METHODS)
@permission_required(Action.ADJUST_SCORES)
def lead_adjust(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    form = AdjustmentForm(request.POST or None, days=request.portal.override_days)
    if form.is_valid() and _done(request, form, points.adjust, lead):
        messages.success(request, "Adjusted. The new score is here within seconds.")
        return go(request, lead)
    return _drawer(request, lead, form, present.ADJUST)


@require_http_methods(FORM_METHODS)
@permission_required(Action.DISQUALIFY)
def lead_disqualify(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and _done(request, form, disqualifying.disqualify, lead):
        messages.success(request, f"{lead} is disqualified.")
        return go(request, lead)
    return _drawer(request, lead, form, present.DISQUALIFY)


@require_http_methods(FORM_METHODS)
@permission_required(Action.DISQUALIFY)
def lead_readmit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and _done(request, form, disqualifying.readmit, lead):
        messages.success(request, f"{lead} is readmitted. The criteria judge it within seconds.")
        return go(request, lead)
    return _drawer(request, lead, form, present.READMIT)


def _done(
    request: AuthenticatedRequest, form: Any, verb: Callable[..., object], lead: Lead
) -> bool:
    """Whether the domain did what was typed; if not, the form says why."""
    try:
        verb(lead, request.user, **form.cleaned_data)
    except REFUSED as error:
        form.add_error(None, str(error))
        return False
    return True


def _drawer(
    request: AuthenticatedRequest, lead: Lead, form: Any, words: present.Words
) -> HttpResponse:
    """The form beside the lead, or as a page of its own without a script."""
    context = {
        "lead": lead,
        "form": form,
        "verb": words.verb,
        "says": words.says(lead),
        "drawer_title": words.title,
    }
    status = 422 if form.errors else 200
    return fragment(request, "leads/by_hand/by_hand.html", context, status=status)


@post_only("lead", "pk")
@permission_required(Action.MOVE_BY_HAND)
def override_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    return _ended(request, lead, stages.end_override, lead)


@post_only("lead", "pk")
@permission_required(Action.ADJUST_SCORES)
def adjustment_end(request: AuthenticatedRequest, pk: int, adjustment: int) -> HttpResponse:
    lead = _visible_or_404(request, pk)
    row = get_object_or_404(Adjustment, lead=lead, pk=adjustment)
    return _ended(request, lead, points.end, row)


def _ended(
    request: AuthenticatedRequest, lead: Lead, verb: Callable[..., bool], what: Any
) -> HttpResponse:
    try:
        was_in_force = verb(what, request.user)
    except REFUSED as error:
        raise PermissionDenied(str(error)) from error
    if was_in_force:
        messages.success(request, "Ended. The criteria judge it again within seconds.")
    else:
        messages.info(request, "It was over already. Nothing was changed.")
    return go(request, lead)
