"""The queue: what waits to be claimed, and what is new."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Role
from leadportal.db import clock, paging
from leadportal.db.paging import Order
from leadportal.web import answers
from leadportal.web.answers import fragment
from leads.models import Handoff, Source
from leads.models.handoff import HandoffQuerySet
from leads.queue import queue as waiting
from leads.queue import words as present
from leads.queue.rows import Listing
from leads.words import at

SORTS = {
    waiting.DEADLINE: "claim deadline",
    "score": "score",
    "value": "est. value",
    "newest": "newest",
}


@require_safe
@permission_required(Action.OPEN_QUEUE)
def queue(request: AuthenticatedRequest) -> HttpResponse:
    if request.htmx:
        return fragment(request, "leads/queue/partials/renewed.html", _queue_context(request))
    return queue_page(request)


def queue_page(
    request: AuthenticatedRequest, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The whole page; with a refusal on top when a claim without a script came too late."""
    context = _queue_context(request) | {"refusal": refusal}
    return render(request, "leads/queue/queue.html", context, status=status)


@require_safe
@permission_required(Action.OPEN_QUEUE)
def queue_changes(request: AuthenticatedRequest) -> HttpResponse:
    """Whether the list on screen is still the whole truth: 204, or the button that renews it."""
    try:
        known = waiting.ListState.read(request.GET.get("since", ""))
    except ValueError:
        return HttpResponseBadRequest("since is not a token of this list.")
    news = waiting.news(_asked_for(request), known)
    answer = _news(request, news) if news else HttpResponse(status=204)
    answer["Waiting"] = _count_in_navigation(request, news)
    return answer


def _count_in_navigation(request: AuthenticatedRequest, news: waiting.News) -> int:
    """What waits in the reader's own queues; asked for only where the list shows other rows."""
    if _is_narrowed(request) or request.user.has_role(*policy.WATCHES_EVERY_QUEUE):
        return policy.NAV_COUNTS["queue"](request.user, clock.day_end(clock.now())).count()
    return news.waiting


def _news(request: AuthenticatedRequest, news: waiting.News) -> HttpResponse:
    query = request.GET.copy()
    del query["since"]
    context = {"news": str(news), "query": query.urlencode()}
    return fragment(request, "leads/queue/partials/news.html", context)


