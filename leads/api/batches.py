"""What batches share: reading the envelope, answering with one result per item."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Generic, TypedDict, TypeVar

from django.http import HttpResponse, JsonResponse

from leadportal.rest.problems import Problem
from leads.api import shapes
from leads.ingest import BatchRefused, IngestResult, Status

# Of a single item: what is not here is a 400.
STATUS_OF = {"not_found": 404, "erased": 409}
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


def answer_batch(
    ingest: Callable[[], list[IngestResult]], show: Callable[[IngestResult], Any]
) -> HttpResponse:
    """200, or 207 where some were refused; 400 where all or none was asked for."""
    try:
        results = ingest()
    except BatchRefused as refused:
        raise Problem(
            400,
            "Nothing was written, as not all items can be taken.",
            errors=[
                error | {"index": result.index}
                for result in refused.refused
                for error in shapes.errors(result)
            ],
        ) from None
    summary = dict.fromkeys(Status, 0)
    for result in results:
        summary[result.status] += 1
    status = HTTPStatus.MULTI_STATUS if summary[Status.REFUSED] else HTTPStatus.OK
    body = {"results": [show(result) for result in results], "summary": summary}
    return JsonResponse(body, status=status)


def answer_refusal(result: IngestResult) -> HttpResponse:
    """The problem of a single item."""
    status = next((STATUS_OF[e.code] for e in result.errors if e.code in STATUS_OF), 400)
    raise Problem(status, _summary(result), errors=shapes.errors(result))


def _summary(result: IngestResult) -> str:
    first, *others = result.errors
    more = f" ({len(others)} more)" if others else ""
    return f"{first.pointer or 'The body'}: {first.detail}{more}"
