"""BANT row by row, the drawers of accept, reject, won and lost, and what is undone at once."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.stages import MoveNotAllowed, Stage
from leadportal.db import clock
from leadportal.look import formats
from leadportal.web import answers
from leadportal.web.answers import fragment, go, page_of, refused, walked
from leadportal.web.posts import post_only
from leads.handoffs import bant, undoing, verdicts
from leads.handoffs.pages import onwards
from leads.models import Handoff, Lead
from leads.verdicts import offering
from leads.verdicts import words as present
from leads.verdicts.forms import AcceptForm, BantForm, LostForm, RejectForm, WonForm

FORM_METHODS = ["GET", "HEAD", "POST"]
REFUSED = (verdicts.VerdictRefused, MoveNotAllowed, bant.BantRefused)


def _handoff_or_404(request: AuthenticatedRequest, pk: int) -> Handoff:
    rows = Handoff.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("lead", "queue", "claimed_by"), pk=pk)


def _lead_or_404(request: AuthenticatedRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def _posted(request: AuthenticatedRequest) -> Any:
    return request.POST if request.method == "POST" else None


def said(request: AuthenticatedRequest, text: str, handoff: Handoff) -> None:
    """Say what was done, with a button that takes it back."""
    undo, way = reverse("handoff-undo", args=[handoff.pk]), walked(request)
    answers.said(request, text, undo=f"{undo}?{way}".removesuffix("?"))


# --- BANT ----------------------------------------------------------------------------------------


@post_only("lead", "pk")
@permission_required(Action.WORK_HANDOFFS)
def lead_bant(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Save one row. With a script the page keeps its place; without, it comes back to the sheet."""
    lead = _lead_or_404(request, pk)
    form = BantForm(request.POST)
    problem, status = "", 200
    if form.is_valid():
        try:
            bant.say(lead, request.user, **form.cleaned_data)
        except bant.BantRefused as error:
            problem, status = str(error), 409
    else:
        problem, status = (
            " ".join(str(error) for found in form.errors.values() for error in found),
            422,
        )
    if request.htmx:
        return _row_saved(request, lead, form, problem, status)
    if problem:
        return refused(request, "This was not saved", problem, lead)
    return redirect(f"{page_of(request, lead)}#bant")


def _row_saved(
    request: AuthenticatedRequest, lead: Lead, form: BantForm, problem: str, status: int
) -> HttpResponse:
    """The line under the row, and how many are known now; what is typed elsewhere stays."""
    rows = bant.of_lead(lead)
    sheet = present.sheet(rows, verdicts.asked_bant(), is_editable=True)
    item = form.data.get("item", "")
    context = {
        "row": next((row for row in sheet.rows if row.item == item), None),
        "sheet": sheet,
        "problem": problem,
    }
    return fragment(request, "leads/verdicts/partials/row_saved.html", context, status=status)


# --- accept and reject ---------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def handoff_accept(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Agree to pursue a lead; with too little BANT what is missing is filled in at once."""
    handoff = _handoff_or_404(request, pk)
    rows, asked = bant.of_lead(handoff.lead), verdicts.asked_bant()
    form = AcceptForm(
        _posted(request),
        rows=rows,
        asked=asked,
        value=handoff.lead.estimated_value,
        currency=request.portal.currency,
    )
    status = 200
    if form.is_valid():
        try:
            accepted = _accept(request, handoff, form)
        except REFUSED as error:
            status = _refuse(form, error)
        else:
            said(request, present.accepted(accepted), accepted)
            return go(request, accepted)
    counter = present.counter(len(bant.known(rows)), asked)
    return _drawer(request, "accept", form, f"Accept {handoff.lead}", handoff, status, says=counter)


