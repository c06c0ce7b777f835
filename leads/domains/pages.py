"""The settings page of domains."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db import paging
from leadportal.db.paging import Order
from leadportal.web.answers import fragment, go
from leadportal.web.posts import post_only
from leads.domains import keeping, lists
from leads.domains.forms import DomainForm
from leads.models import Domain, DomainKind

_BY_NAME = Order("domain", str)


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def domain_list(request: AuthenticatedRequest) -> HttpResponse:
    """What managers said; and of a domain that is looked up, what it counts as."""
    typed = request.GET.get("q", "").replace("\0", "")
    rows = Domain.objects.select_related("by")
    context = {
        "page": paging.page(rows, _BY_NAME, request.GET),
        "typed": typed,
        "looked_up": _counts_as(typed),
        "may_edit": policy.can(request.user, Action.EDIT_DOMAINS),
    }
    return render(request, "leads/domains/domains.html", context)


def _counts_as(typed: str) -> str:
    """What mail and sites of a domain count as, in words; blank where nothing was asked."""
    host = lists.host_of(typed)
    if not host:
        return ""
    mail = DomainKind(lists.mail_kind(host)).label.lower()
    site = lists.site_domain(host)
    of_site = f"as a site it is the company {site}" if site else "as a site it is nobody’s"
    return f"{host}: for mail {mail}; {of_site}."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.EDIT_DOMAINS)
def domain_new(request: AuthenticatedRequest) -> HttpResponse:
    """Say whose a domain is; on a page of its own without a script."""
    form = DomainForm(request.POST or None, initial={"domain": request.GET.get("domain", "")})
    if form.is_valid():
        row = keeping.say(
            form.cleaned_data["domain"], DomainKind(form.cleaned_data["kind"]), request.user
        )
        messages.success(request, f"{keeping.said(row)}.")
        return go(request, "domains")
    context = {"form": form, "drawer_title": "Say whose a domain is"}
    status = 422 if form.errors else 200
    return fragment(request, "leads/domains/domain.html", context, status=status)


@post_only("domains")
@permission_required(Action.EDIT_DOMAINS)
def domain_forget(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if row := Domain.objects.filter(pk=pk).first():
        keeping.forget(row, request.user)
        messages.success(request, f"{row} is left to the lists.")
    return go(request, "domains")
