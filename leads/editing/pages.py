"""Typing in a lead, and editing one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.web.answers import page_of, walked
from leads.checks.reading import Refused
from leads.editing import editing, said
from leads.editing.forms import LeadForm, offered
from leads.ingest.identity import find_leads
from leads.models import Lead

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_LEADS)
def lead_new(request: AuthenticatedRequest) -> HttpResponse:
    """A new lead; who types an address that is known goes on with the lead that has it."""
    form = LeadForm(request.POST or None)
    if form.is_valid():
        try:
            lead = editing.create(form.payload, request.user)
        except Refused as refused:
            form.refuse(refused)
        except editing.AlreadyThere as there:
            return _known_already(request, form, there.lead_id)
        else:
            messages.success(request, f"{lead} is here. The criteria judge them within seconds.")
            return redirect(lead)
    return _page(request, form, title="New lead", verb="Add lead")


@require_http_methods(FORM_METHODS)
@permission_required(Action.OPEN_LEADS)
def lead_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if request.method != "POST" and (heir := find_leads(None, ids=[pk]).by_id.get(pk, pk)) != pk:
        return redirect("lead-edit", heir)
    lead = _to_edit(request, pk)
    form = LeadForm(
        request.POST or None,
        lead=lead,
        said=said.whose(lead),
        taken=request.GET.get("take", ""),
    )
    if form.is_valid():
        try:
            if form.payload:
                editing.edit(lead, form.payload, request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved." if form.payload else "Nothing was changed.")
            return redirect(page_of(request, lead))
    return _page(request, form, title=f"Edit {lead}", verb="Save", lead=lead)


def _to_edit(request: AuthenticatedRequest, pk: int) -> Lead:
    rows = Lead.objects.visible_to(request.user).annotate(**said.TOLD)
    lead = get_object_or_404(rows.select_related("company", "source", "campaign"), pk=pk)
    if not editing.may_edit(request.user, lead):
        raise PermissionDenied(editing.ONLY_HOLDER)
    return lead


def _known_already(request: AuthenticatedRequest, form: LeadForm, pk: int) -> HttpResponse:
    """The lead that has the address, opened for editing with what was typed where it has nothing.

    Who types in leads sees every lead, so nothing is masked here.
    """
    lead = _to_edit(request, pk)
    typed = {name: value for name, value in form.cleaned_data.items() if value}
    known = LeadForm(lead=lead)
    blank = {name: value for name, value in typed.items() if not known.known.get(name)}
    messages.info(
        request,
        format_html(
            "<bdi>{}</bdi> is here already, with this address or number. What you typed and was"
            " not known stands below; save it, or leave.",
            lead,
        ),
    )
    form = LeadForm(lead=lead, said=said.whose(lead), initial=blank)
    return _page(request, form, title=f"Edit {lead}", verb="Save", lead=lead)


def _page(request: AuthenticatedRequest, form: LeadForm, **more: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    way = QueryDict(walked(request), mutable=True)
    way.pop("take", None)
    context = {
        "form": form,
        "offered": offered(),
        "lead": None,
        "way": f"?{way.urlencode()}".removesuffix("?"),
        **more,
    }
    return render(request, "leads/editing/lead_form.html", context, status=status)
