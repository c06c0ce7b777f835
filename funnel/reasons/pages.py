"""The settings page of the reasons for rejecting."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.models import Reason
from funnel.reasons import reasons
from funnel.reasons.forms import ReasonForm
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.web.answers import fragment, go, refused
from leadportal.web.posts import post_only

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def reason_list(request: AuthenticatedRequest) -> HttpResponse:
    rows = list(Reason.objects.all())
    context = {
        "reasons": [row for row in rows if row.is_active],
        "retired": [row for row in rows if not row.is_active],
        "may_edit": policy.can(request.user, Action.EDIT_REASONS),
    }
    return render(request, "funnel/reasons/reasons.html", context)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_REASONS)
def reason_new(request: AuthenticatedRequest) -> HttpResponse:
    form = ReasonForm(request.POST or None)

    def say() -> str:
        return f"“{reasons.add(request.user, **form.cleaned_data)}” is in the list."

    return _step(request, form, say, drawer_title="New reason", verb="Add reason")


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_REASONS)
def reason_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    reason = get_object_or_404(Reason, pk=pk)
    now = {name: getattr(reason, name) for name in reasons.FIELDS}
    form = ReasonForm(request.POST or None, initial=now)

    def say() -> str:
        saved = reasons.change(reason, request.user, read=form.read(), **form.cleaned_data)
        return f"“{saved}” is saved."

    return _step(request, form, say, drawer_title="Edit reason", verb="Save", reason=reason)


def _step(
    request: AuthenticatedRequest, form: ReasonForm, say: Callable[[], str], **context: Any
) -> HttpResponse:
    """Do what was typed; else the form, and what is wrong or changed meanwhile."""
    status = 200
    if form.is_valid():
        try:
            messages.success(request, say())
        except reasons.ReasonRefused as error:
            form.add_error("label", str(error))
        except ChangedMeanwhile as meanwhile:
            by = reasons.who_saved(context["reason"])
            form, status = form.against(meanwhile, by=by), 409
        else:
            return go(request, "reasons")
    status = 422 if form.errors else status
    return fragment(request, "funnel/reasons/reason.html", {"form": form, **context}, status=status)


@post_only("reasons")
@permission_required(Action.EDIT_REASONS)
def reason_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    way = reasons.UP if request.POST.get("way") == reasons.UP else reasons.DOWN
    reasons.move(get_object_or_404(Reason, pk=pk), request.user, way)
    return go(request, "reasons")


@post_only("reasons")
@permission_required(Action.EDIT_REASONS)
def reason_retire(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, reasons.retire, "“{}” is offered no more. Who has it keeps it.")


@post_only("reasons")
@permission_required(Action.EDIT_REASONS)
def reason_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, reasons.bring_back, "“{}” is offered again.")


@post_only("reasons")
@permission_required(Action.EDIT_REASONS)
def reason_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _act(request, pk, reasons.delete, "“{}” is deleted.")


def _act(
    request: AuthenticatedRequest, pk: int, verb: Callable[..., object], done: str
) -> HttpResponse:
    reason = get_object_or_404(Reason, pk=pk)
    try:
        verb(reason, request.user)
    except reasons.ReasonRefused as error:
        return refused(request, "Nothing was changed", str(error), "reasons")
    messages.success(request, done.format(reason.label))
    return go(request, "reasons")
