"""What the API shows of a record, typed, and the querysets that read it all at once."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, cast

from django.db.models import ForeignKey, OuterRef, QuerySet, Subquery

from accounts.models import Integration
from funnel.stages import Actor, Stage
from funnel.vocabulary.operators import FactType
from leads.columns import COMPANY_COLUMNS, LEAD_COLUMNS, Column
from leads.explanation.answers import ScoreAnswer
from leads.models import EmailKind, Event, ExternalId, Handoff, Lead, StageChange

# Beside the columns: what an answer shows of a lead, as a query reads it.
_SHOWN = (
    *("pk", "email_kind", "company_id", "attributes", "consent", "stage", "stage_since"),
    "typed",
    *("judgement__total", "judgement__fit", "judgement__intent", "judgement__scored_at"),
    *("judgement__version__number", "owner__email", "created_at", "updated_at"),
)


def _paths(columns: Iterable[Column], beyond: str = "") -> dict[str, str]:
    """How a query of leads reads each column, by its name in the answer."""
    named = ((column, f"{beyond}{column.name}") for column in columns)
    return {
        column.name: f"{path}__name" if isinstance(column.field, ForeignKey) else path
        for column, path in named
    }


_OF_LEAD = _paths(LEAD_COLUMNS)
_OF_COMPANY = _paths(COMPANY_COLUMNS, "company__")


def leads_to_show(leads: QuerySet[Lead], integration: Integration | None) -> QuerySet[Any, Any]:
    """What `lead_answer` needs and nothing else, one named row a lead.

    The external id is the one this integration gave. No objects are made, and no document is read
    for a number in it: both take longer than the query.
    """
    external_ids = ExternalId.objects.filter(lead=OuterRef("pk")).order_by("pk")
    if integration:
        external_ids = external_ids.filter(integration=integration)
    waiting = Handoff.objects.exclude(state="closed").filter(lead=OuterRef("pk"))
    beside = {
        "external_id": Subquery(external_ids.values("value")[:1]),
        "queue_name": Subquery(waiting.values("queue__name")[:1]),
    }
    read = (*_SHOWN, *_OF_LEAD.values(), *_OF_COMPANY.values(), *beside)
    return leads.annotate(**beside).values_list(*read, named=True)


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
    },
)


def lead_answer(row: Any) -> LeadAnswer:
    """The answer of a row of `leads_to_show`."""
    return {
        "id": row.pk,
        "external_id": row.external_id,
        "email_kind": row.email_kind or None,
        **_known(row, _OF_LEAD),  # type: ignore[typeddict-item]
        "company": None
        if row.company_id is None
        else cast(CompanyAnswer, _known(row, _OF_COMPANY)),
        "attributes": row.attributes,
        "consent": row.consent,
        "typed": sorted(row.typed or ()),
        "stage": row.stage,
        "stage_since": row.stage_since,
        "score": _score(row),
        "criteria_version": row.judgement__version__number,
        "queue": row.queue_name,
        "owner": row.owner__email,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "scored_at": row.judgement__scored_at,
    }


def _known(row: Any, paths: dict[str, str]) -> dict[str, Any]:
    """The columns as `Column.told` tells them: None for what is not known."""
    return {
        name: None if (value := getattr(row, path)) == "" else value for name, path in paths.items()
    }


def _score(row: Any) -> ScoreAnswer | None:
    if row.judgement__total is None:
        return None
    return {
        "total": row.judgement__total,
        "fit": row.judgement__fit,
        "intent": row.judgement__intent,
    }


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
