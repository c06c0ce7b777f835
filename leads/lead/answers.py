"""What the API shows of a record, typed, and the querysets that read it all at once."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, cast

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Integration
from funnel.stages import Actor, Stage
from funnel.vocabulary.operators import FactType
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS, Column
from leads.explanation.answers import ScoreAnswer, score_answer
from leads.models import EmailKind, Event, ExternalId, Handoff, Lead, StageChange

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class _Beside(TypedDict):
    """What `leads_to_show` reads of other tables."""

    external_id: str | None
    queue_name: str | None


LeadToShow: TypeAlias = "WithAnnotations[Lead, _Beside]"


def leads_to_show(leads: QuerySet[Lead], integration: Integration | None) -> "QuerySet[LeadToShow]":
    """With everything `lead_answer` needs; the external id is the one this integration gave."""
    external_ids = ExternalId.objects.filter(lead=OuterRef("pk")).order_by("pk")
    if integration:
        external_ids = external_ids.filter(integration=integration)
    waiting = Handoff.objects.exclude(state="closed").filter(lead=OuterRef("pk"))
    beside = ("company", "source", "campaign", "judgement__version", "owner")
    return leads.select_related(*beside).annotate(
        external_id=Subquery(external_ids.values("value")[:1]),
        queue_name=Subquery(waiting.values("queue__name")[:1]),
    )


def _told(columns: Iterable[Column]) -> dict[str, Any]:
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
CompanyAnswer = TypedDict("CompanyAnswer", _told(COMPANY_COLUMNS))  # type: ignore[misc]


LeadAnswer = TypedDict(
    "LeadAnswer",
    {
        "id": int,
        "external_id": str | None,
        "email_kind": EmailKind | None,
        **_told(LEAD_COLUMNS),  # type: ignore[misc]
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


def lead_answer(lead: "LeadToShow") -> LeadAnswer:
    return {
        "id": lead.pk,
        "external_id": lead.external_id,
        "email_kind": EmailKind(lead.email_kind) if lead.email_kind else None,
        **{column.name: column.told(lead) for column in LEAD_COLUMNS},  # type: ignore[typeddict-item]
        "company": _company(lead),
        "attributes": lead.attributes,
        "consent": lead.consent,
        "stage": Stage(lead.stage),
        "stage_since": lead.stage_since,
        "score": score_answer(lead.judgement),
        "criteria_version": lead.judgement.version.number if lead.judgement.version else None,
        "queue": lead.queue_name,
        "owner": lead.owner.email if lead.owner else None,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "scored_at": lead.judgement.scored_at,
    }


def _company(lead: Lead) -> CompanyAnswer | None:
    if not (company := lead.company):
        return None
    return cast(CompanyAnswer, {column.name: column.told(company) for column in COMPANY_COLUMNS})


class EventAnswer(TypedDict):
    id: int
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
