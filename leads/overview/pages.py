"""The overview: is the handoff healthy, and what needs me?"""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from accounts.roles import Side
from funnel.models import CriteriaVersion, VersionState
from funnel.versions import signing
from leadportal.look import formats
from leadportal.look.line_chart import LineChart, Point, Series, line_charts
from leadportal.look.told import Told
from leads.metrics import catalogue, said, weeks
from leads.metrics.answers import handoffs, reps, statements
from leads.metrics.cached import of_period
from leads.metrics.links import counted_days_url, counted_url, rejections_url
from leads.metrics.periods import DAY, RUN, WEEK, WEEKS, Period, days_text
from leads.metrics.shares import Share
from leads.metrics.tiles import (
    ACCEPTANCE,
    CLAIMS,
    OF_MEDIAN,
    TOUCHES,
    Figures,
    Rate,
    missed,
    promised,
)
from leads.overview import attention
from leads.quality.pages import figures_asked_for, periods

SHOWN_VERSIONS = 5


@require_safe
@permission_required(Action.OPEN_OVERVIEW)
def overview(request: AuthenticatedRequest) -> HttpResponse:
    figures = figures_asked_for(request)
    period = figures.period
    team = of_period("reps", period, lambda: reps.reps(period))
    versions = list(_newest_versions(request.user))
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
        "needs": attention.needs(
            request.user,
            figures.waiting,
            team,
            live,
            period.ends,
            unsigned=[version for version in versions if version.waits_for_reader],
            agreed=[version for version in versions if version.is_agreed],
        ),
        "first_steps": [] if figures.now.claimed else attention.first_steps(request.user),
        "charts": charts(figures, versions),
        "reps": _with_links(team, period),
        "of_median": OF_MEDIAN,
        "live": live,
        "versions": _with_outcomes(versions),
    }
    return render(request, "leads/overview/overview.html", periods(figures) | context)


def _newest_versions(user: User) -> QuerySet[Any]:
    """The live one is always among them: only a proposed and a scheduled one can be newer.

    With `waits_for_reader`, whether the signature of this person is asked for, and `is_agreed`,
    whether all have signed what is not live yet.
    """
    known = CriteriaVersion.objects.exclude(state=VersionState.DRAFT).defer("content")
    to_sign = signing.signatures_waiting_for(user)
    unsigned = CriteriaVersion.objects.lacking_signature_of([*Side])
    known = known.annotate(
        waits_for_reader=Q(pk__in=to_sign.values("pk")),
        is_agreed=Q(state=VersionState.SCHEDULED)
        | Q(state=VersionState.PROPOSED) & ~Q(pk__in=unsigned.values("pk")),
    )
    return known[:SHOWN_VERSIONS]


def _marketing_promises(figures: Figures) -> list[dict[str, Any]]:
    """What marketing delivered. No number is agreed yet, so nothing here is kept or missed."""
    handed = figures.now.handed
    url = counted_url(catalogue.HANDED, figures.period) if handed else ""
    return [
        {"label": "SQLs handed over", "figure": [Told(formats.number(handed), url)]},
        {"label": "Accepted by Sales", **_rated(figures, ACCEPTANCE, "mk")},
    ]


def _sales_promises(figures: Figures) -> list[dict[str, Any]]:
    """A promise to every lead: kept when no lead missed it."""
    now, portal = figures.now, figures.portal
    rejected = Share(now.rejected, now.rejected)
    url = rejections_url(figures.period.starts)
    return [
        {
            "label": f"Claimed in {promised(portal.claim_minutes)}",
            **_rated(figures, CLAIMS, "sa"),
            **_kept(figures, CLAIMS, catalogue.CLAIM_MISSED),
        },
        {
            "label": f"First touch in {promised(portal.touch_minutes)}",
            **_rated(figures, TOUCHES, "sa"),
            **_kept(figures, TOUCHES, catalogue.TOUCH_MISSED),
        },
        {
            "label": "Rejections with a reason",
            **_told(rejected, url, url, "sa"),
            "is_due": rejected.whole,
        },
    ]


