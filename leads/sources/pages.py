"""The settings pages of sources and campaigns: two of one kind, so each view is told which."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db.meanwhile import ChangedMeanwhile
from leadportal.look.bidi import apart
from leadportal.web.answers import fragment, go, refused, said
from leadportal.web.posts import post_only
from leads.models import NameMerge
from leads.sources import forms, listing, naming, words
from leads.sources.kinds import CAMPAIGNS, SOURCES, Kind, kind_named

FORM_METHODS = ["GET", "HEAD", "POST"]
KIND = {kind.plural: kind for kind in (SOURCES, CAMPAIGNS)}
# Names offered while typing the one that stays.
OFFERED = 500


@require_safe
@permission_required(Action.OPEN_SETTINGS)
def origin_list(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    typed = request.GET.get("q", "").replace("\0", "")
    lines, has_more = listing.found(KIND[kind], typed)
    context = {
        "kind": KIND[kind],
        "is_campaigns": KIND[kind] is CAMPAIGNS,
        "lines": lines,
        "has_more": has_more,
        "typed": typed,
        "may_edit": policy.can(request.user, Action.EDIT_SOURCES),
        **_addresses(KIND[kind]),
    }
    return render(request, "leads/sources/sources.html", context)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_SOURCES)
def origin_new(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    form = forms.of(KIND[kind])(request.POST or None)

    def say() -> str:
        return f"“{naming.add(KIND[kind], request.user, **form.cleaned_data)}” is in the list."

    title = f"New {KIND[kind].name}"
    return _step(request, KIND[kind], form, say, drawer_title=title, verb=f"Add {KIND[kind].name}")


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_SOURCES)
def origin_edit(request: AuthenticatedRequest, kind: str, pk: int) -> HttpResponse:
    row, of = get_object_or_404(KIND[kind].model, pk=pk), KIND[kind]
    form = forms.of(of)(request.POST or None, initial={n: getattr(row, n) for n in of.fields})

    def say() -> str:
        saved = naming.change(of, row, request.user, read=form.read(), **form.cleaned_data)
        return f"“{saved}” is saved."

    title = f"Edit {of.name}"
    return _step(request, of, form, say, drawer_title=title, verb="Save", row=row)


def _step(
    request: AuthenticatedRequest, kind: Kind, form: Any, say: Callable[[], str], **context: Any
) -> HttpResponse:
    """Do what was typed; else the form, and what is wrong or changed meanwhile."""
    status = 200
    if form.is_valid():
        try:
            messages.success(request, say())
        except naming.NamingRefused as error:
            form.add_error("name", str(error))
        except naming.MergedMeanwhile as meanwhile:
            return _is_gone(request, kind, meanwhile)
        except ChangedMeanwhile as meanwhile:
            form, status = form.against(meanwhile, by="Somebody"), 409
        else:
            return go(request, kind.plural)
    status = 422 if form.errors else status
    context |= {"form": form, "kind": kind, **_addresses(kind)}
    return fragment(request, "leads/sources/source.html", context, status=status)


@require_http_methods(FORM_METHODS)
@permission_required(Action.EDIT_SOURCES)
def origin_merge(request: AuthenticatedRequest, kind: str, pk: int) -> HttpResponse:
    """Say that one is another; on a page of its own without a script."""
    of = KIND[kind]
    row = get_object_or_404(of.model, pk=pk)
    form = forms.MergeForm(of, request.POST or None)
    if form.is_valid():
        try:
            done = naming.merge(of, row, form.heir, request.user)
        except naming.NamingRefused as error:
            form.add_error("into", str(error))
        except naming.MergedMeanwhile as meanwhile:
            return _is_gone(request, of, meanwhile)
        else:
            text = f"“{row}” is “{form.heir}” now, and counts there."
            said(request, text, undo=reverse("name-unmerge", args=[done.pk]))
            return go(request, of.plural)
    names = of.model.objects.standing().exclude(pk=pk).values_list("name", flat=True)
    context = {
        "form": form,
        "kind": of,
        "row": row,
        "moves": words.moves(listing.leads_of(of, [row]).get(row.pk, 0), of.name),
        "names": names[:OFFERED],
        "drawer_title": f"Merge {of.name}",
        **_addresses(of),
    }
    status = 422 if form.errors else 200
    return fragment(request, "leads/sources/merge.html", context, status=status)


@post_only("sources")
@permission_required(Action.EDIT_SOURCES)
def origin_unmerge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    done = get_object_or_404(NameMerge, pk=pk)
    of = kind_named(done.kind)
    try:
        row = naming.undo(done, request.user)
    except naming.NamingRefused as error:
        return refused(request, "The merge stands", str(error), of.plural)
    messages.success(request, f"“{row}” is a {of.name} of its own again.")
    return go(request, of.plural)


def _is_gone(
    request: AuthenticatedRequest, kind: Kind, meanwhile: naming.MergedMeanwhile
) -> HttpResponse:
    text = f"Somebody said meanwhile that it is “{apart(meanwhile.row.name)}”."
    return refused(request, "Nothing was changed", text, kind.plural)


def _addresses(kind: Kind) -> dict[str, str]:
    """URL names of the pages of one kind."""
    return {f"{act}_url_name": f"{kind.name}-{act}" for act in ("new", "edit", "merge")}
