"""Nurture: who waits for what, who came back and what became of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from leadportal.db import clock, paging
from leadportal.web.answers import fragment, go, refused
from leads.models import Nurture
from leads.nurture import listing, nurture, words
from leads.nurture.forms import BackForm, TermsForm
from leads.nurture.listing import Asked

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@permission_required(Action.READ_REJECTIONS)
def nurture_list(request: AuthenticatedRequest) -> HttpResponse:
    asked, now = Asked.read(request.GET), clock.now()
    rows = listing.found(asked, now)
    page = paging.page(listing.for_list(rows), listing.ORDERS[asked.show], request.GET)
    if not page.rows and ({"after", "before"} & request.GET.keys()):
        return redirect(f"{reverse('nurture')}{paging.link(request.GET)}")
    groups, counts = listing.groups(asked, now), listing.counts(now)
    context = {
        "page": page,
        "rows": words.rows(list(page.rows)),
        "asked": asked,
        "tabs": words.tabs(asked, counts),
        "by_hand": counts["by_hand"],
        "panels": words.panels(request.GET, groups),
        "chips": words.chips(request.GET, asked, groups),
        "summary": f"{len(page.rows)} of {paging.count_label(paging.count_up_to(rows))}",
        "may_edit": policy.can(request.user, Action.ANSWER_REJECTIONS),
        **({} if page.rows else words.nothing(asked)),
    }
    return render(request, "leads/nurture/nurture.html", context)


def _wait_or_404(pk: int) -> Nurture:
    rows = Nurture.objects.select_related("lead", "handoff__reason", "by")
    return get_object_or_404(rows.exclude(lead__stage__in=listing.TOMBSTONES), pk=pk)


@require_http_methods(FORM_METHODS)
@permission_required(Action.ANSWER_REJECTIONS)
def nurture_terms(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    waits = _wait_or_404(pk)
    initial = {"return_on": waits.return_on, "return_event": waits.return_event}
    form = TermsForm(request.POST or None, initial=initial)

    def say() -> str:
        changed = nurture.change_terms(waits, request.user, **form.cleaned_data)
        return f"{waits.lead} waits {words.waits(changed)}."

    return _step(request, waits, form, say, title="Edit when it comes back", verb="Save")


@require_http_methods(FORM_METHODS)
@permission_required(Action.ANSWER_REJECTIONS)
def nurture_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    waits = _wait_or_404(pk)
    form = BackForm(request.POST or None)

    def say() -> str:
        lead = nurture.bring_back(waits.lead, request.user, **form.cleaned_data)
        return f"{lead} is back. The criteria judge it within seconds."

    return _step(request, waits, form, say, title="Bring it back now", verb="Bring it back")


def _step(
    request: AuthenticatedRequest,
    waits: Nurture,
    form: Any,
    say: Callable[[], str],
    *,
    title: str,
    verb: str,
) -> HttpResponse:
    """Do what was typed; else the form, and what is wrong."""
    if waits.ended_at:
        return _late(request, waits)
    if form.is_valid():
        try:
            messages.success(request, say())
        except nurture.NotWaiting:
            waits.refresh_from_db()
            return _late(request, waits)
        except nurture.NurtureRefused as error:
            form.add_error(None, str(error))
        else:
            return go(request, "nurture")
    context = {
        "waits": waits,
        "form": form,
        "drawer_title": title,
        "verb": verb,
        "stands": words.stands(waits),
    }
    status = 422 if form.errors else 200
    return fragment(request, "leads/nurture/terms.html", context, status=status)


def _late(request: AuthenticatedRequest, waits: Nurture) -> HttpResponse:
    """409: it does not wait any more."""
    cause = f" ({waits.ended_by})" if waits.ended_by else ""
    text = f"{waits.lead} waits no longer{cause}. Nothing was changed."
    url = reverse("nurture")
    if not request.htmx:
        return refused(request, "It has come back already", text, url)
    context = {"drawer_title": "It has come back already", "text": text, "url": url}
    return fragment(request, "leads/rejections/late.html", context, status=409)
