"""The rejections: what sales sent back, and what marketing says to it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.versions.states import VersionError
from leadportal.db import clock, paging
from leadportal.web.answers import fragment, go, refused
from leads.models import Answer
from leads.nurture.nurture import NurtureRefused
from leads.rejections import filters, history, listing, rejections, words
from leads.rejections.forms import CloseForm, DecideForm, DisputeForm, NurtureForm
from leads.rejections.listing import Asked, ListedHandoff

FORM_METHODS = ["GET", "HEAD", "POST"]
REFUSED = (rejections.AnswerRefused, NurtureRefused, VersionError)
Form = Any


@require_safe
@permission_required(Action.READ_REJECTIONS)
def rejection_list(request: AuthenticatedRequest) -> HttpResponse:
    asked = Asked.read(request.GET, request.user)
    rows = listing.found(asked, request.user)
    page = paging.page(listing.for_list(rows), listing.order_of(asked.state), request.GET)
    if not page.rows and ({"after", "before"} & request.GET.keys()):
        # The last one of this page was answered.
        return redirect(f"{reverse('rejections')}{paging.link(request.GET)}")
    waiting = listing.waiting(asked, request.user)
    total = waiting.get(asked.state) or paging.count_up_to(rows)
    current = _cursor(page.rows, request.GET.get("at", ""))
    context = {
        "page": page,
        "current": current,
        "now": clock.now(),
        "query": filters.kept(request.GET),
        "keys": words.keys_of_rows(asked.state, request.user),
        "summary": f"{len(page.rows)} of {paging.count_label(total)}",
        **filters.head(request.GET, asked, waiting, request.user),
        **(_pane(request, current) if current else {}),
        **({} if page.rows else filters.nothing(asked)),
    }
    return render(request, "leads/rejections/rejections.html", context)


def _cursor(rows: Any, at: str) -> "ListedHandoff | None":
    return next((row for row in rows if str(row.pk) == at), rows[0] if rows else None)


def _rejection_or_404(request: AuthenticatedRequest, pk: int) -> ListedHandoff:
    return get_object_or_404(listing.for_list(listing.for_person(request.user)), pk=pk)


@require_safe
@permission_required(Action.READ_REJECTIONS)
def rejection(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One rejection: the pane beside the list, or a page of its own."""
    context = _pane(request, _rejection_or_404(request, pk))
    name = "partials/pane" if request.htmx else "rejection"
    return fragment(request, f"leads/rejections/{name}.html", context)


@require_safe
@permission_required(Action.READ_REJECTIONS)
def rejection_beside(request: AuthenticatedRequest, pk: int, way: str) -> HttpResponse:
    """The next or the previous rejection of the list; at its end, the list."""
    handoff = get_object_or_404(listing.for_person(request.user), pk=pk)
    asked, back = Asked.read(request.GET, request.user), way == "previous"
    found = listing.beside(asked, request.user, handoff, back=back)
    if found is None:
        end = "first" if back else "last"
        messages.info(request, f"That was the {end} of the list.")
        return redirect(_list_url(request, handoff.pk))
    query = filters.kept(request.GET)
    return redirect(f"{reverse('rejection', args=[found.pk])}?{query}".removesuffix("?"))


def _pane(request: AuthenticatedRequest, handoff: ListedHandoff) -> dict[str, Any]:
    shown = words.pane(handoff, history.of_rejection(handoff), request.user, clock.now())
    return shown | {
        "query": filters.kept(request.GET),
        "walk": filters.kept(request.GET, at=handoff.pk),
        "back": _list_url(request, handoff.pk),
    }


def _list_url(request: AuthenticatedRequest, at: int | None = None) -> str:
    """The list one came from, with the cursor on a row."""
    query = filters.kept(request.GET, at=at)
    return f"{reverse('rejections')}{f'?{query}' if query else ''}"


# --- answers -------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@permission_required(Action.ANSWER_REJECTIONS)
def rejection_nurture(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _rejection_or_404(request, pk)
    form = NurtureForm(request.POST or None, handoff=handoff)
    return _answer(request, handoff, form, Answer.Kind.NURTURE)


@require_http_methods(FORM_METHODS)
@permission_required(Action.ANSWER_REJECTIONS)
def rejection_close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    form = CloseForm(request.POST or None)
    return _answer(request, _rejection_or_404(request, pk), form, Answer.Kind.CLOSE)


@require_http_methods(FORM_METHODS)
@permission_required(Action.ANSWER_REJECTIONS)
def rejection_dispute(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _rejection_or_404(request, pk)
    form = DisputeForm(request.POST or None, arbiters=rejections.arbiters(handoff))
    return _answer(request, handoff, form, Answer.Kind.DISPUTE)


def _answer(
    request: AuthenticatedRequest, handoff: ListedHandoff, form: Form, kind: Answer.Kind
) -> HttpResponse:
    def say() -> str:
        answer = rejections.answer(handoff, request.user, kind=kind, **form.cleaned_data)
        return words.answered(handoff.lead, answer)

    if request.method != "POST" and not listing.is_open(handoff):
        return _late(request, handoff, f"{handoff.lead} is not waiting for an answer.")
    return _step(request, handoff, form, kind, say)


@require_http_methods(FORM_METHODS)
@permission_required(Action.DECIDE_DISPUTES)
def rejection_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    handoff = _rejection_or_404(request, pk)
    dispute = history.of_rejection(handoff).dispute
    if dispute is None:
        raise Http404
    form = DecideForm(request.POST or None)

    def say() -> str:
        return words.decided(
            handoff.lead, rejections.decide(dispute, request.user, **form.cleaned_data)
        )

    return _step(request, handoff, form, "decide", say)


def _step(
    request: AuthenticatedRequest,
    handoff: ListedHandoff,
    form: Form,
    name: str,
    say: Callable[[], str],
) -> HttpResponse:
    """Do what was typed and go on to the next rejection; else the form, and what is wrong."""
    if form.is_valid():
        # Asked before: afterwards this one may no longer stand in the list.
        asked = Asked.read(request.GET, request.user)
        following = listing.following(asked, request.user, handoff)
        try:
            messages.success(request, say())
        except rejections.AnsweredMeanwhile as error:
            return _late(request, handoff, str(error))
        except REFUSED as error:
            form.add_error(None, str(error))
        else:
            return go(request, _list_url(request, following.pk if following else None))
    context = _pane(request, handoff) | {"form": form, **words.DRAWERS[name]}
    status = 422 if form.errors else 200
    return fragment(request, "leads/rejections/answer.html", context, status=status)


def _late(request: AuthenticatedRequest, handoff: ListedHandoff, text: str) -> HttpResponse:
    """409: what somebody else said meanwhile, and the way on."""
    stands = words.pane(handoff, history.of_rejection(handoff), request.user, clock.now())["stands"]
    title, told = "Somebody was faster", f"{text} {stands} Nothing was changed."
    url = _list_url(request)
    if not request.htmx:
        return refused(request, title, told, url)
    context = {"drawer_title": title, "text": told, "url": url}
    return fragment(request, "leads/rejections/late.html", context, status=409)
