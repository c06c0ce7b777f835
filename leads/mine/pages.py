"""The pages of a rep about themselves: what they hold, and their numbers with the leads behind."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.models import Reason
from leadportal.db import clock, paging
from leadportal.db.paging import Order, read_moment
from leadportal.db.shown import all_but
from leadportal.look import formats
from leadportal.look.told import Told
from leadportal.web import answers
from leads.handoffs.verdicts import asked_bant
from leads.metrics.periods import DEFAULT, SPANS, Period
from leads.metrics.tiles import OF_MEDIAN, Tile
from leads.mine import mine, results
from leads.models import Company, Handoff, Lead


@require_safe
@permission_required(Action.WORK_HANDOFFS)
def my_leads(request: AuthenticatedRequest) -> HttpResponse:
    now = clock.now()
    asked = asked_bant()
    groups = mine.groups(mine.rows(request.user), now, asked)
    wait = Handoff.objects.open().filter(queue__in=request.user.queues.values("pk"))
    context = {
        "now": now,
        "groups": groups,
        "asked": asked,
        "held": sum(len(group.rows) for group in groups),
        "most": mine.MOST,
        "current": groups[0].rows[0] if groups else None,
        **_waiting(wait.count()),
    }
    return render(request, "leads/mine/mine.html", context)


def _waiting(count: int) -> dict[str, Any]:
    waits = "waits" if count == 1 else "wait"
    return {
        "waiting": count,
        "waiting_text": f"{formats.number(count)} {waits} in the queue.",
        "queue_url": reverse("queue"),
    }


# --- results -----------------------------------------------------------------------------------


LABELS = {
    results.CLAIMED: "Claimed",
    results.TOUCHED: "First touch logged",
    results.IN_TIME: "In time",
    results.LATE: "First touch late",
    results.ACCEPTED: "Accepted",
    results.REJECTED: "Sent back",
}
NEWEST = Order("claimed_at", read_moment, descending=True)
_CALLED = ("first_name", "last_name", "email", "phone")
_NOT_SHOWN = (
    "reasons",
    "note",
    *all_but(Lead, *_CALLED, "job_title", "stage", via="lead__"),
    *all_but(Company, "name", via="lead__company__"),
)


@require_safe
@permission_required(Action.WORK_HANDOFFS)
def my_results(request: AuthenticatedRequest) -> HttpResponse:
    period = _period(request)
    found = results.results(request.user, period)
    context = _spans(period) | (_told(found, period) if found.enough else _too_few(found, period))
    return render(request, "leads/mine/results.html", context)


def _too_few(found: results.Results, period: Period) -> dict[str, Any]:
    """In the first week a median of two would say nothing."""
    claimed = found.counts[results.CLAIMED]
    return {
        "too_few": f"Numbers appear after {results.ENOUGH} claims.",
        "so_far": f"{formats.number(claimed) if claimed else 'None'} {period.span.in_these}.",
        "behind_url": _behind_url(period, results.CLAIMED) if claimed else "",
    }


def _told(found: results.Results, period: Period) -> dict[str, Any]:
    return {
        "tiles": _numbers(found, period),
        "reasons": [
            {
                "label": one.label,
                "count": one.count,
                "share": 100 * one.count / found.reasons[0].count,
                "url": _behind_url(period, results.REJECTED, one),
            }
            for one in found.reasons
        ],
    }


def _numbers(found: results.Results, period: Period) -> list[Tile]:
    """The tiles: counts, the median between them, and what was late on its own promise."""

    def counted(name: str, thing: str = "") -> Told:
        count = found.counts[name]
        text = formats.some(count, thing) if thing else formats.number(count)
        return Told(text, _behind_url(period, name) if count else "")

    def number(name: str, *note: Told) -> Tile:
        return Tile(LABELS[name], [counted(name)], list(note))

    took = Told("–")
    if found.median_touch is not None:
        took = Told(
            formats.duration(found.median_touch), _behind_url(period, results.TOUCHED), OF_MEDIAN
        )
    of = [Told("after the handoff, of "), counted(results.TOUCHED, "lead")]
    return [
        number(results.CLAIMED),
        Tile("First touch, median", [took], of),
        number(results.IN_TIME, Told("of "), counted(results.CLAIMED), Told(" claimed")),
        number(results.LATE, Told("touched late, or not yet")),
        number(results.ACCEPTED, Told("and worth pursuing")),
        number(results.REJECTED, Told("each with a reason")),
    ]


def _behind_url(period: Period, what: str, reason: results.Given | None = None) -> str:
    query = f"what={what}&period={period.span.key}"
    return f"{reverse('my-results-leads')}?{query}{f'&reason={reason.pk}' if reason else ''}"


@require_safe
@permission_required(Action.WORK_HANDOFFS)
def my_results_leads(request: AuthenticatedRequest) -> HttpResponse:
    """The leads that one number of the results counts, and no others."""
    period, what = _period(request), request.GET.get("what", results.CLAIMED)
    reason = answers.id_number(request.GET.get("reason", ""))
    try:
        rows = results.behind(request.user, period, what, reason)
    except KeyError:
        raise Http404(what) from None
    shown = rows.select_related("lead__company", "reason").defer(*_NOT_SHOWN)
    total = paging.count_up_to(rows)
    context = _spans(period) | {
        "title": _title(what, reason),
        "page": paging.page(shown, NEWEST, request.GET),
        "total": f"{paging.count_label(total)} {'lead' if total == 1 else 'leads'}",
        "results_url": f"{reverse('my-results')}?period={period.span.key}",
    }
    return render(request, "leads/mine/results_leads.html", context)


def _title(what: str, reason: int | None) -> str:
    """ "Sent back: Wrong profile" """
    known = Reason.objects.filter(pk=reason) if reason else Reason.objects.none()
    label = known.values_list("label", flat=True).first()
    return f"{LABELS[what]}: {label}" if label else LABELS[what]


def _period(request: AuthenticatedRequest) -> Period:
    key = request.GET.get("period", DEFAULT)
    return Period.ending(clock.now(), key=key, zone=request.portal.zone)


def _spans(period: Period) -> dict[str, Any]:
    return {"period": period, "span": period.span, "spans": SPANS.values()}
