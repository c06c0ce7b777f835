"""Errors of the API as problem documents (RFC 9457), on every path below /api."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5
logger = logging.getLogger(__name__)


class PlaceAnswer(TypedDict):
    """One thing that is wrong: where in the body or in which parameter, and of which item."""

    code: str
    detail: str
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    index: NotRequired[int]


class ProblemAnswer(TypedDict):
    """A problem document. Kinds of problems may add members of their own."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[PlaceAnswer]]


class Problem(exceptions.APIException):
    """An answer that says what is wrong; `errors` name the places: {pointer, code, detail}."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        title: str = "",
        errors: Iterable[Mapping[str, Any]] = (),
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status_code = status
        self.title = title
        self.headers = headers or {}
        self.extra = extra | ({"errors": list(errors)} if errors else {})


def problem_response(
    status: int,
    detail: str,
    *,
    title: str = "",
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> HttpResponse:
    """One problem document. Also for middleware, which has no view to raise in."""
    body: ProblemAnswer = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return JsonResponse(body | extra, status=status, content_type=CONTENT_TYPE, headers=headers)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Whatever a view of the API raises; nothing leaves as a page of HTML."""
    set_rollback()
    if isinstance(error, Problem):
        return problem_response(
            error.status_code,
            str(error.detail),
            title=error.title,
            headers=error.headers,
            **error.extra,
        )
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        return problem_response(403, str(error) or "You may not do this.")
    if isinstance(error, exceptions.APIException):
        return problem_response(
            error.status_code, _sentence(error.detail), headers=_headers_of(error)
        )
    if isinstance(error, UnreadablePostError):  # they hung up while they sent
        return problem_response(400, "The request ended before its body did.")
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("api_database_unavailable", exc_info=error)
        return unavailable()
    logger.error("api_unhandled", exc_info=error)
    return server_error()


def not_found() -> HttpResponse:
    # The same words for what is missing and what belongs to others.
    return problem_response(404, "There is nothing here.")


def unavailable() -> HttpResponse:
    return problem_response(
        503,
        "The database does not answer right now. Nothing was written; send it again.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def server_error() -> HttpResponse:
    return problem_response(500, "Something went wrong on our side. Nothing was written.")


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _sentence(detail: Any) -> str:
    if isinstance(detail, list):
        return " ".join(_sentence(part) for part in detail)
    if isinstance(detail, dict):
        return " ".join(f"{name}: {_sentence(part)}" for name, part in detail.items())
    return str(detail)
