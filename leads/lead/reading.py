"""One lead with all that its page shows of the rows that hang on it, in two queries."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject, Left

from accounts.models import User
from funnel.models import QueueMember
from leads import news
from leads.by_hand.reading import adjustments_of_lead, override_of_lead
from leads.editing import said
from leads.handoffs import bant
from leads.judging.history import newest_of_lead
from leads.lead.alike import alike_for, parts_of_lead
from leads.lead.timeline import CONSENT_SAYS
from leads.lead.words.events import WORDS
from leads.models import (
    Answer,
    BantItem,
    Company,
    Consent,
    Event,
    FollowUp,
    Handoff,
    Lead,
    Nurture,
    UnreadValue,
)
from leads.past import last_time

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

TREND_DAYS = 30
# Of a value that was not understood; the page shows less.
UNREAD_LENGTH = 200

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
    told_bant: Told
    told_colleague: Told
    # At most one row each: their own words, the cycle before, the wait, the open dispute.
    told_words: Told
    told_last_time: Told
    told_wait: Told
    told_dispute: Told
    # Whose word each value is (leads/editing/said.py).
    told_changes: Told
    told_first: Told
    # What was sent of it and not understood, by field.
    told_unread: Told
    # Who may be the same person, and which leads became a part of this one.
    told_alike: Told
    told_merged: list[int]


class _ToReader(TypedDict):
    """Whether the reader works the queue of a handoff."""

    member: bool


LeadOnPage: TypeAlias = "WithAnnotations[Lead, _OnPage]"
HandoffOnPage: TypeAlias = "WithAnnotations[Handoff, _ToReader]"


def for_page(reader: User) -> "QuerySet[LeadOnPage]":
    """The leads this person sees, each with what its page shows, in one query."""
    scored_at = OuterRef("judgement__scored_at")
    fresh = Event.objects.filter(lead=OuterRef("pk"), received_at__gt=scored_at)
    consents = Consent.objects.filter(lead=OuterRef("pk")).that_count().order_by("-at", "-pk")
    return (
        Lead.objects.visible_to(reader)
        .select_related("company", "source", "campaign", "last_source", "last_campaign")
        .select_related("owner", "judgement__version")
        .annotate(
            fresh=Subquery(fresh.order_by().values("lead").annotate(n=Count("pk")).values("n")),
            has_news=Exists(news.about(OuterRef("pk"), OuterRef("company"))),
            told_consents=ArraySubquery(consents.values(said=CONSENT_SAYS)),
            told_scores=ArraySubquery(newest_of_lead(days=TREND_DAYS)),
            told_follow_ups=ArraySubquery(_planned_for(reader)),
            told_override=ArraySubquery(override_of_lead()),
            told_adjustments=ArraySubquery(adjustments_of_lead()),
            told_bant=ArraySubquery(_bant_of_lead()),
            told_colleague=ArraySubquery(bant_of_others(reader)),
            told_words=ArraySubquery(_own_words()),
            told_last_time=ArraySubquery(last_time(OuterRef("pk"), OuterRef("cycle"))),
            told_wait=ArraySubquery(_wait_of_lead()),
            told_dispute=ArraySubquery(_dispute_of_lead()),
            told_changes=said.TOLD["told_changes"],
            told_first=said.TOLD["told_first"],
            told_unread=ArraySubquery(_unread_of_lead()),
            told_alike=alike_for(reader),
            told_merged=parts_of_lead(),
        )
    )


def _planned_for(reader: User) -> "QuerySet[FollowUp, Any]":
    """What the reader may see of what is planned next with a lead."""
    planned = FollowUp.objects.visible_to(reader).open().filter(lead=OuterRef("pk"))
    said = JSONObject(due_at="due_at", note="note", owner=F("owner__name"), owner_id=F("owner"))
    return planned.order_by("due_at").values(said=said)


def _bant_of_lead() -> QuerySet:
    said = JSONObject(item="item", state="state", note="note", by=F("by__name"), at="at")
    return BantItem.objects.filter(lead=OuterRef("pk")).values(said=said)


def bant_of_others(reader: User) -> "QuerySet[BantItem, Any]":
    """The newest line of BANT that is not the reader's own: at most one row."""
    others = BantItem.objects.filter(lead=OuterRef("pk")).exclude(by=reader)
    said = JSONObject(item="item", state="state", note="note", by=F("by__name"), at="at")
    return others.order_by("-at", "-pk").values(said=said)[:1]


def _own_words() -> QuerySet:
    """The newest event in which they wrote something."""
    wrote = Event.objects.filter(lead=OuterRef("pk"), properties__has_any_keys=list(WORDS))
    said = JSONObject(type="type", properties="properties", at="occurred_at")
    return wrote.order_by("-occurred_at", "-pk").values(said=said)[:1]


def _unread_of_lead() -> QuerySet:
    unread = UnreadValue.objects.filter(lead=OuterRef("pk"), edition=0).order_by("field", "-at")
    said = JSONObject(
        field="field",
        value=Left("value", UNREAD_LENGTH),
        code="code",
        at="at",
        who=F("integration__name"),
    )
    return unread.values(said=said)


def _wait_of_lead() -> QuerySet:
    waits = Nurture.objects.filter(lead=OuterRef("pk"), ended_at=None)
    said = JSONObject(return_on="return_on", return_event="return_event", by_hand="by_hand_only")
    return waits.values(said=said)[:1]


def _dispute_of_lead() -> QuerySet:
    undecided = Answer.objects.filter(handoff__lead=OuterRef("pk"), kind="dispute", decision="")
    said = JSONObject(arbiter=F("arbiter__name"), arbiter_id=F("arbiter"), due_at="due_at")
    return undecided.values(said=said)[:1]


def not_of(lead: Lead) -> list[Company]:
    """Where somebody said that a lead does not work."""
    return list(Company.objects.standing().filter(pk__in=lead.not_of)) if lead.not_of else []


def newest_handoff(reader: User, lead: Lead) -> "HandoffOnPage | None":
    """The one that is going on, else the last; and whether the reader works its queue."""
    membership = QueueMember.objects.filter(queue=OuterRef("queue"), user=reader)
    rows = Handoff.objects.filter(lead=lead).select_related(
        "claimed_by", "queue", "version", "reason"
    )
    rows = rows.annotate(member=Exists(membership))
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()


def bant_rows(told: Iterable[Mapping[str, Any]]) -> dict[BantItem.Item, BantItem | None]:
    """The four in their order, as `bant.of_lead` gives them, from what the page's query read."""
    said = {
        row["item"]: BantItem(
            item=row["item"],
            state=row["state"],
            note=row["note"],
            by=User(name=row["by"]),
            at=datetime.fromisoformat(row["at"]),
        )
        for row in told
    }
    return {item: said.get(item) for item in bant.ITEMS}
