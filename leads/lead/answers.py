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
from leads.models import Consent, EmailKind, Event, Lead, StageChange
from leads.preferences import links


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


class ConsentAnswer(TypedDict):
    """One word on one purpose, and how we know."""

    id: int
    purpose: str
    given: bool
    at: datetime
    # Whether it can give again what was withdrawn: it says when, or in new words.
    is_firm: bool
    text: str | None
    channel: str | None
    # The mail address it came through.
    address: str | None
    # Who told us; neither: they themselves.
    by: str | None
    integration: str | None
    received_at: datetime


def consent_answer(word: Consent) -> ConsentAnswer:
    return {
        "id": word.pk,
        "purpose": word.purpose,
        "given": word.given,
        "at": word.at,
        "is_firm": word.is_firm,
        "text": word.text or None,
        "channel": word.channel or None,
        "address": word.address or None,
        "by": word.person.name if word.person else None,
        "integration": word.integration.name if word.integration else None,
        "received_at": word.received_at,
    }


class PreferencesAnswer(TypedDict):
    """Links that act for one person, made now, and the headers of a mail to them."""

    url: str
    unsubscribe_url: str
    # List-Unsubscribe and List-Unsubscribe-Post (RFC 8058).
    list_unsubscribe: str
    list_unsubscribe_post: str


def preferences_answer(lead: Lead, at: datetime) -> PreferencesAnswer:
    one_click = links.one_click(lead, at)
    return {
        "url": links.page(lead, at),
        "unsubscribe_url": one_click,
        "list_unsubscribe": f"<{one_click}>",
        "list_unsubscribe_post": links.ONE_CLICK,
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