@require_safe
@permission_required(Action.OPEN_QUEUE)
def handoff_peek(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The preview of one row; without htmx, the lead itself."""
    rows = waiting.for_list(Handoff.objects.visible_to(request.user)).select_related("claimed_by")
    found = get_object_or_404(rows, pk=pk)
    if not request.htmx:
        return redirect(found)
    now = clock.now()
    context = {
        "handoff": found,
        "now": now,
        "claimable": _queues_of(request.user),
        **present.peek(found, now),
    }
    return fragment(request, "leads/queue/partials/peek.html", context)


# --- what the list shows -----------------------------------------------------------------------


def _asked_for(request: AuthenticatedRequest) -> HandoffQuerySet:
    """The rows that the query string narrows the queue to."""
    return _narrowed(request.user, request.GET)


def _narrowed(user: User, query: QueryDict) -> HandoffQuerySet:
    return waiting.found_by(
        waiting.for_person(user),
        words=query.get("q", ""),
        source=answers.id_number(query.get("source", "")),
    )


def asked_for(user: User, query: QueryDict) -> tuple[HandoffQuerySet, Order]:
    """The rows of the list with this query string, and their order."""
    return waiting.ordered(_narrowed(user, query)), waiting.ORDERS[_sort(query)]


def _sort(query: QueryDict) -> str:
    sort = query.get("sort", "")
    return sort if sort in SORTS else waiting.DEADLINE


def _is_narrowed(request: AuthenticatedRequest) -> bool:
    return bool(request.GET.get("q") or request.GET.get("source"))


def _queues_of(user: User) -> dict[int, str]:
    """The queues this person may claim from, by id."""
    if not policy.can(user, Action.WORK_HANDOFFS):
        return {}
    return waiting.queues_of(user)


def _queue_context(request: AuthenticatedRequest) -> dict[str, Any]:
    now, sort = clock.now(), _sort(request.GET)
    is_narrowed = _is_narrowed(request)
    page = paging.page(
        lambda: waiting.for_list(_asked_for(request)),
        waiting.ORDERS[sort],
        request.GET,
        first=None if is_narrowed else partial(waiting.first_rows, request.user, sort),
    )
    known = (
        waiting.ListState.of(_asked_for(request))
        if is_narrowed
        else waiting.ListState.of_all(request.user)
    )
    current = _cursor(page.rows, request.GET.get("at", ""), sort, now)
    mine = _queues_of(request.user)
    walk = f"?from=queue&{_kept(request)}".removesuffix("&")
    shown = Listing(
        user=request.user,
        now=now,
        claimable=mine,
        current=current.pk if current else None,
        walk=walk,
        currency=request.portal.currency,
    )
    return {
        "now": now,
        "page": page,
        "rows": [shown.row(handoff) for handoff in page.rows],
        "current": current,
        "pulse": waiting.pulse(request.user, now),
        "token": known.token,
        "walk": walk,
        "poll_url": f"{reverse('queue-changes')}?{_kept(request)}",
        "claimable": mine,
        "may_claim": bool(mine),
        **(present.peek(current, now) if current else {}),
        **_head(request, sort, mine),
        **({} if page.rows else _nothing(request)),
    }


def _cursor(rows: Any, at: str, sort: str, now: Any) -> Handoff | None:
    """The row the cursor starts on: where it was, else the least time left that is not late."""
    kept_row = [row for row in rows if str(row.pk) == at]
    in_time = [row for row in rows if sort == waiting.DEADLINE and row.due_at >= now]
    return next(iter([*kept_row, *in_time, *rows]), None)


def _kept(request: AuthenticatedRequest) -> str:
    """The query string without what is about one moment."""
    return paging.all_but(request.GET, "at", "since", "after", "before").urlencode()


def _head(request: AuthenticatedRequest, sort: str, mine: dict[int, str]) -> dict[str, Any]:
    """Search, chips and order above the list."""
    chosen = request.GET.get("source", "")
    sources = waiting.sources(request.user)
    source = next((one for one in sources if str(one["pk"]) == chosen), None)
    if source is None and (pk := answers.id_number(chosen)) is not None:
        found = Source.objects.filter(pk=pk).values("pk", "name").first()
        source = dict(found) if found else None
    chips = []
    if source:
        remove = paging.link(request.GET, source=None, at=None)
        chips = [{"label": "Source is", "value": source["name"], "remove": remove}]
    return {
        "words": request.GET.get("q", ""),
        "source": source,
        "sources": [
            one | {"url": paging.link(request.GET, source=str(one["pk"]), at=None)}
            for one in sources
        ],
        "chips": chips,
        "sort": sort,
        "sort_label": SORTS[sort],
        "sorts": [
            {
                "label": label,
                "url": paging.link(request.GET, sort=name, at=None),
                "current": name == sort,
            }
            for name, label in SORTS.items()
        ],
        "queues": mine or request.user.has_role(Role.SALES_MANAGER),
    }


def _nothing(request: AuthenticatedRequest) -> dict[str, Any]:
    """What an empty list says."""
    last = waiting.last_opened(request.user)
    text = "No lead has become an SQL yet."
    if last:
        text = f"Every SQL is claimed. The last one came {at(last)}."
    managers = User.objects.active().with_role(Role.SALES_MANAGER)[:3]
    names = [user.name for user in managers]
    who = (
        f"{policy.listed(names, last='or')} can add you."
        if names
        else "A sales manager can add you."
    )
    return {
        "narrowed": _is_narrowed(request),
        "clear": reverse("queue"),
        "empty_text": text,
        "who_can_add": who,
    }
