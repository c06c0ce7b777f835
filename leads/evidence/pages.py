"""Evidence: what rejections say about the criteria, and a draft that begins with a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.policy import Action
from funnel.rulebook.parts import Rule
from funnel.versions import cases, current
from funnel.versions.states import VersionError
from leadportal.db import clock
from leadportal.web.answers import id_number, refused
from leadportal.web.posts import post_only
from leads.evidence import evidence as tables
from leads.evidence import words
from leads.metrics.answers import evidence as asked
from leads.metrics.answers import verdicts
from leads.metrics.answers.evidence import Flaw
from leads.metrics.answers.verdicts import Reasons
from leads.metrics.cached import of_period
from leads.metrics.periods import DEFAULT, SPANS, Period
from leads.metrics.shares import Share


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was asked of the record for one period, and the rules of the live version by id."""

    period: Period
    live: Mapping[str, Rule]
    reasons: Reasons
    flaws: list[Flaw]
    precision: Mapping[str, Share]


def _found(request: AuthenticatedRequest, key: str) -> Evidence:
    """Three questions; kept for a minute where they are costly."""
    period = Period.ending(clock.now(), key=key, zone=request.portal.zone)
    version = current.live()
    rulebook = current.readable(version)
    live = {rule.id: rule for rule in rulebook.rules} if rulebook else {}
    reasons, flaws, precision = of_period(
        f"evidence:{version.pk}",
        period,
        lambda: (
            verdicts.rejection_reasons(period),
            asked.flaws(period),
            asked.precision(period, list(live)),
        ),
    )
    return Evidence(period, live, reasons, flaws, precision)


@require_safe
@permission_required(Action.READ_REJECTIONS)
def evidence(request: AuthenticatedRequest) -> HttpResponse:
    found = _found(request, request.GET.get("period", DEFAULT))
    period, since = found.period, found.period.starts
    context: dict[str, Any] = {
        "period": period,
        "span": period.span,
        "spans": SPANS.values(),
        "try_longer": f"?period={period.span.longer}" if period.span.longer else "",
        "by_source": tables.by_source(found.reasons, since),
        "by_flaw": tables.by_flaw(found.flaws, found.reasons, found.live, since),
        "precision": tables.precision(found.precision, found.flaws, found.live, since),
        "may_draft": policy.can(request.user, Action.DRAFT_CRITERIA),
    }
    return render(request, "leads/evidence/evidence.html", context)


@post_only("rejections-evidence")
@permission_required(Action.DRAFT_CRITERIA)
def evidence_draft(request: AuthenticatedRequest) -> HttpResponse:
    """Put the case that the button stood beside into the note of the draft, and go there."""
    found = _found(request, request.POST.get("period", DEFAULT))
    case, older = _case(found, request.POST.get("reason", ""), request.POST.get("rule", ""))
    try:
        version = cases.note(case, request.user, instead_of=older)
    except VersionError as error:
        return refused(request, "No draft was started", str(error), "rejections-evidence")
    messages.success(request, f"The case is in the note of {version}. Nothing live changes.")
    return redirect("draft", version.number)


def _case(found: Evidence, reason: str, rule: str) -> tuple[str, str]:
    """The case in words, and a pattern of how it was told before.

    Raises Http404 for one that the period does not have.
    """
    reason_id = id_number(reason)
    if reason_id is not None and reason_id in found.reasons.labels:
        told = words.told_of_reason(found.reasons.labels[reason_id])
        return words.of_reason(reason_id, found.reasons, found.period), told
    flaws = [one for one in found.flaws if one.rule == rule]
    label, share = words.label_of(rule, found.live, flaws), found.precision.get(rule, Share(0, 0))
    if not label:
        raise Http404
    return words.of_rule(label, share, flaws, found.period), words.told_of_rule(label)
