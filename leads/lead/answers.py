"""What the API shows of a record, typed. A lead's is written by leads/lead/as_json.py."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from funnel.stages import Actor, Stage
from funnel.vocabulary.operators import FactType
from leads.columns import COMPANY_COLUMNS, KEPT_COLUMNS, LEAD_COLUMNS, Column
from leads.explanation.answers import ScoreAnswer
from leads.ingest.answers import WarningAnswer
from leads.models import EmailKind, Event, StageChange


def told_types(columns: Iterable[Column]) -> dict[str, Any]:
    """The type of each column in an answer; null where the table allows it to be unknown."""
    types: dict[FactType, Any] = {FactType.NUMBER: int, FactType.MONEY: Decimal}
    members = {}
    for column in columns:
        known = types.get(column.kind, str)
        may_be_unknown = column.field.blank or column.field.null
        members[column.name] = known | None if may_be_unknown else known
    return members


# Of columns and so made by the table: a class would tell them once more. mypy cannot read a table,
# so it knows none of these members: hence what it is told to ignore here and below.
CompanyAnswer = TypedDict("CompanyAnswer", told_types(COMPANY_COLUMNS))  # type: ignore[misc]


_LEAD: dict[str, Any] = {
    "id": int,
    "external_id": str | None,
    "email_kind": EmailKind | None,
    **told_types(LEAD_COLUMNS),
    # How the link was marked that brought them: UTM parameters and ids of clicks.
    "tags": dict[str, str],
    # The same of when they came last, which is the first time where they came once.
    **told_types(KEPT_COLUMNS),
    "last_tags": dict[str, str],
    "last_came_at": datetime,
    "company": CompanyAnswer | None,
    "attributes": dict[str, Any],
    "consent": dict[str, bool],
    # Names of what a person typed, which stands against what integrations send.
    "typed": list[str],
    "stage": Stage,
    "stage_since": datetime,
    "score": ScoreAnswer | None,
    "criteria_version": int | None,
    "queue": str | None,
    "owner": str | None,
    "created_at": datetime,
    "updated_at": datetime,
    "scored_at": datetime | None,
}
LeadAnswer = TypedDict("LeadAnswer", _LEAD)  # type: ignore[misc]
# What a change answers: the lead as it is then, and what was sent and not understood.
ChangedLeadAnswer = TypedDict(  # type: ignore[misc]
    "ChangedLeadAnswer",
    _LEAD | {"warnings": list[WarningAnswer]},
)


class EventAnswer(TypedDict):
    id: int
    lead: int
    type: str
    occurred_at: datetime
    # What the sender said, where it was ahead of our clock.
    stated_at: datetime | None
    received_at: datetime
    properties: dict[str, Any]
    external_id: str | None


def event_answer(event: Event) -> EventAnswer:
    return {
        "id": event.pk,
        "lead": event.lead_id,
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


def stage_change_answer(change: StageChange) -> StageChangeAnswer:
    return {
        "id": change.pk,
        "from": Stage(change.origin) if change.origin else None,
        "to": Stage(change.target),
        "at": change.at,
        "actor": Actor(change.actor),
        "by": change.person.name if change.person else None,
        "integration": change.integration.name if change.integration else None,
        "reason": change.reason or None,
        "criteria_version": change.version.number if change.version else None,
        "total": change.total,
        "cycle": change.cycle,
        "handoff": change.handoff_id,
        "evidence": change.evidence,
    }
