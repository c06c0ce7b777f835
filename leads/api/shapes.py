"""What the API shows of a record, typed, and the querysets that read it all at once."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Integration
from funnel.stages import Actor, Stage
from funnel.vocabulary import FactType
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS, Column
from leads.ingest import IngestResult, Status
from leads.models import (
    EmailKind,
    Event,
    ExternalId,
    Handoff,
    HandoffState,
    Lead,
    Outcome,
    StageChange,
)


def leads_to_show(leads: QuerySet[Lead], integration: Integration | None) -> QuerySet[Lead]:
    """With everything `lead` needs; the external id is the one this integration gave."""
    external_ids = ExternalId.objects.filter(lead=OuterRef("pk")).order_by("pk")
    if integration:
        external_ids = external_ids.filter(integration=integration)
    waiting = Handoff.objects.exclude(state="closed").filter(lead=OuterRef("pk"))
    return leads.select_related("company", "source", "campaign", "version", "owner").annotate(
        external_id=Subquery(external_ids.values("value")[:1]),
        queue_name=Subquery(waiting.values("queue__name")[:1]),
    )


class ScoreAnswer(TypedDict):
    total: int
    fit: int
    intent: int


def _told(columns: Iterable[Column]) -> dict[str, Any]:
    """The type of each column in an answer; null where the table allows it to be unknown."""
    types: dict[FactType, Any] = {FactType.NUMBER: int, FactType.MONEY: Decimal}
    members = {}
    for column in columns:
        known = types.get(column.kind, str)
        may_be_unknown = column.field.blank or column.field.null
        members[column.name] = known | None if may_be_unknown else known
    return members


# Of columns and so made by the table: a class would tell them once more.
CompanyAnswer = TypedDict("CompanyAnswer", _told(COMPANY_COLUMNS))
LeadAnswer = TypedDict(
    "LeadAnswer",
    {
        "id": int,
        "external_id": str | None,
        "email_kind": EmailKind | None,
        **_told(LEAD_COLUMNS),
        "company": CompanyAnswer | None,
        "attributes": dict[str, Any],
        "consent": dict[str, bool],
        "stage": Stage,
        "stage_since": datetime,
        "score": ScoreAnswer | None,
        "criteria_version": int | None,
        "queue": str | None,
        "owner": str | None,
        "created_at": datetime,
        "updated_at": datetime,
        "scored_at": datetime | None,
    },
)


def lead(lead: Lead) -> LeadAnswer:
    return {
        "id": lead.pk,
        "external_id": lead.external_id,
        "email_kind": lead.email_kind or None,
        **{column.name: column.told(lead) for column in LEAD_COLUMNS},
        "company": _company(lead),
        "attributes": lead.attributes,
        "consent": lead.consent,
        "stage": lead.stage,
        "stage_since": lead.stage_since,
        "score": None if lead.total is None else _score(lead),
        "criteria_version": lead.version.number if lead.version else None,
        "queue": lead.queue_name,
        "owner": lead.owner.email if lead.owner else None,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "scored_at": lead.scored_at,
    }


def _company(lead: Lead) -> CompanyAnswer | None:
    if not (company := lead.company):
        return None
    return {column.name: column.told(company) for column in COMPANY_COLUMNS}


def _score(judged: Lead | Handoff) -> ScoreAnswer:
    return {"total": judged.total, "fit": judged.fit, "intent": judged.intent}


class EventAnswer(TypedDict):
    id: int
    type: str
    occurred_at: datetime
    # What the sender said, where it was ahead of our clock.
    stated_at: datetime | None
    received_at: datetime
    properties: dict[str, Any]
    external_id: str | None


def event(event: Event) -> EventAnswer:
    return {
        "id": event.pk,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "stated_at": event.stated_at,
        "received_at": event.received_at,
        "properties": event.properties,
        "external_id": event.external_id or None,
    }


StageChangeAnswer = TypedDict(
    "StageChangeAnswer",
    {
        "id": int,
        "from": Stage | None,
        "to": Stage,
        "at": datetime,
        "actor": Actor,
        "by": str | None,
        "integration": str | None,
        "reason": str | None,
        "criteria_version": int | None,
        "total": int | None,
        "cycle": int,
        "handoff": int | None,
        "evidence": dict[str, Any] | None,
    },
)


def stage_change(change: StageChange) -> StageChangeAnswer:
    return {
        "id": change.pk,
        "from": change.origin or None,
        "to": change.target,
        "at": change.at,
        "actor": change.actor,
        "by": change.person.name if change.person else None,
        "integration": change.integration.name if change.integration else None,
        "reason": change.reason or None,
        "criteria_version": change.version.number if change.version else None,
        "total": change.total,
        "cycle": change.cycle,
        "handoff": change.handoff_id,
        "evidence": change.evidence,
    }


class _Line(TypedDict):
    kind: Literal["fit", "intent"]
    label: str
    evidence: str
    points: int
    # Empty for what a person adjusted and for what a cap took.
    rule: str


class LineAnswer(_Line):
    """One line of a score."""

    unknown: bool
    late: bool
    cut: bool


class ReasonAnswer(_Line):
    """A line as it was kept with a handoff; old ones lack the marks that came later."""

    unknown: NotRequired[bool]
    late: NotRequired[bool]
    cut: NotRequired[bool]


class UnscoredAnswer(TypedDict):
    """Events of one type that no criterion asks for."""

    event: str
    label: str
    evidence: str


class ExplanationAnswer(TypedDict):
    """A score in lines that sum to it; nulls and no lines before the first scoring."""

    total: int | None
    fit: int | None
    intent: int | None
    version: int | None
    lines: list[LineAnswer]
    unscored: list[UnscoredAnswer]


class HandoffAnswer(TypedDict):
    id: int
    lead: int
    queue: str
    state: HandoffState
    cycle: int
    criteria_version: int
    score: ScoreAnswer
    line: int
    why: str
    reasons: list[ReasonAnswer]
    opened_at: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    touch_due_at: datetime | None
    first_touch_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None


def handoff(handoff: Handoff) -> HandoffAnswer:
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "queue": handoff.queue.name,
        "state": handoff.state,
        "cycle": handoff.cycle,
        "criteria_version": handoff.version.number,
        "score": _score(handoff),
        "line": handoff.line,
        "why": handoff.why,
        "reasons": handoff.reasons,
        "opened_at": handoff.opened_at,
        "due_at": handoff.due_at,
        "claimed_by": handoff.claimed_by.email if handoff.claimed_by else None,
        "claimed_at": handoff.claimed_at,
        "touch_due_at": handoff.touch_due_at,
        "first_touch_at": handoff.first_touch_at,
        "closed_at": handoff.closed_at,
        "outcome": handoff.outcome or None,
    }


class HandoffStateAnswer(TypedDict):
    """Ids and times only: answers are kept for retries."""

    id: int
    lead: int
    state: HandoffState
    due_at: datetime
    claimed_at: datetime | None
    touch_due_at: datetime | None


def handoff_state(handoff: Handoff) -> HandoffStateAnswer:
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "state": handoff.state,
        "due_at": handoff.due_at,
        "claimed_at": handoff.claimed_at,
        "touch_due_at": handoff.touch_due_at,
    }


class TouchAnswer(TypedDict):
    id: int
    handoff: int
    at: datetime


class ErrorAnswer(TypedDict):
    """What is wrong with an item, and where in it (a JSON pointer)."""

    pointer: str
    code: str
    detail: str


class ResultAnswer(TypedDict):
    """One line of a batch's answer. Ids only: answers are kept for retries."""

    index: int
    status: Status
    id: int | None
    errors: list[ErrorAnswer]
    # The earlier item that is the same.
    first_index: NotRequired[int]


class EventResultAnswer(ResultAnswer):
    lead: int | None


def result(result: IngestResult) -> ResultAnswer:
    shown: ResultAnswer = {
        "index": result.index,
        "status": result.status,
        "id": result.lead_id,
        "errors": errors(result),
    }
    if result.first_index is not None:
        shown["first_index"] = result.first_index
    return shown


class PostedEventAnswer(TypedDict):
    id: int
    status: Literal["created", "duplicate"]
    lead: int


def event_result(given: IngestResult) -> EventResultAnswer:
    return {**result(given), "id": given.event_id, "lead": given.lead_id}


def errors(result: IngestResult) -> list[ErrorAnswer]:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail}
        for error in result.errors
    ]
