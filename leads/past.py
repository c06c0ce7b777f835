"""What sales did with a lead before, for whoever gets it next: beside a handoff, and in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from funnel.stages import Stage
from leadportal.look.bidi import apart
from leads.ledger import UNDONE
from leads.models import Handoff, StageChange, Touch
from leads.words import came_back, do_not_contact, short

# More than a rep reads before calling.
TOUCHES = 20


def last_time(lead: OuterRef, cycle: OuterRef) -> QuerySet:
    """What sales said of a lead in the cycle before: one row, or none in the first cycle."""
    ended = ["accepted", "rejected"]
    before = Handoff.objects.filter(lead=lead, cycle__lt=cycle, outcome__in=ended)
    said = JSONObject(outcome="outcome", reason=F("reason__label"), at="closed_at")
    return before.order_by("-pk").values(said=said)[:1]


def beside_handoff() -> dict[str, ArraySubquery]:
    """Annotations of handoffs, each a list of documents: `remarks` and `story` read them."""
    return {
        "told_last_time": ArraySubquery(last_time(OuterRef("lead"), OuterRef("cycle"))),
        "told_given_back": ArraySubquery(_given_back()),
        "told_touches": ArraySubquery(_touches()),
    }


def _given_back() -> QuerySet:
    """The last time it was given back, and what was said for the next rep."""
    back = StageChange.objects.filter(
        lead=OuterRef("lead"), handoff=OuterRef("pk"), origin=Stage.CLAIMED, target=Stage.SQL
    )
    said = JSONObject(by=F("person__name"), reason="reason", at="at")
    return back.exclude(reason=UNDONE).order_by("-pk").values(said=said)[:1]


def _touches() -> QuerySet:
    """Of every handoff of the lead, newest first."""
    touches = Touch.objects.filter(handoff__lead=OuterRef("lead")).order_by("-at", "-pk")
    said = JSONObject(by=F("by__name"), channel="channel", result="result", note="note", at="at")
    return touches.values(said=said)[:TOUCHES]


def remarks(handoff: Any) -> list[str]:
    """What a row says beside why it is there: most rows say nothing."""
    said = [do_not_contact(handoff.lead), *_before(handoff), _touched(handoff.told_touches)]
    return [text for text in said if text]


def _touched(touches: Sequence[Mapping[str, Any]]) -> str:
    if not touches:
        return ""
    count = "1 touch" if len(touches) == 1 else f"{len(touches)} touches"
    return f"{count}; the last: {_came_of(touches[0])}"


def story(handoff: Any) -> list[tuple[str, str]]:
    """The same in full, for the preview: (what happened, what was noted then)."""
    return [
        *((text, "") for text in filter(None, [do_not_contact(handoff.lead), *_before(handoff)])),
        *((f"{apart(touch['by'])} {_did(touch)}", touch["note"]) for touch in handoff.told_touches),
    ]


def _before(handoff: Any) -> list[str]:
    last = next(iter(handoff.told_last_time), None)
    return [came_back(last, handoff.opened_at), *map(_back, handoff.told_given_back)]


def _back(move: Mapping[str, Any]) -> str:
    by = f" by {apart(move['by'])}" if move["by"] else ""
    return f"Given back{by} {_at(move)}: {apart(move['reason'])}"


def _did(touch: Mapping[str, Any]) -> str:
    did = {"call": "called", "email": "wrote", "meeting": "met them"}[touch["channel"]]
    return f"{did}, {_came_of(touch)}"


def _came_of(touch: Mapping[str, Any]) -> str:
    return f"{Touch.Result(touch['result']).label.lower()}, {_at(touch)}"


def _at(told: Mapping[str, Any]) -> str:
    return short(datetime.fromisoformat(told["at"]))
