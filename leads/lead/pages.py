"""The page of one lead: what it is, what to do now, why, and everything that happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.access import AuthenticatedRequest, permission_required
from accounts.models import User
from accounts.policy import Action
from funnel.models import VersionState
from funnel.stages import IN_WORK
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db import clock, paging
from leadportal.web.answers import fragment, go
from leads import local_time
from leads import words as phrases
from leads.by_hand import words as by_hand_words
from leads.by_hand.reading import rows_of
from leads.consent import has_objected
from leads.editing import editing, said
from leads.explanation import stored
from leads.handoffs import bant, verdicts
from leads.judging.history import daily_totals
from leads.lead import changes, notes, timeline
from leads.lead.alike import living_heir, parts_of
from leads.lead.forms import NoteForm
from leads.lead.reading import (
    TREND_DAYS,
    HandoffOnPage,
    LeadOnPage,
    bant_rows,
    for_page,
    newest_handoff,
    not_of,
)
from leads.lead.words import alike, consents, next_step, path, who, why
from leads.lead.words import timeline as told
from leads.lead.words import unread as unread_words
from leads.lead.words.notice import kept_from
from leads.lead.words.trend import trend
from leads.models import (
    Adjustment,
    BantItem,
    Handoff,
    HandoffState,
    Lead,
    Outcome,
    Override,
    StageChange,
)
from leads.preferences import links
from leads.search import recent
from leads.verdicts import words as verdict_words
from leads.walks.filters import carried, walk_of
from leads.words import role

SIDES = {"": "Everything", "marketing": "Marketing", "sales": "Sales"}
COLLEAGUES = 8


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = for_page(request.user).filter(pk=pk).first()
    if found is None:
        return _heir_or_404(request, pk)
    lead: LeadOnPage = found
    recent.remember(request.session, pk)
    adjusted = rows_of(Adjustment, lead.told_adjustments)
    handoff, words = newest_handoff(request.user, lead), current.vocabulary()
    context = {
        "lead": lead,
        "token": changes.Known.of(lead).token,
        "now": clock.now(),
        "role": role(lead),
        "local_time": local_time.told(lead, clock.now()),
        "may_note": policy.can(request.user, Action.WRITE_NOTES),
        "alike": alike.notes(lead.told_alike, lead),
        "may_merge": policy.can(request.user, Action.MERGE_LEADS),
        "may_erase": policy.can(request.user, Action.ERASE_LEADS),
        **_follow_up(request.user, lead),
        **_standing(request, lead, handoff, words, adjusted),
        **_judgement(request, lead, handoff, words, adjusted),
        **_history(request, lead, words),
        **_colleagues(request, lead),
        **_walk(request, handoff),
    }
    return render(request, "leads/lead/lead.html", context)


def _heir_or_404(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Where the page of a lead is, that became a part of another."""
    seen = Lead.objects.visible_to(request.user).exclude(pk=pk)
    return redirect(get_object_or_404(seen, pk=living_heir(pk)))


def _walk(request: AuthenticatedRequest, handoff: Handoff | None) -> dict[str, Any]:
    """The list one came from, with its address, and the query string that leads along it."""
    walk = walk_of(request.GET)
    if walk is not None:
        kept = carried(request.GET)
        url = f"{reverse(walk.url_name)}?{kept}".removesuffix("?")
        walked = f"?from={request.GET['from']}&{kept}".removesuffix("&")
        return {"crumb": walk.label, "crumb_url": url, "walked": walked}
    is_open = handoff is not None and handoff.state == HandoffState.OPEN
    in_queue = is_open and policy.can(request.user, Action.OPEN_QUEUE)
    name = "queue" if in_queue else "leads"
    return {"crumb": name.capitalize(), "crumb_url": reverse(name)}


