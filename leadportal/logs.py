"""Structured logs: one JSON object a line, made of an allow-list of fields, so of no person's data.

Messages of libraries are written as their template, without the values: those may be addresses,
tokens or rows. Exceptions are written as their class and place, without their text.
"""

import logging.config
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor, WrappedLogger

# A field that is not named here is not written. Ids, names of code, counts, times; nothing typed
# by or about a person.
FIELDS = frozenset(
    [
        *("event", "level", "logger", "timestamp", "process", "exception"),
        *("request_id", "method", "route", "status", "duration_ms", "user_id", "api_key_id"),
        *("task", "queue", "count", "batch", "attempts", "seconds", "state", "reason_code"),
        "error",  # the name of a class, see below
        "address",  # of the network, and only of who signs in or tries to
        *("lead_id", "event_id", "handoff_id", "version_id", "queue_id", "rule_id"),
    ]
)

log = structlog.get_logger("leadportal.request")


def only_allowed_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    allowed = {name: value for name, value in event.items() if name in FIELDS}
    # The text of an error may quote a row; its class may not.
    if not str(allowed.get("error", "Error")).replace(".", "").isidentifier():
        del allowed["error"]
    return allowed


def template_of_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None and event.get("_from_structlog") is False:
        event["event"] = str(record.msg)
    return event


def exception_without_its_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0]:
        event["exception"] = {
            "class": f"{info[0].__module__}.{info[0].__qualname__}",
            "frames": [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(info[2])[-12:]
            ],
        }
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def config(*, readable: bool, level: str) -> dict[str, Any]:
    """The logging dictionary; `readable` is for a developer's terminal and shows everything."""
    writing: list[Processor] = (
        [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(),
        ]
        if readable
        else [
            template_of_message,
            exception_without_its_text,
            only_allowed_fields,
            structlog.processors.JSONRenderer(),
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": writing,
            },
        },
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stream"], "level": level},
        "loggers": {
            # A look every two seconds that finds nothing is not worth a line.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            # One line a request is enough: ours.
            "django.server": {"handlers": [], "propagate": False},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }


def configure(settings: dict[str, Any]) -> None:
    """What Django calls with LOGGING: one way out for its loggers and for structlog's."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


@contextmanager
def only_of_this(**fields: object) -> Iterator[None]:
    """Begin the log lines of a request with these fields; whatever is bound in it ends with it.

    A thread serves one request after another: what an earlier one left says nothing of this one.
    """
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**fields)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()


class RequestLogMiddleware:
    """Give each request an id, on its log lines and its answer, and log it once it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        request_id = uuid.uuid4().hex
        with only_of_this(request_id=request_id):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            # The route, never the path: paths and query strings carry names and tokens.
            route = request.resolver_match.route if request.resolver_match else None
            log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                # Whoever it is if the view asked; asking here would load the session for nothing.
                user_id=getattr(getattr(request, "_cached_user", None), "pk", None),
            )
        return response
