"""Companies: the list, the page of one, what a person says of it, and two that are one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db import clock, paging
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.db.paging import Order, read_moment
from leadportal.web import answers
from leadportal.web.answers import fragment, go, id_number, refused
from leadportal.web.posts import post_only
from leads.companies import keeping, linking, merging, reading, words
from leads.companies.forms import CompanyForm, known
from leads.companies.keeping import CompanyRefused, MergedMeanwhile
from leads.directory import directory
from leads.models import Company, CompanyMerge, Lead

FORM_METHODS = ["GET", "HEAD", "POST"]
_BY_NAME = Order("name", str)
_BEST = Order("best", int, descending=True)
_NEWEST = Order("occurred_at", read_moment, descending=True)
_CHANGED = Order("at", read_moment, descending=True)
# So many are offered to be merged with.
OFFERED = 20
REFUSED = "Nothing was changed"


@require_safe
@permission_required(Action.OPEN_LEADS)
def company_list(request: AuthenticatedRequest) -> HttpResponse:
    typed = request.GET.get("q", "")
    page = paging.page(reading.found(request.user, typed), _BY_NAME, request.GET)
    return render(request, "leads/companies/companies.html", {"page": page, "typed": typed})


@require_safe
@permission_required(Action.OPEN_LEADS)
def company_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """All that is known of one; under the id of one that was merged away, its heir."""
    if heir := Company.objects.filter(pk=pk).values_list("merged_into", flat=True).first():
        return redirect("company", heir)
    company = get_object_or_404(reading.visible_to(request.user), pk=pk)
    reader = request.user
    merged = reading.merges(company)
    people = paging.page(reading.people(reader, company), _BEST, request.GET, of="people")
    events = paging.page(reading.events(reader, company), _NEWEST, request.GET, of="timeline")
    changes = paging.page(reading.changes(company), _CHANGED, request.GET, of="history")
    leads = Lead.objects.visible_to(reader)
    context = {
        "company": company,
        "facts": words.facts(company),
        "people": people,
        "stages": words.stages(directory.stages_of(company, leads)),
        "owners": reading.owners(reader, company),
        "days": words.days(events.rows),
        "events": events,
        "history": words.history(changes.rows, company),
        "changes": changes,
        "merges": [(one, not merging.why_not(one, clock.now())) for one in merged],
        "other_names": reading.other_names(company, merged),
        "namesakes": reading.namesakes(reader, company),
        "may_edit": policy.can(reader, Action.EDIT_COMPANIES),
    }
    return render(request, "leads/companies/company.html", context)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_COMPANIES)
def company_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    company = get_object_or_404(Company, pk=pk)
    if company.merged_into_id:
        return _merged_meanwhile(request, company)
    form, status = CompanyForm(request.POST or None, initial=known(company)), 200
    if form.is_valid():
        try:
            keeping.edit(company, form.cleaned_data, request.user, read=form.read())
        except CompanyRefused as error:
            form.add_error(error.field, str(error))
        except MergedMeanwhile as meanwhile:
            return refused(request, REFUSED, str(meanwhile), meanwhile.heir)
        except ChangedMeanwhile as meanwhile:
            form, status = (
                form.against(meanwhile, by=reading.who_saved(company), initial=known(company)),
                409,
            )
        else:
            messages.success(request, "Saved.")
            return go(request, company)
    context = {"form": form, "company": company, "drawer_title": "Edit company"}
    status = 422 if form.errors else status
    return fragment(request, "leads/companies/edit.html", context, status=status)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_COMPANIES)
def company_merge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Choose which other one it is, compare the two, and make them one: this one stays."""
    asked = id_number(request.POST.get("with", request.GET.get("with", "")))
    if gone := Company.objects.filter(pk__in=(pk, asked or 0), merged_into__isnull=False).first():
        return _merged_meanwhile(request, gone)
    heir = get_object_or_404(reading.visible_to(request.user), pk=pk)
    others = reading.visible_to(request.user).exclude(pk=heir.pk)
    company = get_object_or_404(others, pk=asked) if asked is not None else None
    if company is None:
        typed = request.GET.get("q", "")
        found = reading.found(request.user, typed).exclude(pk=heir.pk)
        called = typed.strip()
        offered = found[:OFFERED] if called else reading.namesakes(request.user, heir)
        context: dict[str, Any] = {"company": heir, "offered": offered, "typed": typed}
        return render(request, "leads/companies/choose.html", context)
    rows = list(words.rows(heir, company))
    if request.method == "POST":
        chosen = {row.name: request.POST.get(row.name) == "theirs" for row in rows if row.is_open}
        return _merge(request, company, heir, chosen)
    context = {
        "company": heir,
        "other": company,
        "rows": rows,
        "swapped": f"{reverse('company-merge', args=[company.pk])}?with={heir.pk}",
    }
    return render(request, "leads/companies/merge.html", context)


def _merged_meanwhile(request: AuthenticatedRequest, company: Company) -> HttpResponse:
    """Who comes back to compare, or comes second, is led to what it is part of by now."""
    heir = get_object_or_404(
        reading.visible_to(request.user), merged_into=None, pk=company.merged_into_id
    )
    if request.method == "POST":
        return refused(request, REFUSED, str(MergedMeanwhile(heir)), heir)
    return redirect(heir)


def _merge(
    request: AuthenticatedRequest, company: Company, heir: Company, chosen: dict[str, bool]
) -> HttpResponse:
    try:
        done = merging.merge(company, heir, request.user, chosen=chosen)
    except CompanyRefused as error:
        return refused(request, REFUSED, str(error), heir)
    except MergedMeanwhile as meanwhile:
        return refused(request, REFUSED, str(meanwhile), meanwhile.heir)
    answers.said(
        request,
        format_html("<bdi>{}</bdi> is part of <bdi>{}</bdi> now.", company.name, heir.name),
        undo=reverse("company-unmerge", args=[done.pk]),
    )
    return go(request, heir)


@post_only("companies")
@permission_required(Action.EDIT_COMPANIES)
def company_unmerge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    done = get_object_or_404(CompanyMerge.objects.select_related("heir"), pk=pk)
    try:
        company = merging.undo(done, request.user)
    except CompanyRefused as error:
        return refused(request, "The merge stands", str(error), done.heir)
    answers.said(request, format_html("<bdi>{}</bdi> is a company of its own again.", company.name))
    return go(request, company)


@post_only("lead", "pk")
@permission_required(Action.OPEN_LEADS)
def lead_not_there(request: AuthenticatedRequest, pk: int, company: int) -> HttpResponse:
    """Say that a lead does not work at a company."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    there = get_object_or_404(Company, pk=company)
    try:
        linking.refuse(lead, there, request.user)
    except linking.LinkRefused as error:
        return refused(request, REFUSED, str(error), lead)
    answers.said(
        request,
        format_html("No system links this lead to <bdi>{}</bdi> again.", there.name),
        undo=reverse("lead-there", args=[lead.pk, there.pk]),
    )
    return go(request, lead)


@post_only("lead", "pk")
@permission_required(Action.OPEN_LEADS)
def lead_there(request: AuthenticatedRequest, pk: int, company: int) -> HttpResponse:
    """Say that a lead works at a company."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    there = get_object_or_404(reading.linkable(lead, request.user), pk=company)
    try:
        linking.link(lead, there, request.user)
    except linking.LinkRefused as error:
        return refused(request, REFUSED, str(error), lead)
    answers.said(request, format_html("Works at <bdi>{}</bdi>.", there.name))
    return go(request, lead)
