"""Lead quality: are we sending the right leads?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.stages import Stage
from leadportal.db import clock
from leads.metrics import catalogue
from leads.metrics.answers import cohort, verdicts
from leads.metrics.cached import of_period
from leads.metrics.links import counted_url, leads_url, rejections_url
from leads.metrics.periods import DEFAULT, SPANS
from leads.metrics.tiles import Figures
from leads.quality import tables
from leads.rejections import listing


@require_safe
@permission_required(Action.OPEN_QUALITY)
def quality(request: AuthenticatedRequest) -> HttpResponse:
    figures = figures_asked_for(request)
    tiles = [
        figures.handed(),
        figures.acceptance(),
        figures.rejected(),
        figures.queue(),
        figures.claims(),
    ]
    sort = request.GET.get("sort", "")
    context = periods(figures) | _origins(figures, sort) | {"tiles": tiles}
    context["pressing"] = listing.pressing(request.user, figures.period.ends)
    context["may_answer"] = policy.can(request.user, Action.ANSWER_REJECTIONS)
    return render(request, "leads/quality/quality.html", context)


def _origins(figures: Figures, sort: str) -> dict[str, Any]:
    """The funnel, and where its leads came from."""
    period, overall = figures.period, figures.now.acceptance
    cohorts, (before, any_leads), (sources, campaigns), reasons = of_period(
        "verdicts-by-origin",
        period,
        lambda: (
            cohort.cohorts(period),
            cohort.created_before_and_ever(period),
            verdicts.verdicts(period),
            verdicts.rejection_reasons(period),
        ),
    )
    since = period.starts
    rows = tables.by_source(cohorts, sources, reasons, overall=overall, period=period)
    sort = tables.sort_of(rows, sort)
    return {
        "cohort": cohorts.everybody,
        "any_leads": any_leads,
        "cohort_url": leads_url(since),
        "back_url": leads_url(since, reached=Stage.REJECTED),
        "nurtured_url": leads_url(since, reached=Stage.REJECTED, stage=Stage.NURTURE),
        "steps": tables.funnel_steps(cohorts.everybody, before, period),
        "sources": tables.ordered(rows, sort),
        "sort": sort,
        "campaigns": tables.by_campaign(cohorts, campaigns, overall=overall, period=period),
        "reasons": tables.reason_rows(reasons, since),
        "concentration": tables.concentration(reasons, since),
    }


def figures_asked_for(request: AuthenticatedRequest) -> Figures:
    """The figures of the period in the query string, in days of the company's zone."""
    key = request.GET.get("period", DEFAULT)
    return Figures.ending(clock.now(), key=key, portal=request.portal)


def periods(figures: Figures) -> dict[str, Any]:
    """What both pages of numbers show of their period, and how the numbers are made."""
    span = figures.period.span
    return {
        "period": figures.period,
        "span": span,
        "spans": SPANS.values(),
        "try_longer": f"?period={span.longer}" if span.longer else "",
        "now": figures.now,
        "formulas": catalogue.formulas(),
        "rejected_url": rejections_url(figures.period.starts),
        "decided_url": counted_url(catalogue.DECIDED, figures.period),
        "accepted_url": counted_url(catalogue.ACCEPTED, figures.period),
        "claimed_url": counted_url(catalogue.CLAIMED, figures.period),
    }
