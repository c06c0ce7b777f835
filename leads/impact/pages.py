"""If this had been live: what a version would do to the leads active lately, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.stages import LIVING, Stage
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import clock
from leadportal.db.paging import SIZE, link
from leadportal.look import formats
from leadportal.web import answers
from leadportal.web.answers import fragment
from leads.impact import counting, movers, recent
from leads.impact import past as deals_of
from leads.impact import words as said
from leads.impact.reading import FromTo
from leads.judging.basis import Basis
from leads.metrics.answers import standing
from leads.metrics.cached import cached
from leads.models import Lead


def _to_come(request: AuthenticatedRequest, number: int) -> tuple[CriteriaVersion, CriteriaVersion]:
    """A version that was never live, if the reader may see it, and the live one. One query."""
    wanted = Q(number=number, state__in=counting.COUNTABLE)
    rows = CriteriaVersion.objects.visible_to(request.user)
    found = list(rows.filter(wanted | Q(state=VersionState.LIVE)))
    versions_to_come = [one for one in found if one.state != VersionState.LIVE]
    if not versions_to_come:
        raise Http404
    return versions_to_come[0], next(one for one in found if one.state == VersionState.LIVE)


Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Sight(Generic[Found]):
    """A version beside the live one, and what was found of them; or why that is not known."""

    version: CriteriaVersion
    live: CriteriaVersion
    words: Vocabulary
    basis: Basis | None = None
    found: Found | None = None
    why_not: str = ""


def _look_at(
    request: AuthenticatedRequest,
    number: int,
    ask: Callable[[Basis, CriteriaVersion], Found],
    what: str,
) -> Sight[Found]:
    """What `ask` finds of a version and the live one; `what` it judges, where that is too slow."""
    sight: Sight[Found] = Sight(*_to_come(request, number), current.vocabulary())
    try:
        rulebook = current.rulebook(sight.version, sight.words)
    except ConditionError as error:
        return replace(sight, why_not=f"{sight.version} asks for what is not there: {error}")
    basis = Basis(sight.version, rulebook, request.portal, clock.now())
    try:
        return replace(sight, basis=basis, found=ask(basis, sight.live))
    except recent.TooSlow:
        slow = f"Judging {what} took too long just now. Look again in a minute."
        return replace(sight, why_not=slow)


def _preview(request: AuthenticatedRequest, number: int) -> Sight[recent.Preview]:
    return _look_at(request, number, recent.preview, "the last 30 days")


def _past(request: AuthenticatedRequest, number: int) -> Sight[deals_of.Past]:
    return _look_at(request, number, deals_of.past, "the deals")


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_impact(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The panel alone for htmx, a page of it for a plain link."""
    seen = _preview(request, number)
    context: dict[str, Any] = {
        "version": seen.version,
        "live": seen.live,
        "found": seen.found,
        "why_not": seen.why_not,
    }
    if seen.basis and seen.found:
        # The list of a rep shows fewer, and a number must not lead to another one.
        lists = request.user.has_role(*policy.SEES_EVERY_LEAD)
        of = counting.leads_to_judge() if seen.found.is_sample else 0
        context |= said.panel(seen.basis, seen.live, seen.found, of=of, lists=lists)
    part = "leads/impact/partials/impact.html"
    return fragment(request, part if request.htmx else "leads/impact/impact.html", context)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_movers(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Who of the leads active lately would move from one stage to another, and why."""
    move = request.GET.get("from", ""), request.GET.get("to", "")
    if not {*move} <= {*Stage.values}:
        raise Http404
    seen = _preview(request, number)
    ids = _visible(request, seen.found.movers.get(move, []) if seen.found else [])
    begin = _beginning(ids, request.GET.get("after", ""))
    shown = ids[begin : begin + SIZE]
    context = {
        "version": seen.version,
        "live": seen.live,
        "move": move,
        "why_not": seen.why_not,
        "leads": formats.some(len(ids), "lead"),
        "rows": _told(request, seen, shown, move),
        "summary": f"{len(shown)} of {len(ids):,}" if shown else "",
        "newer": _page_link(request, ids, begin - SIZE) if begin else "",
        "older": _page_link(request, ids, begin + SIZE) if begin + SIZE < len(ids) else "",
    }
    return render(request, "leads/impact/movers.html", context)


def _visible(request: AuthenticatedRequest, ids: list[int]) -> list[int]:
    """Those of the ids that the reader may see, in their order."""
    if request.user.has_role(*policy.SEES_EVERY_LEAD):
        return ids
    rows = Lead.objects.visible_to(request.user).filter(pk__in=ids)
    seen = set(rows.values_list("pk", flat=True))
    return [pk for pk in ids if pk in seen]


def _beginning(ids: list[int], after: str) -> int:
    """Where the page behind a lead begins; at the start when it is not on the list."""
    pk = answers.id_number(after)
    return ids.index(pk) + 1 if pk in ids else 0


def _page_link(request: AuthenticatedRequest, ids: list[int], begin: int) -> str:
    return link(request.GET, after=str(ids[begin - 1]) if begin > 0 else None)


def _told(
    request: AuthenticatedRequest, seen: Sight[recent.Preview], ids: list[int], move: FromTo
) -> list[dict[str, Any]]:
    """The rows of a page: each lead with its scores, and why it moves."""
    if not ids or seen.basis is None:
        return []
    rows = Lead.objects.visible_to(request.user).select_related("company", "judgement__version")
    by_id = rows.in_bulk(ids)
    leads = [by_id[pk] for pk in ids if pk in by_id]
    before, after = current.rulebook(seen.live, seen.words), seen.basis.rulebook
    return [
        {"mover": mover, "reasons": said.why_they_move(mover, move, before, after)}
        for mover in movers.rule_changes(seen.basis, leads, seen.words)
    ]


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_past(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The panel of deals alone for htmx, a page of it for a plain link."""
    seen = _past(request, number)
    context: dict[str, Any] = {
        "version": seen.version,
        "live": seen.live,
        "why_not": seen.why_not,
        "may_import": policy.can(request.user, Action.IMPORT_LEADS),
    }
    if seen.found:
        lists = request.user.has_role(*policy.SEES_EVERY_LEAD)
        context |= said.deals(seen.version, seen.live, seen.found, lists=lists)
    part = "leads/impact/partials/past.html"
    return fragment(request, part if request.htmx else "leads/impact/past.html", context)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_deals(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The deals behind one number of the panel."""
    ending, by = request.GET.get("of", ""), request.GET.get("by", "")
    if ending not in deals_of.DECIDED or by not in said.DEALS:
        raise Http404
    seen = _past(request, number)
    deals = seen.found.of[ending] if seen.found else deals_of.Deals()
    ids = _visible(request, said.DEALS[by](deals))
    begin = _beginning(ids, request.GET.get("after", ""))
    shown = ids[begin : begin + SIZE]
    by_id = Lead.objects.visible_to(request.user).select_related("company").in_bulk(shown)
    context = {
        "version": seen.version,
        "live": seen.live,
        "title": said.title_of(ending, by, seen.version, seen.live),
        "why_not": seen.why_not,
        "rows": [
            {"lead": by_id[pk], "before": pk in deals.before, "after": pk in deals.after}
            for pk in shown
            if pk in by_id
        ],
        "summary": f"{len(shown)} of {len(ids):,}" if shown else "",
        "newer": _page_link(request, ids, begin - SIZE) if begin else "",
        "older": _page_link(request, ids, begin + SIZE) if begin + SIZE < len(ids) else "",
    }
    return render(request, "leads/impact/deals.html", context)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_standing(request: AuthenticatedRequest) -> HttpResponse:
    """The counts alone for htmx, a page of them for a plain link."""
    counts = cached("standing", standing.leads_by_stage)
    largest = max(counts.values(), default=0) or 1
    rows = [
        {"stage": stage, "count": counts[stage], "share": 100 * counts[stage] / largest}
        for stage in LIVING
        if counts.get(stage)
    ]
    part = "leads/impact/partials/standing.html"
    template = part if request.htmx else "leads/impact/standing.html"
    # The list of a rep shows fewer, and a number must not lead to another one.
    sees_all = request.user.has_role(*policy.SEES_EVERY_LEAD)
    return fragment(request, template, {"rows": rows, "sees_all": sees_all})
