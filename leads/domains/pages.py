"""The settings pages of domains, and of the names of mailboxes that are a team's."""

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
from leads.domains import keeping, lists, roles
from leads.domains.addresses import one_form
from leads.domains.forms import TEAM, DomainForm, WordForm
from leads.models import Domain, DomainKind, RoleWord

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def domain_list(request: AuthenticatedRequest) -> HttpResponse:
    """What managers said; and of a domain that is looked up, what it counts as."""
    typed = _typed(request)
    rows = Domain.objects.select_related("by")
    context = {
        "page": paging.page(rows, Order("domain", str), request.GET),
        "typed": typed,
        "looked_up": _counts_as(typed),
        "may_edit": policy.can(request.user, Action.EDIT_DOMAINS),
    }
    return render(request, "leads/domains/domains.html", context)


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def word_list(request: AuthenticatedRequest) -> HttpResponse:
    """What managers said; and of a name that is looked up, what it counts as."""
    typed = _typed(request)
    rows = RoleWord.objects.select_related("by")
    context = {
        "page": paging.page(rows, Order("word", str), request.GET),
        "typed": typed,
        "looked_up": _word_counts_as(typed),
        "may_edit": policy.can(request.user, Action.EDIT_DOMAINS),
    }
    return render(request, "leads/domains/words.html", context)


def _typed(request: AuthenticatedRequest) -> str:
    return request.GET.get("q", "").replace("\0", "")


def _counts_as(typed: str) -> str:
    """What mail and sites of a domain count as, in words; blank where nothing was asked."""
    host = lists.host_of(typed)
    if not host:
        return ""
    mail = DomainKind(lists.mail_kind(host)).label.lower()
    site = lists.site_domain(host)
    of_site = f"as a site it is the company {site}" if site else "as a site it is nobody’s"
    return f"{host}: for mail {mail}; {of_site}."


def _word_counts_as(typed: str) -> str:
    local = one_form(typed.strip()).partition("@")[0]
    return f"{local}@: {keeping.kind_of_word(roles.is_role(local))}." if local else ""


@require_http_methods(FORM_METHODS)
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
    return _form(request, form, "domains", "Say whose a domain is")


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_DOMAINS)
def word_new(request: AuthenticatedRequest) -> HttpResponse:
    """Say whose a name before the @ is; on a page of its own without a script."""
    form = WordForm(request.POST or None, initial={"word": request.GET.get("word", "")})
    if form.is_valid():
        is_role = form.cleaned_data["kind"] == TEAM
        row = keeping.say_of_word(form.cleaned_data["word"], request.user, is_role=is_role)
        messages.success(request, f"{keeping.said_of_word(row)}.")
        return go(request, "role-words")
    return _form(request, form, "role-words", "Say whose a mailbox is")


def _form(
    request: AuthenticatedRequest, form: DomainForm | WordForm, page: str, title: str
) -> HttpResponse:
    context = {"form": form, "drawer_title": title, "list_url_name": page}
    status = 422 if form.errors else 200
    return fragment(request, "leads/domains/form.html", context, status=status)


@post_only("domains")
@permission_required(Action.EDIT_DOMAINS)
def domain_forget(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if row := Domain.objects.filter(pk=pk).first():
        keeping.forget(row, request.user)
        messages.success(request, f"{row} is left to the lists.")
    return go(request, "domains")


@post_only("role-words")
@permission_required(Action.EDIT_DOMAINS)
def word_forget(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if row := RoleWord.objects.filter(pk=pk).first():
        keeping.forget_word(row, request.user)
        messages.success(request, f"{row}@ is left to the list.")
    return go(request, "role-words")