def _rated(figures: Figures, rate: Rate, side: str) -> dict[str, Any]:
    part, whole = (counted_url(metric, figures.period) for metric in (rate.part, rate.whole))
    return _told(rate.of(figures.now), part, whole, side)


def _told(share: Share, part_url: str, whole_url: str, side: str) -> dict[str, Any]:
    """A share as it stands beside its bar; a percentage with its counts."""
    counts = said.counts(share, part_url, whole_url) if share.is_ranked else []
    figure = said.figure(share, part_url, whole_url)
    return {"share": share, "figure": figure, "counts": counts, "side": side}


def _kept(figures: Figures, rate: Rate, metric: catalogue.Metric) -> dict[str, Any]:
    share = rate.of(figures.now)
    url = counted_url(metric, figures.period)
    return {"is_due": share.whole, "missed": missed(share), "missed_url": url}


def charts(figures: Figures, versions: list[CriteriaVersion]) -> list[LineChart]:
    period = figures.period
    switched_on = {
        version.live_at.astimezone(period.zone).date(): f"{version} on"
        for version in versions
        if version.live_at and version.number > 1
    }
    lines = [
        _series(figures, ACCEPTANCE, "mk", "Accepted by Sales", "accepted"),
        _series(figures, CLAIMS, "sa", "Claimed in time", "in time"),
    ]
    return line_charts(lines, period.weeks[-WEEKS:], switched_on, title="Thirteen weeks")


def _series(figures: Figures, rate: Rate, side: str, says: str, short: str) -> Series:
    """A line of four weeks each, and behind each point the handoffs that it is made of."""
    runs = weeks.runs(figures.weeks, rate.of)
    points = [
        _point(figures.period, rate, week, share, says)
        for week, share in zip(figures.period.weeks[-WEEKS:], runs, strict=True)
    ]
    return Series(side, says, short, weeks.percentages(runs), points)


def _point(period: Period, rate: Rate, week: date, share: Share, says: str) -> Point:
    """The week's share, over the four weeks up to it."""
    first, last = week - WEEK * (RUN - 1), min(week + WEEK - DAY, period.last_day)
    url = counted_days_url(rate.part if share.part else rate.whole, first, last)
    return Point(url, f"{says}: {share}, {share.counts}, {days_text(first, last)}")


def _with_outcomes(versions: list[CriteriaVersion]) -> list[dict[str, Any]]:
    """Each version with what became of the leads it handed over."""
    found = handoffs.by_version([version.pk for version in versions])
    return [
        _with_outcome(version, found.get(version.pk, statements.Numbers())) for version in versions
    ]


def _with_outcome(version: CriteriaVersion, numbers: statements.Numbers) -> dict[str, Any]:
    handed, accepted, decided = (
        counted_url(metric, version=version.pk)
        for metric in (catalogue.HANDED, catalogue.ACCEPTED, catalogue.DECIDED)
    )
    return {
        "version": version,
        "numbers": numbers,
        "handed_url": handed,
        "accepted": said.figure(numbers.acceptance, accepted, decided),
    }


def _with_links(team: list[reps.Rep], period: Period) -> list[dict[str, Any]]:
    """Each rep with the list behind each of their numbers."""
    return [_with_link(rep, period) for rep in team]


def _with_link(rep: reps.Rep, period: Period) -> dict[str, Any]:
    def of_rep(metric: catalogue.Metric) -> str:
        return counted_url(metric, period, rep=rep.id)

    def rated(rate: Rate) -> list[Told]:
        return said.figure(rate.of(rep.numbers), of_rep(rate.part), of_rep(rate.whole))

    return {
        "name": rep.name,
        "numbers": rep.numbers,
        "late": rep.late,
        "late_url": counted_url(catalogue.LATE_TOUCH, rep=rep.id),
        "claimed_url": of_rep(catalogue.CLAIMED),
        "to_claim_url": of_rep(catalogue.TO_CLAIM),
        "to_touch_url": of_rep(catalogue.TO_TOUCH),
        "touches": rated(TOUCHES),
        "acceptance": rated(ACCEPTANCE),
    }
