"""The page of one lead: what it is, what to do now, why, and everything that happened."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.http import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from funnel import versions
from funnel.models import QueueMember
from funnel.vocabulary import Vocabulary
from leadportal.db import paging
from leads import explanation, timeline
from leads.history import daily_totals, newest_of_lead
from leads.models import (
    Adjustment,
    Consent,
    Event,
    Handoff,
    HandoffState,
    Lead,
    Override,
    StageChange,
)
from leads.overrides.reading import adjustments_of_lead, override_of_lead, read
from leads.present import lead as present
from leads.present import timeline as told
from leads.present.kept import kept_from
from leads.present.trend import trend
from leads.present.words import role

SIDES = {"": "Everything", "marketing": "Marketing", "sales": "Sales"}
COLLEAGUES = 8
TREND_DAYS = 30


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead = get_object_or_404(for_page(request), pk=pk)
    adjusted = read(Adjustment, lead.told_adjustments)
    handoff, words = newest_handoff(request, lead), versions.vocabulary()
    context = {
        "lead": lead,
        "now": timezone.now(),
        "role": role(lead),
        **standing(request, lead, handoff, adjusted),
        **judgement(request, lead, handoff, words, adjusted),
        **history(request, lead, words),
        **colleagues(request, lead),
    }
    return render(request, "leads/lead.html", context)


def for_page(request: AuthenticatedRequest) -> Any:
    """One lead with what its page shows of the rows that hang on it, in one query."""
    fresh = Event.objects.filter(lead=OuterRef("pk"), received_at__gt=OuterRef("scored_at"))
    consents = Consent.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")
    return (
        Lead.objects.visible_to(request.user)
        .select_related("company", "source", "campaign", "owner", "version")
        .annotate(
            fresh=Subquery(fresh.order_by().values("lead").annotate(n=Count("pk")).values("n")),
            told_consents=ArraySubquery(
                consents.values(said=JSONObject(purpose="purpose", given="given", at=F("at")))
            ),
            told_scores=ArraySubquery(newest_of_lead(days=TREND_DAYS)),
            told_override=ArraySubquery(override_of_lead()),
            told_adjustments=ArraySubquery(adjustments_of_lead()),
        )
    )


def newest_handoff(request: AuthenticatedRequest, lead: Lead) -> Handoff | None:
    """The one that is going on, else the last; and whether the reader works its queue."""
    membership = QueueMember.objects.filter(queue=OuterRef("queue"), user=request.user)
    rows = Handoff.objects.filter(lead=lead).select_related("claimed_by", "queue", "version")
    rows = rows.annotate(member=Exists(membership))
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()


def standing(
    request: AuthenticatedRequest,
    lead: Lead,
    handoff: Handoff | None,
    adjusted: list[Adjustment],
) -> dict[str, Any]:
    """The path, the next step, and what people said against the criteria."""
    reader = request.user
    ledger = lead.stage_changes.filter(cycle=lead.cycle).order_by("at", "pk")
    moves = list(ledger.select_related("person"))
    works = policy.can(reader, Action.WORK_HANDOFFS)
    member = bool(handoff and handoff.member)
    return {
        "handoff": handoff,
        "is_live": handoff is not None and handoff.state != HandoffState.CLOSED,
        "handoff_facts": present.handoff_facts(handoff) if handoff else [],
        "lane": present.lane(lead, moves, handoff, reader),
        "next": present.next_step(lead, handoff, reader, works=works, member=member),
        "by_hand": by_hand(reader, lead, adjusted, moves),
        "place": present.place(lead),
        "refusal": present.do_not_contact(lead),
        "contact": present.contact(lead, lead.told_consents),
        "company": present.company(lead),
        "origin": present.origin(lead),
        "from_queue": bool(handoff and handoff.state == HandoffState.OPEN)
        and policy.can(reader, Action.OPEN_QUEUE),
    }


def by_hand(
    reader: User, lead: Lead, adjusted: list[Adjustment], moves: list[StageChange]
) -> present.ByHand:
    """What people said against the criteria, and what the reader may say."""
    override = next(iter(read(Override, lead.told_override)), None)
    return present.by_hand(lead, reader, override=override, adjustments=adjusted, moves=moves)


def judgement(
    request: AuthenticatedRequest,
    lead: Lead,
    handoff: Handoff | None,
    words: Vocabulary,
    adjusted: list[Adjustment],
) -> dict[str, Any]:
    """The score in lines, or that there is none yet."""
    context: dict[str, Any] = {
        "freshness": present.freshness(lead, lead.fresh or 0),
        "attributes": present.attributes(lead, words),
    }
    if lead.version is None:
        return context
    rulebook = versions.rulebook(lead.version, words)
    told_why = explanation.explain(
        lead, rulebook=rulebook, portal=request.portal, adjusted=adjusted
    )
    return context | {
        "why": present.why(lead, told_why, rulebook, handoff),
        "kept_from": kept_from(lead, rulebook),
        "trend": trend(daily_totals(lead.told_scores, days=TREND_DAYS)),
    }


def history(request: AuthenticatedRequest, lead: Lead, words: Vocabulary) -> dict[str, Any]:
    """The timeline, of one side or of both, a page at a time."""
    side = request.GET.get("show", "")
    side = side if side in SIDES else ""
    before = request.GET.get("before", "")
    things, has_older = timeline.happened(lead, side=side, before=before)
    reading = told.Reading(lead, request.user, words, request.portal.currency)
    return {
        "days": told.days(things, reading),
        "sides": [
            {
                "label": label,
                "url": f"?show={name}" if name else "?",
                "current": name == side,
            }
            for name, label in SIDES.items()
        ],
        "older": paging.link(request.GET, before=things[-1].key) if has_older else "",
        "newest": paging.link(request.GET, before=None) if before else "",
    }


def colleagues(request: AuthenticatedRequest, lead: Lead) -> dict[str, Any]:
    """Others at the same company whom the reader may see."""
    if lead.company_id is None:
        return {}
    others = Lead.objects.visible_to(request.user).filter(company=lead.company_id)
    others = others.exclude(pk=lead.pk).order_by(F("total").desc(nulls_last=True), "-pk")
    return {"colleagues": list(others[:COLLEAGUES])}