@require_safe
@permission_required(Action.OPEN_LEADS)
def lead_changes(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Whether an open page is still the truth: 204, or what is new and a way to fetch it."""
    lead = get_object_or_404(changes.for_look(request.user), pk=pk)
    try:
        known = changes.Known.read(request.GET.get("since", ""))
    except ValueError:
        return HttpResponseBadRequest("since is not a token of this page.")
    news = changes.news(lead, known, request.user)
    if not news:
        return HttpResponse(status=204)
    context = {"lead": lead, "news": news}
    return fragment(request, "leads/lead/partials/news.html", context)


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


def _standing(
    request: AuthenticatedRequest,
    lead: "LeadOnPage",
    handoff: "HandoffOnPage | None",
    words: Vocabulary,
    adjusted: list[Adjustment],
) -> dict[str, Any]:
    """The path, the next step, BANT, and what people said against the criteria."""
    reader = request.user
    ledger = lead.stage_changes.filter(cycle=lead.cycle).order_by("at", "pk")
    moves = list(ledger.select_related("person"))
    rows, asked = bant_rows(lead.told_bant), _asked_bant(lead, words)
    now = next_step.Situation(
        lead,
        handoff,
        reader,
        moves,
        request.portal.currency,
        works=policy.can(reader, Action.WORK_HANDOFFS),
        member=bool(handoff and handoff.member),
        leads_team=policy.can(reader, Action.WORK_FOR_OTHERS),
        answers=policy.can(reader, Action.ANSWER_REJECTIONS),
        refusal=phrases.do_not_contact(lead),
        unknown=[item for item in rows if item not in bant.known(rows)],
        asked=asked,
        wait=next(iter(lead.told_wait), None),
        dispute=next(iter(lead.told_dispute), None),
    )
    whose, unread = said.whose(lead), unread_words.notes(lead.told_unread)
    return {
        "handoff": handoff,
        "handoff_facts": who.handoff_facts(handoff) if handoff else [],
        "lane": path.lane(lead, moves, handoff, reader),
        "back": path.came_back(next(iter(lead.told_last_time), None), handoff),
        "next": next_step.next_step(now),
        "sheet": _sheet(now, rows),
        "by_hand": _by_hand(reader, lead, adjusted, moves),
        "place": phrases.place(lead),
        "refusal": now.refusal,
        "contact": [
            *who.contact(lead, whose, unread, may_reach=not now.refusal),
            *who.elsewhere(lead, whose, unread),
        ],
        "agrees": consents.proofs(lead, lead.told_consents),
        "consent_unread": unread_words.of_consent(unread),
        "preferences": _preferences(reader, lead),
        "said_first": who.at_first(whose),
        "may_edit": editing.may_edit(reader, lead),
        "own_words": who.own_words(lead.told_words),
        "company": who.company(lead, unread),
        "not_of": not_of(lead),
        "origin": who.origin(lead, request.portal.currency, whose, unread),
        "attributes": who.attributes(lead, words, unread),
    }


def _preferences(reader: User, lead: Lead) -> str:
    """The link to the page of the person, for who may give it to them."""
    may = policy.can(reader, Action.SHARE_PREFERENCES)
    return links.page(lead, clock.now()) if may else ""


def _asked_bant(lead: Lead, words: Vocabulary) -> int:
    """What accept asks for by the live version, which most leads are judged by."""
    version = lead.judgement.version
    if version is not None and version.state == VersionState.LIVE:
        return current.rulebook(version, words).accept_bant
    return verdicts.asked_bant()


def _sheet(
    now: next_step.Situation, rows: Mapping[BantItem.Item, BantItem | None]
) -> verdict_words.Sheet | None:
    """BANT of a lead that sales has or had; while it works with it, holder and team fill it in."""
    handoff = now.handoff
    if handoff is None:
        return None
    worked = handoff.state == HandoffState.CLAIMED or handoff.outcome == Outcome.ACCEPTED
    fills_in = now.works and (now.mine or now.member)
    is_editable = worked and fills_in and now.lead.stage in IN_WORK
    if not (worked or any(rows.values())):
        return None
    return verdict_words.sheet(rows, now.asked, is_editable=is_editable)


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
        "objected": has_objected(lead),
        "freshness": why.freshness(lead, lead.fresh or 0, has_news=lead.has_news),
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


def _follow_up(reader: User, lead: "LeadOnPage") -> dict[str, Any]:
    """What is planned next with the lead, and whether it is the reader's to plan."""
    planned = next(iter(lead.told_follow_ups), None)
    mine = lead.owner_id == reader.pk and lead.stage in IN_WORK
    mine = mine and policy.can(reader, Action.WORK_HANDOFFS)
    if planned:
        planned = planned | {"due_at": datetime.fromisoformat(planned["due_at"])}
    return {"follow_up": planned, "may_plan": mine}


def _history(
    request: AuthenticatedRequest, lead: "LeadOnPage", words: Vocabulary
) -> dict[str, Any]:
    """The timeline, of one side or of both, a page at a time."""
    side = request.GET.get("show", "")
    side = side if side in SIDES else ""
    before = request.GET.get("before", "")
    merged = [*lead.told_merged, *parts_of(lead.told_merged)]
    things, has_older = timeline.happened(lead, side=side, before=before, merged=merged)
    reading = told.Reader(lead, request.user, words, request.portal.currency)
    return {
        "days": told.days(things, reading),
        "sides": [
            {
                "label": label,
                "url": paging.link(request.GET, show=name or None),
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
