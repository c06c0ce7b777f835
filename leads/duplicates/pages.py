"""The list of pairs that may be one person, the page that compares two, and what is done there.

Who may merge sees every lead, so a pair is looked up by its number alone.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.stages import IN_WORK
from funnel.versions import current
from leadportal.db import clock, paging
from leadportal.db.paging import Order, Page
from leadportal.web import answers
from leadportal.web.answers import fragment, go
from leadportal.web.posts import post_only
from leads.duplicates import merging, reading, undoing, words
from leads.duplicates.forecast import forecast
from leads.duplicates.forms import Choice
from leads.duplicates.merging import MergeRefused
from leads.models import Duplicate, Merge
from leads.models.duplicates import Rank

_RANKS = {rank.label.lower(): rank for rank in Rank}
_OPEN = Order("rank", int)
_DECIDED = Order("decided_at", paging.read_moment, descending=True)
_MERGED = Order("at", paging.read_moment, descending=True)
REFUSED = "The two are as they were"
# Sent by the button that asks for the forecast; nothing is done.
FORECAST = "forecast"


@require_safe
@permission_required(Action.MERGE_LEADS)
def duplicate_list(request: AuthenticatedRequest) -> HttpResponse:
    show, counted = request.GET.get("show", ""), reading.counts(request.user)
    context = {
        "tabs": words.tabs(counted, show),
        "show": show,
        "from_here": _asks(show),
        "certain": counted[Rank.CERTAIN] and merging.certain_pairs(request.user).count(),
        "page": _page(request, show),
    }
    return render(request, "leads/duplicates/duplicates.html", context)


def _page(request: AuthenticatedRequest, show: str) -> Page:
    if show == "merged":
        return paging.page(reading.undoable(clock.now()), _MERGED, request.GET)
    rows = reading.listed(request.user)
    if show == "refused":
        refused = rows.filter(decision=Duplicate.Decision.REFUSED)
        return _told(paging.page(refused, _DECIDED, request.GET))
    rows = rows.filter(decision="")
    if rank := _RANKS.get(show):
        rows = rows.filter(rank=rank)
    return _told(paging.page(rows, _OPEN, request.GET))


def _asks(show: str) -> str:
    """The query of a list of open pairs, which goes along to a pair and leads back."""
    return f"?show={show}" if show in _RANKS else ""


def _back(request: AuthenticatedRequest) -> str:
    """The list from which somebody came to a pair."""
    sent = request.POST if request.method == "POST" else request.GET
    return f"{reverse('duplicates')}{_asks(sent.get('show', ''))}"


def _told(page: Page) -> Page:
    for pair in page.rows:
        pair.said = words.why(pair)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.MERGE_LEADS)
def duplicate_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Compare two leads; a POST merges them or, like a change, asks for the forecast."""
    pair = _pair(request, pk)
    if pair is None:
        return _too_late(request, pk) if request.method == "POST" else _decided(request, pk)
    if request.method == "POST" and FORECAST not in request.POST:
        return _merge(request, pair)
    choice = Choice.of(pair, request.POST or request.GET)
    context = _context(request, pair, choice)
    if request.htmx:
        return fragment(request, "leads/duplicates/partials/forecast.html", context)
    return fragment(request, "leads/duplicates/duplicate.html", context)


def _pair(request: AuthenticatedRequest, pk: int) -> Duplicate | None:
    rows = reading.listed(request.user).open()
    named = [f"{one}__{of}" for one in ("first", "second") for of in ("source", "campaign")]
    return rows.select_related(*reading.SHOWN, *named).filter(pk=pk).first()


