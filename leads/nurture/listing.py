"""Who waits in nurture and who came back, narrowed, and counted by what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict

from accounts.models import User
from funnel.models import Reason
from funnel.stages import LIVING, TOMBSTONES, Stage
from leadportal.db.paging import Order, read_moment
from leadportal.db.shown import all_but
from leads.models import Campaign, Company, Handoff, Lead, Nurture
from leads.nurture.nurture import MOVED_ON

WAITS, BACK = "waits", "back"
SHOWN_BACK = timedelta(days=90)
# In place of an id: without a reason, since it was a deal once; without a campaign.
NONE = "none"
MOST_DIGITS = 18
ORDERS: Mapping[str, Order] = {
    WAITS: Order("since", read_moment),
    BACK: Order("ended_at", read_moment, descending=True),
}

Rows = QuerySet[Nurture]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query string asks for; what cannot be understood narrows nothing."""

    show: str = WAITS
    reason: str = ""
    campaign: str = ""
    # Only those that a person has to bring back.
    by_hand: bool = False
    # Of those that came back: what brought them, and where they stand now.
    cause: str = ""
    stage: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        back = query.get("show") == BACK
        return cls(
            show=BACK if back else WAITS,
            reason=_id(query.get("reason", "")),
            campaign=_id(query.get("campaign", "")),
            by_hand=not back and query.get("by_hand") == "1",
            cause=query.get("cause", "").replace("\0", "") if back else "",
            stage=next((one for one in LIVING if back and one == query.get("stage")), ""),
        )

    @property
    def narrows(self) -> bool:
        return any((self.reason, self.campaign, self.by_hand, self.cause, self.stage))


def _id(text: str) -> str:
    known = text == NONE or (text.isdecimal() and len(text) <= MOST_DIGITS)
    return text if known else ""


def waiting() -> Rows:
    return Nurture.objects.filter(ended_at=None, lead__stage=Stage.NURTURE)


def came_back(at: datetime) -> Rows:
    """Those whose wait ended with a return in the last 90 days."""
    ended = Nurture.objects.filter(ended_at__gt=at - SHOWN_BACK, ended_at__lte=at)
    return ended.exclude(ended_by=MOVED_ON).exclude(lead__stage__in=TOMBSTONES)


def found(asked: Asked, at: datetime) -> Rows:
    rows = came_back(at) if asked.show == BACK else waiting()
    if asked.reason:
        rows = rows.filter(handoff__reason=_or_none(asked.reason))
    if asked.campaign:
        rows = rows.filter(lead__campaign=_or_none(asked.campaign))
    if asked.by_hand:
        rows = rows.filter(by_hand_only=True)
    if asked.cause:
        rows = rows.filter(ended_by=asked.cause)
    return rows.filter(lead__stage=asked.stage) if asked.stage else rows


def _or_none(asked: str) -> int | None:
    return None if asked == NONE else int(asked)


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the rows with one thing in common; `value` finds exactly them again."""

    value: str
    label: str
    count: int


def _groups(rows: Rows, value: str, label: str, none: str) -> list[Group]:
    counted = rows.order_by().values(value=F(value), label=F(label)).annotate(count=Count("pk"))
    return [
        Group(
            NONE if row["value"] is None else str(row["value"]),
            none if row["value"] is None else row["label"],
            row["count"],
        )
        for row in counted.order_by("-count", "label")
    ]


def by_reason(rows: Rows) -> list[Group]:
    return _groups(rows, "handoff__reason", "handoff__reason__label", "Won or lost before")


def by_campaign(rows: Rows) -> list[Group]:
    return _groups(rows, "lead__campaign", "lead__campaign__name", "No campaign")


def by_cause(rows: Rows) -> list[Group]:
    return _groups(rows, "ended_by", "ended_by", "")


def by_stage(rows: Rows) -> list[Group]:
    """In the order of a lead's life."""
    found = {group.value: group for group in _groups(rows, "lead__stage", "lead__stage", "")}
    return [
        Group(stage.value, stage.label, found[stage.value].count)
        for stage in LIVING
        if stage.value in found
    ]


def counts(at: datetime) -> dict[str, int]:
    """How many wait, how many of them for a person, how many came back."""
    return waiting().aggregate(
        waits=Count("pk"), by_hand=Count("pk", filter=Q(by_hand_only=True))
    ) | {"back": came_back(at).count()}


_NOT_SHOWN = (
    *all_but(
        Lead,
        *("first_name", "last_name", "email", "phone", "job_title", "stage", "cycle"),
        via="lead__",
    ),
    *all_but(Company, "name", via="lead__company__"),
    *all_but(Campaign, "name", via="lead__campaign__"),
    *all_but(Handoff, via="handoff__"),
    *all_but(Reason, "label", via="handoff__reason__"),
    *all_but(User, "name", "email", via="by__"),
)


def for_list(rows: Rows) -> Rows:
    """With what a row shows."""
    shown = rows.select_related("lead__company", "lead__campaign", "handoff__reason", "by")
    return shown.defer(*_NOT_SHOWN)


Grouping = Callable[[Rows], list[Group]]
# Under which name of the query string each grouping narrows, and what it is called.
GROUPINGS: Mapping[str, tuple[tuple[str, str, Grouping], ...]] = {
    WAITS: (("reason", "For which reason", by_reason), ("campaign", "Campaign", by_campaign)),
    BACK: (
        ("stage", "What became of them", by_stage),
        ("cause", "What brought them back", by_cause),
        ("reason", "Rejected before for", by_reason),
        ("campaign", "Campaign", by_campaign),
    ),
}


def groups(asked: Asked, at: datetime) -> list[dict[str, Any]]:
    """The rows counted by each thing that they may have in common, whatever is chosen of it."""
    return [
        {"name": name, "title": title, "groups": grouping(found(_without(asked, name), at))}
        for name, title, grouping in GROUPINGS[asked.show]
    ]


def _without(asked: Asked, name: str) -> Asked:
    kept = {one: getattr(asked, one) for one in Asked.__slots__ if one != name}
    return Asked(**kept)
