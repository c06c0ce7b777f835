"""Waits in nurture turned into what the page shows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from funnel.stages import Stage
from leadportal.db import paging
from leadportal.look import formats
from leads.models import Nurture
from leads.nurture import nurture
from leads.nurture.listing import BACK, NONE, WAITS, Asked

SHORT = "%-d\u00a0%b\u00a0%Y"


def waits(one: Nurture, *, day: str = "%-d %B %Y") -> str:
    """ "until 3 March 2027 or for “Chat”" """
    said = nurture.words(one, day=day)
    return f"by hand only; noted {said}" if one.by_hand_only else said


def away(one: Nurture) -> str:
    """ "34 days" """
    assert one.ended_at is not None
    return formats.duration(max(one.ended_at - one.since, timedelta()))


def reason(one: Nurture) -> str:
    return str(one.handoff.reason) if one.handoff and one.handoff.reason else "Won or lost before"


def rows(found: list[Nurture]) -> list[dict[str, Any]]:
    return [
        {
            "wait": one,
            "lead": one.lead,
            "reason": reason(one),
            "until": waits(one, day=SHORT),
            "away": away(one) if one.ended_at else "",
            "cause": sentence(one.ended_by),
        }
        for one in found
    ]


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def panels(query: QueryDict, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each grouping with its counts; every count opens exactly what it counts."""
    return [
        {
            "title": panel["title"],
            "rows": [
                {
                    "label": sentence(group.label),
                    "count": group.count,
                    "share": 100 * group.count / max(one.count for one in panel["groups"]),
                    "current": query.get(panel["name"]) == group.value,
                    "url": paging.link(query, **{panel["name"]: group.value}),
                }
                for group in panel["groups"]
            ],
        }
        for panel in groups
        if panel["groups"]
    ]


def chips(query: QueryDict, asked: Asked, groups: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What narrows the list, in the words of its panel."""
    found = []
    titles = {"reason": "Reason is", "campaign": "Campaign is", "cause": "Back by", "stage": "Now"}
    for panel in groups:
        name = panel["name"]
        chosen = getattr(asked, name)
        if not chosen:
            continue
        labels = {group.value: group.label for group in panel["groups"]}
        value = labels.get(chosen) or _label(name, chosen)
        found.append(
            {"label": titles[name], "value": value, "remove": paging.link(query, **{name: None})}
        )
    if asked.by_hand:
        found.append(
            {
                "label": "Comes back",
                "value": "by hand only",
                "remove": paging.link(query, by_hand=None),
            }
        )
    return found


def _label(name: str, chosen: str) -> str:
    """What is chosen and has no row any more."""
    if name == "stage":
        return Stage(chosen).label
    return chosen if name == "cause" else "none" if chosen == NONE else "one without a row here"


def tabs(asked: Asked, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    address = reverse("nurture")
    return [
        {
            "label": label,
            "count": counts[show],
            "url": address if show == WAITS else f"{address}?show={show}",
            "current": show == asked.show,
        }
        for show, label in ((WAITS, "Waits"), (BACK, "Came back in 90 days"))
    ]


def nothing(asked: Asked) -> dict[str, str]:
    """What an empty list says."""
    if asked.narrows:
        address = reverse("nurture")
        return {
            "empty_title": "Nobody matches",
            "empty_url": f"{address}?show={BACK}" if asked.show == BACK else address,
            "empty_link": "Show all",
        }
    if asked.show == BACK:
        return {
            "empty_title": "Nobody came back in the last 90 days",
            "empty_text": "Leads come back on their day, or when something is new.",
        }
    return {
        "empty_title": "Nobody waits",
        "empty_text": "Rejected leads that may fit later wait here until a day, or until "
        "something happens.",
    }


# --- the drawers ---------------------------------------------------------------------------------


def stands(one: Nurture) -> str:
    """What a drawer says of a wait: since when, until what."""
    since = f"In nurture since {formats.when(one.since)}, {waits(one)}."
    if one.by_hand_only:
        since += f" After {nurture.MOST_CYCLES} cycles only a person brings a lead back."
    return since
