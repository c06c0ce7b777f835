"""What batches share: reading the envelope, answering with one result per item."""

from collections.abc import Iterable
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar, cast

from leads.checks.reading import FieldError
from leads.ingest.decision import DecisionAnswer
from leads.ingest.results import How, IngestResult, Status

T = TypeVar("T")


class SummaryAnswer(TypedDict):
    """How many items ended how."""

    created: int
    matched: int
    duplicate: int
    refused: int


class BatchAnswer(TypedDict, Generic[T]):
    """What became of each item, in their order."""

    results: list[T]
    summary: SummaryAnswer


class ErrorAnswer(TypedDict):
    """What is wrong with an item, and where in it (a JSON pointer)."""

    pointer: str
    code: str
    detail: str


class WarningAnswer(ErrorAnswer):
    """What of an item was left out or cut, and what was sent there, as it came."""

    value: Any


class PostedLeadAnswer(TypedDict):
    """What became of one lead that was sent; `id` is null for somebody new of a dry run."""

    id: int | None
    status: Literal["created", "matched"]
    matched: bool
    # By what it was found who is meant; null for somebody new.
    matched_by: How | None
    # Ids of other leads that may be the same person, for somebody to look at.
    suggested: list[int]
    # Empty where all was understood.
    warnings: list[WarningAnswer]
    url: NotRequired[str]
    dry_run: NotRequired[bool]
    decision: NotRequired[DecisionAnswer | None]


class ResultAnswer(TypedDict):
    """One line of a batch's answer; as answers are kept for retries, ids and warnings only."""

    index: int
    status: Status
    id: int | None
    errors: list[ErrorAnswer]
    # Of what was taken: values that were not understood.
    warnings: list[WarningAnswer]
    # The earlier item that is the same.
    first_index: NotRequired[int]


class LeadResultAnswer(ResultAnswer):
    """The same of a lead: by what it was found, and which others may be the same person."""

    matched_by: How | None
    suggested: list[int]


class EventResultAnswer(ResultAnswer):
    lead: int | None


def lead_result_answer(given: IngestResult) -> LeadResultAnswer:
    shown = cast(LeadResultAnswer, result_answer(given))
    shown["matched_by"], shown["suggested"] = given.how, given.suggested
    return shown


def result_answer(result: IngestResult) -> ResultAnswer:
    shown: ResultAnswer = {
        "index": result.index,
        "status": result.status,
        "id": result.lead_id,
        "errors": errors(result.errors) if result.errors else [],
        "warnings": warnings(result.warnings) if result.warnings else [],
    }
    if result.first_index is not None:
        shown["first_index"] = result.first_index
    return shown


class PostedEventAnswer(TypedDict):
    id: int
    status: Literal["created", "duplicate"]
    lead: int
    # Empty where all was understood.
    warnings: list[WarningAnswer]


def event_result_answer(given: IngestResult) -> EventResultAnswer:
    shown = cast(EventResultAnswer, result_answer(given))
    shown["id"], shown["lead"] = given.event_id, given.lead_id
    return shown


def errors(found: Iterable[FieldError]) -> list[ErrorAnswer]:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail} for error in found
    ]


def warnings(told: Iterable[FieldError]) -> list[WarningAnswer]:
    return [
        {"pointer": one.pointer, "code": one.code, "detail": one.detail, "value": one.value}
        for one in told
    ]
