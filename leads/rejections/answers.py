"""What the API answers of rejections, reasons and nurture."""

from datetime import date, datetime
from typing import TypedDict

from funnel.models import Reason
from leads.models import Answer, Nurture


class GivenAnswer(TypedDict):
    """Ids and times only: answers are kept for retries."""

    id: int
    lead: int
    handoff: int
    kind: Answer.Kind
    at: datetime
    due_at: datetime | None


def given(answer: Answer) -> GivenAnswer:
    return {
        "id": answer.pk,
        "lead": answer.handoff.lead_id,
        "handoff": answer.handoff_id,
        "kind": Answer.Kind(answer.kind),
        "at": answer.at,
        "due_at": answer.due_at,
    }


class ReasonAnswer(TypedDict):
    id: int
    label: str
    family: Reason.Family
    destination: Reason.Destination
    may_return: bool
    active: bool


def reason_answer(reason: Reason) -> ReasonAnswer:
    return {
        "id": reason.pk,
        "label": reason.label,
        "family": Reason.Family(reason.family),
        "destination": Reason.Destination(reason.destination),
        "may_return": reason.may_return,
        "active": reason.is_active,
    }


class ReasonList(TypedDict):
    results: list[ReasonAnswer]
    next: None


class NurtureAnswer(TypedDict):
    id: int
    lead: int
    handoff: int | None
    reason: str | None
    since: datetime
    cycle: int
    return_on: date | None
    return_event: str
    by_hand_only: bool


def nurture_answer(waits: Nurture) -> NurtureAnswer:
    rejected_for = waits.handoff.reason if waits.handoff else None
    return {
        "id": waits.pk,
        "lead": waits.lead_id,
        "handoff": waits.handoff_id,
        "reason": rejected_for.label if rejected_for else None,
        "since": waits.since,
        "cycle": waits.cycle,
        "return_on": waits.return_on,
        "return_event": waits.return_event,
        "by_hand_only": waits.by_hand_only,
    }
