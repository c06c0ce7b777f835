"""How the criteria of Fernhill Systems grew: two versions of their own, each signed by both sides.

Each is the shipped default with some rules replaced or added, as people would edit it.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Side
from funnel.defaults import CONTENT, SOON
from funnel.models import CriteriaVersion
from funnel.versions import current, editing, signing, switching

SEGMENT = [
    "Food and drink",
    "Logistics",
    "Manufacturing",
    "Medical devices",
    "Pharmaceuticals",
    "Chemicals",
    "Energy",
    "Mining",
    "Packaging",
]
OFTEN = {"count": "each", "per_day": 1}


def _rule(id_: str, label: str, kind: str, points: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "label": label, "kind": kind, "points": points} | more


def _sizes(*bands: tuple[int, int | None, int]) -> dict[str, Any]:
    return {
        "id": "size",
        "label": "Company size",
        "kind": "fit",
        "table": {
            "fact": "company_employees",
            "bands": [
                {"from": low, "points": points} | ({} if high is None else {"to": high})
                for low, high, points in bands
            ],
        },
    }


_SEGMENT = _rule(
    "segment",
    "Best-fit industry",
    "fit",
    18,
    when={"id": "segment-1", "fact": "company_industry", "op": "is_any_of", "value": SEGMENT},
)
_RUNS = _rule(
    "runs",
    "Runs the operation",
    "fit",
    8,
    when={
        "id": "runs-1",
        "fact": "job_title",
        "op": "contains_any_word",
        "value": ["manager", "lead", "supervisor"],
    },
)
_WATCHED = _rule(
    "webinar",
    "Watched a webinar",
    "intent",
    12,
    when={"id": "webinar-1", "event": "webinar_attended", "within_days": 90},
    frequency={"count": "each"},
    ageing={"kind": "half_life", "days": 45},
    maximum=18,
)
_QUOTE = _rule(
    "quote",
    "Asked for a quote",
    "intent",
    18,
    when={
        "id": "quote-1",
        "event": "form_sent",
        "within_days": 60,
        "where": [{"property": "form", "op": "is", "value": "Quote"}],
    },
)
_COLLEAGUES = _rule(
    "colleagues",
    "Colleagues are active, too",
    "intent",
    8,
    when={
        "id": "colleagues-1",
        "fact": "colleagues_active",
        "op": "at_least",
        "value": 2,
        "within_days": 30,
    },
)


def _pricing(points: int) -> dict[str, Any]:
    return _rule(
        "pricing",
        "Visited pricing 3 times in a week",
        "intent",
        points,
        when={
            "id": "pricing-1",
            "event": "page_view",
            "within_days": 7,
            "where": [{"property": "path", "op": "starts_with", "value": "/pricing"}],
            "at_least": 3,
        },
    )


def _download(points: int, most: int) -> dict[str, Any]:
    return _rule(
        "download",
        "Downloaded material",
        "intent",
        points,
        when={"id": "download-1", "event": "download", "within_days": 60},
        frequency=OFTEN,
        ageing={"kind": "linear", "days": 60},
        maximum=most,
    )


def _points(content: Mapping[str, Any], id_: str, points: int) -> dict[str, Any]:
    """A rule as it stands, with other points."""
    return next(rule for rule in content["rules"] if rule["id"] == id_) | {"points": points}


def _edited(
    content: Mapping[str, Any], *rules: dict[str, Any], without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The content with these rules in place of those of the same id, or added after them."""
    edited = copy.deepcopy(dict(content))
    new = {rule["id"]: rule for rule in rules}
    kept = [new.pop(rule["id"], rule) for rule in edited["rules"] if rule["id"] not in without]
    # Fit stands before intent, as on the page.
    edited["rules"] = sorted([*kept, *new.values()], key=lambda rule: rule["kind"] == "intent")
    return edited


SECOND = _edited(
    CONTENT,
    _SEGMENT,
    _points(CONTENT, "decides", 12),
    _sizes((50, 199, 8), (200, 1000, 13), (1001, None, 10)),
    _points(CONTENT, "country", 6),
    _RUNS,
    _WATCHED,
    without=("work-mail",),
)

THIRD = _edited(
    SECOND, _pricing(20), _download(6, 12), _QUOTE, _COLLEAGUES, _points(CONTENT, "chat", 10)
)
THIRD["definitions"]["sql"]["condition"]["all"][-1]["any"] = [
    {"id": "sql-demo", "event": "demo_request", "within_days": 60},
    {"id": "sql-call", "event": "call_booked", "within_days": 30},
    {
        "id": "sql-when",
        "fact": "attributes.purchase_timeline",
        "op": "is_any_of",
        "value": SOON,
    },
]


_OFTEN_HERE = _rule(
    "often",
    "Active on 6 days in a month",
    "intent",
    6,
    when={
        "id": "often-1",
        "fact": "days_active",
        "op": "at_least",
        "value": 6,
        "within_days": 30,
    },
)
# What they argue about now: marketing has signed it, sales has not.
FOURTH = _edited(
    THIRD,
    _points(THIRD, "decides", 10),
    _pricing(14),
    _OFTEN_HERE,
    without=("download",),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of theirs: what it says, why, and when it went live."""

    live_at: datetime
    content: dict[str, Any]
    note: str


def sign_their_versions(now: datetime) -> list[Edition]:
    """Their versions, oldest first, each switched on in the middle of a morning."""
    return [
        Edition(
            (now - timedelta(days=256)).replace(hour=9, minute=12, second=40, microsecond=0),
            SECOND,
            "Segment and company size decide the fit, no longer the mail address. "
            "A webinar counts when it was watched, not when somebody signed up.",
        ),
        Edition(
            (now - timedelta(days=81)).replace(hour=8, minute=31, second=5, microsecond=0),
            THIRD,
            "Pricing visits, quotes and active colleagues count more. "
            "A booked call is as good as a demo request.",
        ),
    ]


def date_back_shipped(at: datetime) -> None:
    """Version 1 was there when the year began."""
    CriteriaVersion.objects.filter(number=1).update(created_at=at, live_at=at)


def go_live(edition: Edition, *, author: User, marketing: User, sales: User) -> CriteriaVersion:
    """Draft, propose, sign and switch on one version, in the days before it went live."""
    live_at = edition.live_at

    def before(**ago: float) -> datetime:
        return live_at - timedelta(**ago)

    version = editing.draft(
        edition.content,
        author=author,
        based_on=current.live(),
        note=edition.note,
        at=before(days=6, hours=2),
    )
    editing.propose(version, by=author, at=before(days=4, hours=1))
    signing.sign(version, marketing, Side.MARKETING, at=before(days=3, hours=22))
    signing.sign(version, sales, Side.SALES, at=before(days=1, hours=3, minutes=20))
    return switching.switch_on(version, by=sales, at=live_at)


def propose_next(now: datetime, *, author: User, marketing: User) -> CriteriaVersion:
    """The version in the making: drafted, proposed, and signed by one side of two."""
    version = editing.draft(
        FOURTH,
        author=author,
        based_on=current.live(),
        note="Visits to pricing alone no longer make an SQL, and downloads give nothing. "
        "Who comes back on many days counts more.",
        at=now - timedelta(days=3, hours=4),
    )
    editing.propose(version, by=author, at=now - timedelta(days=2, hours=1))
    signing.sign(version, marketing, Side.MARKETING, at=now - timedelta(days=1, hours=2))
    return version
