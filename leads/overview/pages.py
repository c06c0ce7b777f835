"""The overview: is the handoff healthy, and what needs me?"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.models import CriteriaVersion, VersionState
from leadportal.look.line_chart import LineChart, Series, line_charts
from leads.metrics import catalogue, weeks
from leads.metrics.answers import handoffs, reps, statements
from leads.metrics.cached import of_period
from leads.metrics.links import counted_url, rejections_url
from leads.metrics.periods import WEEKS, Period
from leads.metrics.shares import Share
from leads.metrics.tiles import Figures, missed, promised
from leads.overview import attention
from leads.quality.pages import figures_asked_for, periods

SHOWN_VERSIONS = 5


@require_safe
@permission_required(Action.OPEN_OVERVIEW)
def overview(request: AuthenticatedRequest) -> HttpResponse:
    figures = figures_asked_for(request)
    period = figures.period
    team = of_period("reps", period, lambda: reps.reps(period))
    versions = list(_newest_versions())
    live = next(version for version in versions if version.state == VersionState.LIVE)
    context = {
        "week": period.last_day.isocalendar().week,
        "tiles": [
            figures.claims(),
            figures.touches(),
            figures.acceptance(),
            figures.queue(),
            figures.handed(),
        ],
        "marketing": _marketing_promises(figures),
        "sales": _sales_promises(figures),
        "needs": attention.needs(request.user, figures.waiting, team, live, period.ends),
        "first_steps": [] if figures.now.claimed else attention.first_steps(),
        "charts": charts(figures, versions),
        "reps": _with_links(team, period),
        "live": live,
        "versions": _with_outcomes(versions),
    }
    return render(request, "leads/overview/overview.html", periods(figures) | context)


def _newest_versions() -> QuerySet[CriteriaVersion]:
    """The live one is always among them: only a proposed and a scheduled one can be newer."""
    known = CriteriaVersion.objects.exclude(state=VersionState.DRAFT).defer("content")
    return known[:SHOWN_VERSIONS]


def _marketing_promises(figures: Figures) -> list[dict[str, Any]]:
    """What marketing delivered. No number is agreed yet, so nothing here is kept or missed."""
    now = figures.now
    handed, decided = (
        counted_url(metric, figures.period) for metric in (catalogue.HANDED, catalogue.DECIDED)
    )
    return [
        {
            "label": "SQLs handed over",
            "value": now.handed,
            "url": handed if now.handed else "",
        },
        {
            "label": "Accepted by Sales",
            "share": now.acceptance,
            "side": "mk",
            "url": decided if now.decided else "",
        },
    ]


def _sales_promises(figures: Figures) -> list[dict[str, Any]]:
    """A promise to every lead: kept when no lead missed it."""
    now, portal, period = figures.now, figures.portal, figures.period
    shares = (
        (
            f"Claimed in {promised(portal.claim_minutes)}",
            now.claims_in_time,
            counted_url(catalogue.CLAIM_DUE, period),
            counted_url(catalogue.CLAIM_MISSED, period),
        ),
        (
            f"First touch in {promised(portal.touch_minutes)}",
            now.touches_in_time,
            counted_url(catalogue.TOUCH_DUE, period),
            counted_url(catalogue.TOUCH_MISSED, period),
        ),
        (
            "Rejections with a reason",
            Share(now.rejected, now.rejected),
            rejections_url(period.starts),
            "",
        ),
    )
    return [
        {
            "label": label,
            "share": share,
            "side": "sa",
            "is_due": share.whole,
            "missed": missed(share),
            "url": url if share.whole else "",
            "missed_url": missed_url,
        }
        for label, share, url, missed_url in shares
    ]


def charts(figures: Figures, versions: list[CriteriaVersion]) -> list[LineChart]:
    period = figures.period
    switched_on = {
        version.live_at.astimezone(period.zone).date(): f"{version} on"
        for version in versions
        if version.live_at and version.number > 1
    }
    lines = [
        Series("mk", "Accepted by Sales", "accepted", _shares(figures, "acceptance")),
        Series("sa", "Claimed in time", "in time", _shares(figures, "claims_in_time")),
    ]
    return line_charts(lines, period.weeks[-WEEKS:], switched_on, title="Thirteen weeks")


def _shares(figures: Figures, name: str) -> list[int | None]:
    return weeks.shares(figures.weeks, lambda numbers: getattr(numbers, name))


def _with_outcomes(versions: list[CriteriaVersion]) -> list[dict[str, Any]]:
    """Each version with what became of the leads it handed over."""
    numbers = handoffs.by_version([version.pk for version in versions])
    return [
        {
            "version": version,
            "numbers": numbers.get(version.pk, statements.Numbers()),
            "handed_url": counted_url(catalogue.HANDED, version=version.pk),
            "decided_url": counted_url(catalogue.DECIDED, version=version.pk),
        }
        for version in versions
    ]


def _with_links(team: list[reps.Rep], period: Period) -> list[dict[str, Any]]:
    """Each rep with the list behind each of their numbers."""
    behind = {
        "claimed_url": catalogue.CLAIMED,
        "to_claim_url": catalogue.TO_CLAIM,
        "to_touch_url": catalogue.TO_TOUCH,
        "touches_url": catalogue.TOUCH_DUE,
        "decided_url": catalogue.DECIDED,
    }
    return [
        {
            "name": rep.name,
            "numbers": rep.numbers,
            "late": rep.late,
            "late_url": counted_url(catalogue.LATE_TOUCH, rep=rep.id),
            **{name: counted_url(metric, period, rep=rep.id) for name, metric in behind.items()},
        }
        for rep in team
    ]
