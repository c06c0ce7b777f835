"""How an operation is described, and what all of them share."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django_filters import FilterSet
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from leadportal.rest.batches import ITEMS_MAX
from leadportal.rest.lists import LIMIT, LIMIT_MAX
from leadportal.rest.problems import CONTENT_TYPE, ProblemAnswer
from leadportal.rest.typed import Schema, schema_of


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.keys.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "An API key: lp_…"}


IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
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
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of what you read; `*` changes it whatever it is by now.",
)
PROBLEMS = {
    400: "The request is wrong; `errors` say where.",
    401: "No key, or none we know.",
    403: "The key lacks the scope.",
    404: "There is no such thing, or it is not for you.",
    406: "The answer has no such media type.",
    409: "Somebody else was faster, or the state does not allow it.",
    411: "The body has no Content-Length.",
    412: "`If-Match` names another state than it has now.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    422: "This Idempotency-Key was used for another request.",
    428: "`If-Match` is missing.",
    429: "The key called too often; try again after `Retry-After`.",
    500: "Something went wrong on our side. Nothing was written.",
    503: "Busy; try again after `Retry-After`.",
}
ANY = (401, 403, 429, 500, 503)
POSTING = (*ANY, 400, 411, 413, 415, 422)
READING = (*ANY, 400)
READING_ONE = (*ANY, 404)
CONDITIONAL = (*READING_ONE, 412)
UNCHANGED = {304: "It is as you have it."}


def operation(
    name: str,
    summary: str,
    *,
    answers: Mapping[int, Any],
    answer: Any,
    problems: tuple[int, ...],
    own_problems: Mapping[int, Any] | None = None,
    without_body: Mapping[int, str] | None = None,
    body: Schema | None = None,
    sent: Any = None,
    parameters: list[OpenApiParameter] | None = None,
    tag: str = "leads",
    description: str = "",
    media_type: str = "application/json",
    changes: bool = False,
) -> dict[str, Any]:
    """Keywords for extend_schema; answers and problems of its own are types by their status.

    `media_type` is that of the answers. What `changes` a record is sent with its tag and no key.
    """
    responses: dict[Any, Any] = {
        (status, media_type): OpenApiResponse(schema_of(kind), HTTPStatus(status).phrase)
        for status, kind in answers.items()
    }
    kinds = dict.fromkeys(problems, ProblemAnswer) | dict(own_problems or {})
    for status, kind in kinds.items():
        responses[(status, CONTENT_TYPE)] = OpenApiResponse(schema_of(kind), PROBLEMS[status])
    for status, meaning in (without_body or {}).items():
        responses[status] = OpenApiResponse(description=meaning)
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
        "parameters": (parameters or []) + ([IDEMPOTENCY] if body and not changes else []),
        "request": {"application/json": body} if body else None,
        "responses": responses,
        "examples": examples,
    }


def batch_of(name: str, item: Schema) -> Schema:
    """The envelope of items that are sent together."""
    return {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": item, "minItems": 1, "maxItems": ITEMS_MAX},
            "all_or_none": {"type": "boolean", "default": False},
        },
        "required": [name],
        "additionalProperties": False,
    }


def filters_of(filterset: type[FilterSet], orders: tuple[str, ...]) -> list[OpenApiParameter]:
    described = [
        OpenApiParameter(
            name,
            str if "choices" in field.extra else _TYPES.get(type(field).__name__, TEXT),
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
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX},
            description=f"1 to {LIMIT_MAX}.",
            default=LIMIT,
        ),
    ]


# No text of PostgreSQL holds NUL.
TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
_TYPES: dict[str, Any] = {
    "WholeNumber": int,
    "BooleanFilter": bool,
    "Moment": OpenApiTypes.DATETIME,
}
