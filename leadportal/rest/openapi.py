"""How an operation is described, and what all of them share."""

from http import HTTPStatus
from typing import Any

from django_filters import FilterSet
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from leadportal.rest.lists import LIMIT, LIMIT_MAX
from leadportal.rest.problems import CONTENT_TYPE

Schema = dict[str, Any]


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "An API key: lp_…"}


def object_of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def or_null(kind: str, **more: Any) -> Schema:
    return {"type": [kind, "null"], **more}


def page_of(item: Schema) -> Schema:
    return object_of(results=list_of(item), next=or_null("string", format="uri"))


INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
TIME_OR_NULL = or_null("string", format="date-time")
FREE: Schema = {"type": "object", "additionalProperties": True}
ERROR: Schema = object_of(pointer=TEXT, code=TEXT, detail=TEXT)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": INTEGER,
        "detail": TEXT,
        "errors": list_of({"type": "object", "properties": ERROR["properties"]}),
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again within 72 hours get the same answer, marked"
    " `Idempotency-Replayed: true`; another body is a 422.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the answer you have: a 304 without a body says it still holds.",
)
PROBLEMS = {
    400: "The request is wrong; `errors` say where.",
    401: "No key, or none we know.",
    403: "The key lacks the scope.",
    404: "There is no such thing, or it is not for you.",
    409: "Somebody else was faster, or the state does not allow it.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    422: "This Idempotency-Key was used for another request.",
    429: "The key called too often; try again after `Retry-After`.",
    503: "Busy; try again after `Retry-After`.",
}
POSTING = (400, 401, 403, 413, 415, 422, 429, 503)
READING = (400, 401, 403, 429)
READING_ONE = (401, 403, 404, 429)


def operation(
    name: str,
    summary: str,
    *,
    answers: dict[int, Schema],
    answer: Any,
    problems: tuple[int, ...],
    body: Schema | None = None,
    sent: Any = None,
    parameters: list[OpenApiParameter] | None = None,
    tag: str = "leads",
    description: str = "",
    media_type: str = "application/json",
) -> dict[str, Any]:
    """Keywords for extend_schema; `media_type` is that of the answers."""
    responses: dict[Any, Any] = {
        (status, media_type): OpenApiResponse(shape, HTTPStatus(status).phrase)
        for status, shape in answers.items()
    }
    for status in problems:
        responses[(status, CONTENT_TYPE)] = OpenApiResponse(PROBLEM, PROBLEMS[status])
    examples = [
        OpenApiExample(
            "Answer",
            answer,
            response_only=True,
            status_codes=[str(min(answers))],
            media_type=media_type,
        )
    ]
    if body:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    return {
        "operation_id": name,
        "summary": summary,
        "description": description or summary,
        "tags": [tag],
        "parameters": (parameters or []) + ([IDEMPOTENCY] if body else []),
        "request": {"application/json": body} if body else None,
        "responses": responses,
        "examples": examples,
    }


def filters_of(filterset: type[FilterSet], orders: tuple[str, ...]) -> list[OpenApiParameter]:
    described = [
        OpenApiParameter(
            name,
            _TYPES.get(type(field).__name__, str),
            description=str(field.extra.get("help_text", "")),
            many="choices" in field.extra,
            enum=[value for value, _ in field.extra.get("choices", ())] or None,
        )
        for name, field in filterset.base_filters.items()
    ]
    return described + paging(orders)


def paging(orders: tuple[str, ...]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("order", str, enum=list(orders), default=orders[0]),
        OpenApiParameter("cursor", str, description="From `next` of the page before."),
        OpenApiParameter("limit", int, description=f"1 to {LIMIT_MAX}.", default=LIMIT),
    ]


_TYPES: dict[str, Any] = {"NumberFilter": int, "IsoDateTimeFilter": OpenApiTypes.DATETIME}
