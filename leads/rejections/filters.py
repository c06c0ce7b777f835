"""What narrows the list of rejections: tabs, chips, and what an empty list says."""

from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import Reason
from leadportal.db import clock, paging
from leadportal.look import formats
from leads.metrics.links import NOBODY
from leads.models import Handoff, Source, WrongCriterion
from leads.rejections import listing
from leads.rejections.listing import ALL, ANSWERED, DISPUTED, MINE, OPEN, Asked

LABELS = {
    OPEN: "To answer",
    MINE: "Waits for your decision",
    DISPUTED: "Disputed",
    ANSWERED: "Answered",
    ALL: "All",
}
# A longer list is no longer one to choose from.
CHOICES = 200
NAMED = 3
LATELY = timedelta(days=7)


def kept(query: QueryDict, *, at: int | None = None) -> str:
    """The query string without what is about one moment, with the cursor on a row."""
    changed = query.copy()
    changed.pop("at", None)
    if at is not None:
        changed["at"] = str(at)
    return changed.urlencode(safe=paging.SEPARATOR)


def head(query: QueryDict, asked: Asked, counts: dict[str, int], user: User) -> dict[str, Any]:
    """Tabs, search and chips above the list."""
    shown = [
        state
        for state in LABELS
        if state != MINE or policy.can(user, Action.DECIDE_DISPUTES) or asked.state == MINE
    ]
    return {
        "words": asked.words,
        "state": asked.state,
        "tabs": [
            {
                "label": LABELS[state],
                "count": counts.get(state, 0),
                "url": paging.link(query, state=state, at=None),
                "current": state == asked.state,
            }
            for state in shown
        ],
        "hidden": [
            (name, value)
            for name, values in query.lists()
            for value in values
            if name not in ("q", "at", "after", "before")
        ],
        "chips": _chips(query, asked),
        "reasons": [
            {"label": label, "url": paging.link(query, reason=str(pk), at=None)}
            for pk, label in Reason.objects.values_list("pk", "label")[:CHOICES]
        ],
        "sources": [
            {"label": name, "url": paging.link(query, source=str(pk), at=None)}
            for pk, name in Source.objects.standing().values_list("pk", "name")[:CHOICES]
        ],
    }


def _chips(query: QueryDict, asked: Asked) -> list[dict[str, str]]:
    found = []

    def add(name: str, label: str, value: str) -> None:
        remove = paging.link(query, **{name: None, "at": None})
        found.append({"label": label, "value": value, "remove": remove})

    if asked.reasons:
        named = Reason.objects.filter(pk__in=asked.reasons).values_list("label", flat=True)
        add("reason", "Reason is", _any_of([*named]))
    if asked.sources:
        add("source", "Source is", _any_of(_named_sources(asked)))
    for name, label in (("met", "Handed over for"), ("wrong", "Said to be wrong:")):
        if rule := getattr(asked, name):
            add(name, label, _rule(rule))
    if asked.wrong and asked.flaw:
        add("flaw", "Flaw is", WrongCriterion.Flaw(asked.flaw).label)
    if asked.late:
        add("late", "Answer is", "overdue")
    if asked.since:
        day = timezone.localtime(asked.since)
        add("since", "Handed over since", f"{day.day} {day:%B %Y}")
    return found


def _named_sources(asked: Asked) -> list[str]:
    names = listing.sources(asked)
    return [*names, "not told"] if NOBODY in asked.sources else names


def _any_of(names: list[str]) -> str:
    """ "A, B, C or 4 more" """
    more = len(names) - NAMED
    shown = [*names[:NAMED], f"{more} more"] if more > 0 else names
    return policy.listed(shown, last="or") or "one that is gone"


def _rule(rule: str) -> str:
    """The words of a rule: as sales saw it last, else its name."""
    rows = WrongCriterion.objects.filter(rule=rule).order_by("-pk")
    return rows.values_list("label", flat=True).first() or rule


# --- nothing found -------------------------------------------------------------------------------

NOTHING = {
    MINE: ("Nothing waits for your decision", "Disputes that name you as arbiter come here."),
    DISPUTED: ("Nothing is disputed", ""),
    ANSWERED: ("Nothing is answered yet", ""),
    ALL: ("Nothing was rejected yet", "What sales sends back comes here, with its reason."),
}


def nothing(asked: Asked) -> dict[str, str]:
    """What an empty list says, and where to go from there."""
    if asked.narrows:
        clear = f"?state={asked.state}"
        return {
            "empty_title": "No rejection matches",
            "empty_url": clear,
            "empty_link": "Show all of them",
        }
    if asked.state == OPEN and Handoff.objects.rejected().exists():
        return {"empty_title": "All answered", "empty_text": _lately()}
    title, text = NOTHING.get(asked.state, NOTHING[ALL])
    return {"empty_title": title, "empty_text": text}


def _lately() -> str:
    """ "Sales rejected 3 leads since Friday 20 November." """
    first = (timezone.localtime(clock.now()) - LATELY).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    count = Handoff.objects.rejected().filter(closed_at__gte=first).count()
    leads = formats.some(count, "lead") if count else "no lead"
    return f"Sales rejected {leads} since {first:%A} {first.day} {first:%B}."