def _too_late(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    get_object_or_404(Duplicate, pk=pk)
    text = "Somebody decided about these two meanwhile."
    return answers.refused(request, REFUSED, text, "duplicate", pk)


def _decided(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What became of a pair that is open no more."""
    pair = get_object_or_404(Duplicate.objects.select_related("decided_by"), pk=pk)
    if request.htmx:  # that asked for a part of a page that is there no more
        return go(request, pair)
    done = reading.merge_of(pair)
    refused = pair.decision == Duplicate.Decision.REFUSED
    if done is None and not refused:
        return redirect("duplicates")
    context = {"pair": pair, "merge": done, "refused": refused}
    return render(request, "leads/duplicates/decided.html", context)


def _context(request: AuthenticatedRequest, pair: Duplicate, choice: Choice) -> dict[str, Any]:
    going, staying = choice.leads(pair)
    done = reading.did(pair)
    rows = list(words.rows(pair, choice.stays, choice.take, current.vocabulary()))
    return {
        "pair": pair,
        "back": _back(request),
        "show": (request.POST or request.GET).get("show", ""),
        "sides": [
            {"name": name, "lead": lead, "did": done[lead.pk], "stays": choice.stays == name}
            for name, lead in zip((words.FIRST, words.SECOND), pair.leads, strict=True)
        ],
        "why": words.why(pair),
        "work": words.work(pair),
        "must_stay": merging.must_stay(*pair.leads),
        "asks": _both_in_work(pair),
        "choice": choice,
        "rows": [row for row in rows if row.is_open],
        "alike": [row for row in rows if not row.is_open],
        "staying": staying,
        "forecast": forecast(going, staying, request.user, choice.chosen),
    }


def _both_in_work(pair: Duplicate) -> bool:
    return all(lead.stage in IN_WORK for lead in pair.leads)


def _merge(request: AuthenticatedRequest, pair: Duplicate) -> HttpResponse:
    choice = Choice.of(pair, request.POST)
    going, staying = choice.leads(pair)
    try:
        done = merging.merge(
            going, staying, request.user, chosen=choice.chosen, ends_work=choice.is_said
        )
    except merging.BothInWork as error:
        context = _context(request, pair, choice) | {"problem": str(error)}
        return render(request, "leads/duplicates/duplicate.html", context, status=422)
    except MergeRefused as error:
        return answers.refused(request, REFUSED, str(error), "duplicates")
    answers.said(
        request,
        format_html("<bdi>{}</bdi> is one lead now.", staying),
        undo=reverse("merge-undo", args=[done.pk]),
    )
    return go(request, _back(request))


@post_only("duplicate", "pk")
@permission_required(Action.MERGE_LEADS)
def duplicate_refuse(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Two are two: said once, and no search brings them up again."""
    pair = get_object_or_404(Duplicate, pk=pk)
    try:
        merging.refuse(pair, request.user)
    except MergeRefused as error:
        return answers.refused(request, REFUSED, str(error), "duplicates")
    answers.said(request, "The two stay two.", undo=reverse("duplicate-reopen", args=[pair.pk]))
    return go(request, _back(request))


@post_only("duplicate", "pk")
@permission_required(Action.MERGE_LEADS)
def duplicate_reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    pair = get_object_or_404(Duplicate, pk=pk)
    merging.reopen(pair, request.user)
    return go(request, pair)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.MERGE_LEADS)
def duplicates_certain(request: AuthenticatedRequest) -> HttpResponse:
    """Merge the certain ones at once; first a page that names them."""
    if request.method == "POST":
        done = merging.merge_certain(request.user)
        left = reading.counts(request.user)[Rank.CERTAIN]
        answers.said(request, words.merged(len(done), left))
        return go(request, "duplicates")
    pairs = merging.certain(request.user)
    context = {
        "pairs": pairs[: merging.MOST_AT_ONCE],
        "has_more": len(pairs) > merging.MOST_AT_ONCE,
    }
    return render(request, "leads/duplicates/certain.html", context)


@post_only("duplicates")
@permission_required(Action.MERGE_LEADS)
def merge_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    done = get_object_or_404(Merge, pk=pk)
    try:
        lead = undoing.undo(done, request.user)
    except MergeRefused as error:
        return answers.refused(request, "The merge stands", str(error), "duplicates")
    answers.said(request, format_html("<bdi>{}</bdi> is a lead of its own again.", lead))
    return go(request, lead)
