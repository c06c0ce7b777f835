"""What a rep does with a handoff: claim, take the next, log a touch, give back."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.stages import IN_WORK
from leadportal.db import clock
from leadportal.web.answers import came_from, fragment, go, said, walked
from leadportal.web.posts import post_only
from leads.follow_ups.follow_ups import FollowUpRefused
from leads.handoffs import claims, touches, words
from leads.handoffs.forms import ReleaseForm, TouchForm
from leads.models import Handoff
from leads.queue.pages import queue_page


def _visible_or_404(request: AuthenticatedRequest, pk: int) -> Handoff:
    rows = Handoff.objects.visible_to(request.user).select_related("lead", "queue", "claimed_by")
    return get_object_or_404(rows, pk=pk)


@post_only("handoff", "pk")
@permission_required(Action.WORK_HANDOFFS)
def handoff_claim(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _visible_or_404(request, pk)
    try:
        claimed = claims.claim(handoff, request.user)
    except claims.NotClaimable as error:
        return _refused(request, error, handoff)
    return _claimed(request, claimed)


@post_only("queue")
@permission_required(Action.WORK_HANDOFFS)
def handoff_next(request: AuthenticatedRequest) -> HttpResponse:
    try:
        handoff = claims.claim_next(request.user)
    except claims.NotClaimable as error:
        return _refused(request, error)
    if handoff is None:
        messages.info(request, "Nothing waits in your queues.")
        return go(request, "queue")
    return _claimed(request, handoff)


def _claimed(request: AuthenticatedRequest, handoff: Handoff) -> HttpResponse:
    """On to the lead; the toast takes the claim back."""
    said(request, words.claimed(handoff), undo=reverse("handoff-undo", args=[handoff.pk]))
    here = urlsplit(came_from(request, ""))
    if here.path != reverse("queue"):
        return go(request, handoff)
    # The page of the lead leads on along the list as it was narrowed.
    return go(request, f"{handoff.get_absolute_url()}?from=queue&{here.query}".removesuffix("&"))


def _refused(
    request: AuthenticatedRequest, error: claims.NotClaimable, handoff: Handoff | None = None
) -> HttpResponse:
    """409 with who was faster: in place of the row, or on top of the queue without a script."""
    told = words.refusal(error, clock.now())
    if not request.htmx:
        return queue_page(request, refusal=told, status=409)
    if isinstance(error, claims.AlreadyClaimed | claims.NotOpen):
        context = {"handoff": handoff, "refusal": told}
        return fragment(request, "leads/queue/partials/row_gone.html", context, status=409)
    messages.error(request, told)
    return reswap(fragment(request, "partials/toasts.html", {"oob": True}, status=409), "none")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.WORK_HANDOFFS)
def handoff_touch(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _visible_or_404(request, pk)
    mine = handoff.lead.owner_id == request.user.pk and handoff.lead.stage in IN_WORK
    form = TouchForm(
        request.POST or None,
        earliest=handoff.opened_at,
        plans_for=handoff.lead if mine else None,
    )
    if form.is_valid() and _touched(request, handoff, form):
        return go(request, handoff)
    return _drawer(
        request,
        "touch",
        handoff,
        form,
        "Log touch" if handoff.first_touch_at else "Log first touch",
    )


def _touched(request: AuthenticatedRequest, handoff: Handoff, form: TouchForm) -> bool:
    typed = form.cleaned_data
    first = handoff.first_touch_at is None
    try:
        touch = touches.log_touch(
            handoff,
            request.user,
            channel=typed["channel"],
            result=typed["result"],
            note=typed["note"],
            touched_at=typed["at"],
            next_try=typed.get("next_try"),
        )
    except touches.TouchRefused as error:
        form.add_error("at" if typed["at"] else None, str(error))
        return False
    except FollowUpRefused as error:
        form.add_error("next_try", str(error))
        return False
    messages.success(request, words.touched(handoff, touch, first=first))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.WORK_HANDOFFS)
def handoff_release(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _visible_or_404(request, pk)
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        try:
            claims.release(handoff, request.user, reason=form.cleaned_data["reason"])
        except claims.ReleaseRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{handoff.lead} is back in the queue. Its clock went on.")
            return go(request, onwards(request, handoff.lead_id))
    return _drawer(request, "release", handoff, form, "Give back to the queue")


def onwards(request: AuthenticatedRequest, lead_id: int) -> str:
    """From a lead that left one's hands to the next of the list one walks, or else the queue."""
    way = walked(request)
    return f"{reverse('lead-next', args=[lead_id])}?{way}" if way else reverse("queue")


def _drawer(
    request: AuthenticatedRequest, name: str, handoff: Handoff, form: Any, title: str
) -> HttpResponse:
    """The form beside the lead, or as a page of its own without a script."""
    status = 422 if form.errors else 200
    context = {"handoff": handoff, "form": form, "drawer_title": title}
    return fragment(request, f"leads/handoffs/{name}.html", context, status=status)
