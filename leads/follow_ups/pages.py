"""What a rep planned: by day, done, put off; and planning it from the lead."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.shown import all_but
from leadportal.web.answers import fragment, go, refused
from leads.follow_ups import follow_ups, words
from leads.follow_ups.follow_ups import FollowUpRefused
from leads.follow_ups.forms import FollowUpForm, SnoozeForm
from leads.models import Company, FollowUp, Lead

FORM_METHODS = ["GET", "HEAD", "POST"]
# More than anybody plans; what lies behind shows as the days go by.
SHOWN = 100
_CALLED = ("first_name", "last_name", "email", "phone")
# What no row shows; to read it takes longer than what is shown.
_NOT_SHOWN = (
    *all_but(Lead, *_CALLED, "job_title", "city", "country", "stage", "consent", via="lead__"),
    *all_but(Company, "name", via="lead__company__"),
)


@require_safe
@permission_required(Action.WORK_HANDOFFS)
def follow_up_list(request: AuthenticatedRequest) -> HttpResponse:
    now = clock.now()
    rows = follow_ups.of_person(request.user).select_related("lead__company", "handoff")
    shown = list(rows.defer(*_NOT_SHOWN)[: SHOWN + 1])
    context = {
        "now": now,
        "days": words.days(shown[:SHOWN], now),
        "nothing": words.nothing_due(shown, now),
        "more": len(shown) > SHOWN,
    }
    return render(request, "leads/follow_ups/follow_ups.html", context)


def _own_or_404(request: AuthenticatedRequest, pk: int) -> FollowUp:
    """One's own: what others planned is theirs to change, whoever sees it."""
    own = FollowUp.objects.filter(owner=request.user).select_related("lead__company")
    return get_object_or_404(own, pk=pk)


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def follow_up_done(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = _own_or_404(request, pk)
    if request.method != "POST":
        return redirect("follow-ups")
    try:
        follow_ups.done(found, request.user)
    except FollowUpRefused as error:
        return refused(request, str(error), "Nothing was changed.", "follow-ups")
    messages.success(request, f"Done: {found.lead}.")
    return go(request, "follow-ups")


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def follow_up_snooze(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = _own_or_404(request, pk)
    form = SnoozeForm(request.POST or None, lead=found.lead)
    if form.is_valid():
        try:
            put_off = follow_ups.snooze(found, request.user, due_at=form.cleaned_data["until"])
        except FollowUpRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, words.planned(put_off))
            return go(request, "follow-ups")
    return _drawer(request, "snooze", found.lead, form, "Put off")


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def lead_follow_up(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Plan the next try with a lead, or move the one that is planned."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    open_one = FollowUp.objects.open().filter(lead=lead, owner=request.user).first()
    form = FollowUpForm(request.POST or None, lead=lead, planned=open_one)
    if form.is_valid():
        due_at, note = form.due(), form.cleaned_data["note"]
        assert due_at is not None
        try:
            planned = follow_ups.plan(lead, request.user, due_at=due_at, note=note)
        except FollowUpRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, words.planned(planned))
            return go(request, lead)
    title = "Move the follow-up" if open_one else "Plan a follow-up"
    return _drawer(request, "plan", lead, form, title)


def _drawer(
    request: AuthenticatedRequest,
    name: str,
    lead: Lead,
    form: FollowUpForm | SnoozeForm,
    title: str,
) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"lead": lead, "form": form, "drawer_title": title}
    return fragment(request, f"leads/follow_ups/{name}.html", context, status=status)
