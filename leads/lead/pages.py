"""The page of one lead: what it is, what to do now, why, and everything that happened."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from funnel.models import QueueMember
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import paging
from leadportal.web.answers import fragment, go
from leads import local_time, news
from leads import words as phrases
from leads.by_hand import words as by_hand_words
from leads.by_hand.reading import adjustments_of_lead, override_of_lead, rows_of
from leads.explanation import stored
from leads.judging.history import daily_totals, newest_of_lead
from leads.lead import notes, timeline
from leads.lead.forms import NoteForm
from leads.lead.words import next_step, path, who, why
from leads.lead.words import timeline as told
from leads.lead.words.notice import kept_from
from leads.lead.words.trend import trend
from leads.models import (
    Adjustment,
    Consent,
    Event,
    FollowUp,
    Handoff,
    HandoffState,
    Lead,
    Override,
    StageChange,
)
from leads.search import recent
from leads.words import role

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

SIDES = {"": "Everything", "marketing": "Marketing", "sales": "Sales"}
COLLEAGUES = 8
TREND_DAYS = 30

Told: TypeAlias = list[dict[str, Any]]


class _OnPage(TypedDict):
    """What the query of a lead reads of the rows that hang on it."""

    fresh: int | None
    has_news: bool
    told_consents: Told
    told_scores: Told
    told_follow_ups: Told
    told_override: Told
    told_adjustments: Told


class _ToReader(TypedDict):
    """Whether the reader works the queue of a handoff."""

    member: bool


LeadOnPage: TypeAlias = "WithAnnotations[Lead, _OnPage]"
HandoffOnPage: TypeAlias = "WithAnnotations[Handoff, _ToReader]"


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    lead: LeadOnPage = get_object_or_404(_for_page(request), pk=pk)
    recent.remember(request.session, pk)
    adjusted = rows_of(Adjustment, lead.told_adjustments)
    handoff, words = _newest_handoff(request, lead), current.vocabulary()
    context = {
        "lead": lead,
        "now": timezone.now(),
        "role": role(lead),
        "local_time": local_time.told(lead, timezone.now()),
        "may_note": policy.can(request.user, Action.WRITE_NOTES),
        **_follow_up(request.user, lead),
        **_standing(request, lead, handoff, adjusted),
        **_judgement(request, lead, handoff, words, adjusted),
        **_history(request, lead, words),
        **_colleagues(request, lead),
    }
    return render(request, "leads/lead/lead.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Action.WRITE_NOTES)
def lead_note(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Write a note beside the lead, or on a page of its own without a script."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        try:
            notes.write(lead, request.user, text=form.cleaned_data["text"])
        except notes.NoteRefused as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, "Noted.")
            return go(request, lead)
    context = {"lead": lead, "form": form, "drawer_title": "Write a note"}
    status = 422 if form.errors else 200
    return fragment(request, "leads/lead/note.html", context, status=status)


def _for_page(request: AuthenticatedRequest) -> "QuerySet[LeadOnPage]":
    """One lead with what its page shows of the rows that hang on it, in one query."""
    scored_at = OuterRef("judgement__scored_at")
    fresh = Event.objects.filter(lead=OuterRef("pk"), received_at__gt=scored_at)
    consents = Consent.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")
    return (
        Lead.objects.visible_to(request.user)
        .select_related("company", "source", "campaign", "owner", "judgement__version")
        .annotate(
            fresh=Subquery(fresh.order_by().values("lead").annotate(n=Count("pk")).values("n")),
            has_news=Exists(news.about(OuterRef("pk"), OuterRef("company"))),
            told_consents=ArraySubquery(
                consents.values(said=JSONObject(purpose="purpose", given="given", at=F("at")))
            ),
            told_scores=ArraySubquery(newest_of_lead(days=TREND_DAYS)),
            told_follow_ups=ArraySubquery(_planned_for(request.user)),
            told_override=ArraySubquery(override_of_lead()),
            told_adjustments=ArraySubquery(adjustments_of_lead()),
        )
    )


def _newest_handoff(request: AuthenticatedRequest, lead: Lead) -> "HandoffOnPage | None":
    """The one that is going on, else the last; and whether the reader works its queue."""
    membership = QueueMember.objects.filter(queue=OuterRef("queue"), user=request.user)
    rows = Handoff.objects.filter(lead=lead).select_related("claimed_by", "queue", "version")
    rows = rows.annotate(member=Exists(membership))
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()


def _standing(
    request: AuthenticatedRequest,
    lead: "LeadOnPage",
    handoff: "HandoffOnPage | None",
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
        "handoff_facts": who.handoff_facts(handoff) if handoff else [],
        "lane": path.lane(lead, moves, handoff, reader),
        "next": next_step.next_step(lead, handoff, reader, works=works, member=member),
        "by_hand": _by_hand(reader, lead, adjusted, moves),
        "place": phrases.place(lead),
        "refusal": who.do_not_contact(lead),
        "contact": who.contact(lead, lead.told_consents),
        "company": who.company(lead),
        "origin": who.origin(lead),
        "from_queue": bool(handoff and handoff.state == HandoffState.OPEN)
        and policy.can(reader, Action.OPEN_QUEUE),
    }


def _by_hand(
    reader: User, lead: "LeadOnPage", adjusted: list[Adjustment], moves: list[StageChange]
) -> by_hand_words.ByHand:
    """What people said against the criteria, and what the reader may say."""
    override = next(iter(rows_of(Override, lead.told_override)), None)
    return by_hand_words.by_hand(lead, reader, override=override, adjustments=adjusted, moves=moves)


def _judgement(
    request: AuthenticatedRequest,
    lead: "LeadOnPage",
    handoff: Handoff | None,
    words: Vocabulary,
    adjusted: list[Adjustment],
) -> dict[str, Any]:
    """The score in lines, or that there is none yet."""
    context: dict[str, Any] = {
        "freshness": why.freshness(lead, lead.fresh or 0, has_news=lead.has_news),
        "attributes": who.attributes(lead, words),
    }
    if lead.judgement.version is None:
        return context
    rulebook = current.rulebook(lead.judgement.version, words)
    told_why = stored.explain(lead, rulebook=rulebook, portal=request.portal, adjusted=adjusted)
    if told_why is None:
        return context
    return context | {
        "why": why.why(lead, told_why, rulebook, handoff),
        "kept_from": kept_from(lead, rulebook),
        "trend": trend(
            daily_totals(lead.told_scores, days=TREND_DAYS, zone=ZoneInfo(request.portal.zone))
        ),
    }


def _planned_for(reader: User) -> "QuerySet[FollowUp, Any]":
    """What the reader may see of what is planned next with a lead."""
    planned = FollowUp.objects.visible_to(reader).open().filter(lead=OuterRef("pk"))
    said = JSONObject(due_at="due_at", note="note", owner=F("owner__name"), owner_id=F("owner"))
    return planned.order_by("due_at").values(said=said)


def _follow_up(reader: User, lead: "LeadOnPage") -> dict[str, Any]:
    """What is planned next with the lead, and whether it is the reader's to plan."""
    planned = next(iter(lead.told_follow_ups), None)
    mine = lead.owner_id == reader.pk and policy.can(reader, Action.WORK_HANDOFFS)
    if planned:
        planned = planned | {"due_at": datetime.fromisoformat(planned["due_at"])}
    return {"follow_up": planned, "may_plan": mine}


def _history(request: AuthenticatedRequest, lead: Lead, words: Vocabulary) -> dict[str, Any]:
    """The timeline, of one side or of both, a page at a time."""
    side = request.GET.get("show", "")
    side = side if side in SIDES else ""
    before = request.GET.get("before", "")
    things, has_older = timeline.happened(lead, side=side, before=before)
    reading = told.Reader(lead, request.user, words, request.portal.currency)
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


def _colleagues(request: AuthenticatedRequest, lead: Lead) -> dict[str, Any]:
    """Others at the same company whom the reader may see."""
    if lead.company_id is None:
        return {}
    others = Lead.objects.visible_to(request.user).filter(company=lead.company_id)
    others = others.select_related("judgement")
    others = others.exclude(pk=lead.pk).order_by(F("judgement__total").desc(nulls_last=True), "-pk")
    return {"colleagues": list(others[:COLLEAGUES])}