def _accept(request: AuthenticatedRequest, handoff: Handoff, form: AcceptForm) -> Handoff:
    """What was found out is true whether it is enough or not, so it is saved by itself."""
    with transaction.atomic():
        for item, state, note in form.found_out():
            bant.say(handoff.lead, request.user, item, state=state, note=note)
    typed = form.cleaned_data
    return verdicts.accept(
        handoff, request.user, value=typed["value"], expected_on=typed["expected_on"]
    )


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def handoff_reject(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Send a lead back to marketing with a reason."""
    handoff = _handoff_or_404(request, pk)
    form = RejectForm(
        _posted(request),
        handoff=handoff,
        reasons=list(offering.reasons(clock.now())),
        attempts=verdicts.attempts(handoff),
    )
    status = 200
    if form.is_valid():
        typed = form.cleaned_data
        try:
            rejected = verdicts.reject(
                handoff,
                request.user,
                reason=typed["reason"],
                note=typed["note"],
                wrong=form.wrong(),
                may_return=typed["may_return"],
            )
        except REFUSED as error:
            status = _refuse(form, error)
        else:
            said(request, present.rejected(rejected), rejected)
            return go(request, onwards(request, rejected.lead_id))
    return _drawer(request, "reject", form, f"Reject {handoff.lead}", handoff, status)


@post_only("handoff", "pk")
@permission_required(Action.WORK_HANDOFFS)
def handoff_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back one's own claim, accept or reject of a moment ago."""
    handoff = _handoff_or_404(request, pk)
    try:
        undone = undoing.undo(handoff, request.user)
    except undoing.TooLate as error:
        return refused(request, "This was not undone", str(error), handoff)
    messages.success(request, present.undone(undone))
    return go(request, handoff)


# --- what becomes of an accepted lead ------------------------------------------------------------


@post_only("lead", "pk")
@permission_required(Action.WORK_HANDOFFS)
def lead_opportunity(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _lead_or_404(request, pk)
    try:
        verdicts.advance(lead, request.user, to=Stage.OPPORTUNITY)
    except REFUSED as error:
        return refused(request, "Nothing was changed", str(error), lead)
    messages.success(request, f"{lead} is an opportunity.")
    return go(request, lead)


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def lead_won(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _lead_or_404(request, pk)
    form = WonForm(_posted(request), currency=request.portal.currency)
    status = 200
    if form.is_valid():
        typed = form.cleaned_data
        try:
            verdicts.advance(lead, request.user, to=Stage.WON, **typed)
        except REFUSED as error:
            status = _refuse(form, error)
        else:
            amount = formats.amount(typed["amount"], request.portal.currency)
            messages.success(request, present.won(lead, amount))
            return go(request, lead)
    return _drawer(request, "outcome", form, f"{lead} is won", lead, status, verb="Save as won")


@require_http_methods(FORM_METHODS)
@permission_required(Action.WORK_HANDOFFS)
def lead_lost(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = _lead_or_404(request, pk)
    form = LostForm(_posted(request))
    status = 200
    if form.is_valid():
        try:
            verdicts.advance(lead, request.user, to=Stage.LOST, **form.cleaned_data)
        except REFUSED as error:
            status = _refuse(form, error)
        else:
            messages.success(request, present.lost(lead))
            return go(request, lead)
    return _drawer(request, "outcome", form, f"{lead} is lost", lead, status, verb="Save as lost")


def _refuse(form: Any, error: Exception) -> int:
    """Say on the form why the domain did not do it; 409 where somebody else came first."""
    form.add_error(None, str(error))
    return 409 if isinstance(error, verdicts.NotInHands) else 422


def _drawer(
    request: AuthenticatedRequest,
    name: str,
    form: Any,
    title: str,
    about: Handoff | Lead,
    status: int,
    **more: Any,
) -> HttpResponse:
    """The form beside the lead, or as a page of its own without a script."""
    context = {
        "form": form,
        "drawer_title": title,
        "about": about,
        "verb": "",
        **more,
    }
    status = 422 if status == 200 and form.errors else status
    return fragment(request, f"leads/verdicts/{name}.html", context, status=status)
