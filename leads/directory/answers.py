"""What the API tells of what leads name, typed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from funnel.models import Queue
from funnel.stages import Stage
from funnel.vocabulary.operators import FactType
from leads.columns import COMPANY_COLUMNS
from leads.directory.directory import Field
from leads.lead.answers import told_types
from leads.models import Campaign, Company, Source


class ChoiceAnswer(TypedDict):
    """One value of a choice, and how people read it; one that is retired is still understood."""

    value: str
    label: str
    retired: bool


class FieldAnswer(TypedDict):
    """Something that may be told of a lead; `path` says where it stands in what is sent."""

    path: str
    name: str
    label: str
    type: FactType
    unit: str | None
    choices: list[ChoiceAnswer]
    fact: str
    built_in: bool
    help: str | None
    other_names: list[str]
    retired: bool


def field_answer(field: Field) -> FieldAnswer:
    return {
        "path": field.path,
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "unit": field.unit or None,
        "choices": [
            {"value": value, "label": label, "retired": value in field.retired_choices}
            for value, label in field.choices
        ],
        "fact": field.fact,
        "built_in": field.built_in,
        "help": field.help or None,
        "other_names": list(field.other_names),
        "retired": field.retired,
    }


class SourceAnswer(TypedDict):
    id: int
    name: str
    channel: Source.Channel
    created_at: datetime


def source_answer(source: Source) -> SourceAnswer:
    return {
        "id": source.pk,
        "name": source.name,
        "channel": Source.Channel(source.channel),
        "created_at": source.created_at,
    }


class CampaignAnswer(TypedDict):
    id: int
    name: str
    source: str | None
    starts_on: date | None
    ends_on: date | None
    spend: Decimal | None
    created_at: datetime


def campaign_answer(campaign: Campaign) -> CampaignAnswer:
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "source": campaign.source.name if campaign.source else None,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "spend": campaign.spend,
        "created_at": campaign.created_at,
    }


# Of columns, as a lead's answer is (leads/lead/answers.py).
KnownCompanyAnswer = TypedDict(
    "KnownCompanyAnswer",
    {
        "id": int,
        **told_types(COMPANY_COLUMNS),  # type: ignore[misc]
        "people": int,
        "created_at": datetime,
    },
)


class OneCompanyAnswer(KnownCompanyAnswer):
    """One company, and how many of its people stand at which stage."""

    stages: dict[str, int]


def company_answer(company: Any) -> KnownCompanyAnswer:
    """Of a company with its `people` (leads/directory/directory.py)."""
    return {
        "id": company.pk,
        **{c.name: c.told(company) for c in COMPANY_COLUMNS},  # type: ignore[typeddict-item]
        "people": company.people,
        "created_at": company.created_at,
    }


def one_company_answer(company: Company, stages: dict[str, int]) -> OneCompanyAnswer:
    by_place = {str(stage): stages[stage] for stage in Stage if stage in stages}
    return {**company_answer(company), "stages": by_place}


class QueueAnswer(TypedDict):
    """A queue and what waits in it to be claimed; its members by mail."""

    id: int
    name: str
    default: bool
    waiting: int
    late: int
    next_due_at: datetime | None
    members: list[str]


def queue_answer(queue: Any) -> QueueAnswer:
    """Of a queue with what is counted beside it (leads/directory/directory.py)."""
    row: Queue = queue
    return {
        "id": row.pk,
        "name": row.name,
        "default": row.is_default,
        "waiting": queue.waiting,
        "late": queue.late,
        "next_due_at": queue.next_due,
        "members": [person.email for person in queue.workers],
    }
