"""Answers that no view made: to what is no request, comes too slowly, or finds everybody busy."""

import json
import uuid
from html import escape

import structlog
from gunicorn.http import errors
from gunicorn.util import http_date

from leadportal.web.sizes import API

REASONS = {
    400: ("Bad Request", "This could not be read as a request."),
    408: ("Request Timeout", "The request did not arrive whole in time. Send it again."),
    414: ("URI Too Long", "The address is too long."),
    417: ("Expectation Failed", "This is not something the server can do."),
    431: ("Request Header Fields Too Large", "The headers of the request are too large."),
    500: ("Internal Server Error", "Something went wrong on our side."),
    501: ("Not Implemented", "The body came in a coding that is not read here."),
    503: ("Service Unavailable", "Everybody is busy right now. Nothing was done; send it again."),
}
RETRY_SECONDS = 5
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title>'
    "<h1>{title}</h1><p>{text}</p></html>\n"
)
log = structlog.get_logger("leadportal.request")


class Refused(Exception):
    """With the status, and what is known of the address that was asked for."""

    def __init__(self, status: int, target: str = "") -> None:
        super().__init__(status)
        self.status, self.target = status, target


def status_of(error: BaseException) -> int:
    """What gunicorn's parser found, as a status."""
    if isinstance(error, errors.LimitRequestLine):
        return 414
    if isinstance(error, errors.LimitRequestHeaders):
        return 431
    if isinstance(error, errors.ExpectationFailed):
        return 417
    if isinstance(error, errors.UnsupportedTransferCoding):
        return 501
    return 400 if isinstance(error, errors.ParseException) else 500


def answer(status: int, target: str) -> bytes:
    """The whole answer: a problem document below /api, a plain page elsewhere. Logs a line."""
    request_id = uuid.uuid4().hex
    log.info("request", status=status, route=None, request_id=request_id)
    reason, text = REASONS[status]
    if target.startswith(API):
        kind = "application/problem+json"
        problem = {"type": "about:blank", "title": reason, "status": status, "detail": text}
        body = json.dumps(problem)
    else:
        kind = "text/html; charset=utf-8"
        body = PAGE.format(title=escape(reason), text=escape(text))
    retry = [("Retry-After", str(RETRY_SECONDS))] if status == 503 else []
    headers = [
        *_usual(request_id, kind, len(body)),
        ("Content-Security-Policy", "default-src 'none'"),
        *retry,
    ]
    return _written(f"{status} {reason}", headers, body)


def healthy(*, is_head: bool) -> bytes:
    """The answer to /healthz: this process is alive and reads what is sent. Logs a line."""
    request_id = uuid.uuid4().hex
    method = "HEAD" if is_head else "GET"
    log.info("request", method=method, route="healthz", status=200, request_id=request_id)
    return _written("200 OK", _usual(request_id, "text/plain", 3), "" if is_head else "ok\n")


def _usual(request_id: str, kind: str, length: int) -> list[tuple[str, str]]:
    return [
        ("Date", http_date()),
        ("Content-Type", kind),
        ("Content-Length", str(length)),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-ID", request_id),
        ("Connection", "close"),
    ]


def _written(status: str, headers: list[tuple[str, str]], body: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n{body}".encode()
