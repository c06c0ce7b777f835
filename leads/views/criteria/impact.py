"""If this had been live: what a version would do to the leads active lately, and to whom."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import http, policy
from accounts.http import AuthenticatedRequest, fragment, permission_required
from accounts.policy import Action
from funnel import versions
from funnel.conditions import ConditionError
from funnel.models import CriteriaVersion, VersionState
from funnel.stages import Stage
from funnel.vocabulary import Vocabulary
from leadportal.db.paging import SIZE, link
from leadportal.look import formats
from leads.impact import counting, movers, recent
from leads.impact.reading import FromTo
from leads.models import Lead
from leads.present import impact as present
from leads.qualification import Basis


def to_come(request: AuthenticatedRequest, number: int) -> tuple[CriteriaVersion, CriteriaVersion]:
    """A version that was never live, if the reader may see it, and the live one. One query."""
    wanted = Q(number=number, state__in=counting.COUNTABLE)
    rows = CriteriaVersion.objects.visible_to(request.user)
    found = list(rows.filter(wanted | Q(state=VersionState.LIVE)))
    versions_to_come = [one for one in found if one.state != VersionState.LIVE]
    if not versions_to_come:
        raise Http404
    return versions_to_come[0], next(one for one in found if one.state == VersionState.LIVE)


@dataclass(frozen=True, slots=True)
class Look:
    """A version beside the live one, and what it would have done; or why that is not known."""

    version: CriteriaVersion
    live: CriteriaVersion
    words: Vocabulary
    basis: Basis | None = None
    found: recent.Preview | None = None
    why_not: str = ""


def look(request: AuthenticatedRequest, number: int) -> Look:
    sight = Look(*to_come(request, number), versions.vocabulary())
    try:
        rulebook = versions.rulebook(sight.version, sight.words)
    except ConditionError as error:
        return replace(sight, why_not=f"{sight.version} asks for what is not there: {error}")
    basis = Basis(sight.version, rulebook, request.portal, timezone.now())
    try:
        return replace(sight, basis=basis, found=recent.preview(basis, sight.live))
    except recent.TooSlow:
        slow = "Judging the last 30 days took too long just now. Look again in a minute."
        return replace(sight, why_not=slow)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_impact(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The panel alone for htmx, a page of it for a plain link."""
    seen = look(request, number)
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
        context |= present.panel(seen.basis, seen.live, seen.found, of=of, lists=lists)
    part = "leads/partials/criteria_impact.html"
    return fragment(request, part if request.htmx else "leads/criteria_impact.html", context)


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_movers(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """Who of the leads active lately would move from one stage to another, and why."""
    move = request.GET.get("from", ""), request.GET.get("to", "")
    if not {*move} <= {*Stage.values}:
        raise Http404
    seen = look(request, number)
    ids = visible(request, seen.found.movers.get(move, []) if seen.found else [])
    begin = beginning(ids, request.GET.get("after", ""))
    shown = ids[begin : begin + SIZE]
    context = {
        "version": seen.version,
        "live": seen.live,
        "move": move,
        "why_not": seen.why_not,
        "leads": formats.some(len(ids), "lead"),
        "rows": told(request, seen, shown, move),
        "summary": f"{len(shown)} of {len(ids):,}" if shown else "",
        "newer": page_link(request, ids, begin - SIZE) if begin else "",
        "older": page_link(request, ids, begin + SIZE) if begin + SIZE < len(ids) else "",
    }
    return render(request, "leads/criteria_movers.html", context)


def visible(request: AuthenticatedRequest, ids: list[int]) -> list[int]:
    """Those of the ids that the reader may see, in their order."""
    if request.user.has_role(*policy.SEES_EVERY_LEAD):
        return ids
    rows = Lead.objects.visible_to(request.user).filter(pk__in=ids)
    seen = set(rows.values_list("pk", flat=True))
    return [pk for pk in ids if pk in seen]


def beginning(ids: list[int], after: str) -> int:
    """Where the page behind a lead begins; at the start when it is not on the list."""
    pk = http.number(after)
    return ids.index(pk) + 1 if pk in ids else 0


def page_link(request: AuthenticatedRequest, ids: list[int], begin: int) -> str:
    return link(request.GET, after=str(ids[begin - 1]) if begin > 0 else None)


def told(
    request: AuthenticatedRequest, seen: Look, ids: list[int], move: FromTo
) -> list[dict[str, Any]]:
    """The rows of a page: each lead with its scores, and why it moves."""
    if not ids or seen.basis is None:
        return []
    rows = Lead.objects.visible_to(request.user).select_related("company", "version")
    by_id = rows.in_bulk(ids)
    leads = [by_id[pk] for pk in ids if pk in by_id]
    before, after = versions.rulebook(seen.live, seen.words), seen.basis.rulebook
    return [
        {"mover": mover, "reasons": present.reasons(mover, move, before, after)}
        for mover in movers.told(seen.basis, leads, seen.words)
    ]
