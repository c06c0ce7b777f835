"""What batches share: reading the envelope, answering with one result per item."""

from typing import Generic, Literal, NotRequired, TypedDict, TypeVar, cast

from leads.ingest.decision import DecisionAnswer
from leads.ingest.results import IngestResult, Status

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


class PostedLeadAnswer(TypedDict):
    """What became of one lead that was sent; `id` is null for somebody new of a dry run."""

    id: int | None
    status: Literal["created", "matched"]
    matched: bool
    url: NotRequired[str]
    dry_run: NotRequired[bool]
    decision: NotRequired[DecisionAnswer | None]


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


def result_answer(result: IngestResult) -> ResultAnswer:
    shown: ResultAnswer = {
        "index": result.index,
        "status": result.status,
        "id": result.lead_id,
        "errors": errors(result) if result.errors else [],
    }
    if result.first_index is not None:
        shown["first_index"] = result.first_index
    return shown


class PostedEventAnswer(TypedDict):
    id: int
    status: Literal["created", "duplicate"]
    lead: int


def event_result_answer(given: IngestResult) -> EventResultAnswer:
    shown = cast(EventResultAnswer, result_answer(given))
    shown["id"], shown["lead"] = given.event_id, given.lead_id
    return shown


def errors(result: IngestResult) -> list[ErrorAnswer]:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail}
        for error in result.errors
    ]
