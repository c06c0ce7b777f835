"""Structured logs: one JSON object a line, made of an allow-list of fields, so of no person's data.

Messages of libraries are written with those of their values that say nothing of anybody: numbers,
kinds of errors, names of tasks and signals. The others may be addresses, tokens or rows and are
left out. Exceptions are written as their class, codes and place, without their text.
"""

import logging
import logging.config
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor, WrappedLogger

from leadportal.db import errors

# A field that is not named here is not written. Ids, names of code, counts, times; nothing typed
# by or about a person.
FIELDS = frozenset(
    [
        *("event", "level", "logger", "timestamp", "process", "exception"),
        *("request_id", "method", "route", "status", "duration_ms", "user_id", "api_key_id"),
        *("task", "queue", "count", "batch", "attempts", "seconds", "state", "reason_code"),
        "error",  # the name of a class, see below
        "address",  # of the network, and only of who signs in or tries to
        *("lead_id", "mail_id", "event_id", "handoff_id", "version_id", "queue_id", "rule_id"),
    ]
)

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

log = structlog.get_logger("leadportal.request")


def only_allowed_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    allowed = {name: value for name, value in event.items() if name in FIELDS}
    # The text of an error may quote a row; its class and its code may not.
    if not KIND.fullmatch(str(allowed.get("error", "Error"))):
        del allowed["error"]
    return allowed


# The name of a class, with the code that leadportal/db/errors.py may add.
KIND = re.compile(r"[\w.]+( [A-Z0-9]{2,})?")
LEFT_OUT = "…"
# What texts among the values may be: our tasks, their ids, nodes of Celery, signals, kinds of
# errors and phrases of HTTP, where the web listens.
TELLING = re.compile(
    r"sweep\.\w+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|SIG[A-Z]+\d*|[A-Z]\w+(Error|Lost|Exceeded)"
    r"|Internal Server Error|Service Unavailable|Bad Request|Unauthorized|Forbidden|Not Found"
    r"|Method Not Allowed|Request Entity Too Large|Too Many Requests|raised unexpected"
    r"|leadportal\.[\w.]+|score|deliver|bulk"
)
# These write values into their messages themselves, so of theirs the name has to do.
WRITTEN_OUT = {
    "django.security": "refused by Django",
    "gunicorn.error": "gunicorn refused a request",
}
_LONG = 120


def message_without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is None or event.get("_from_structlog") is not False:
        return event
    event["event"] = _message(record, event.pop("positional_args", ())).strip()
    # Of Django's own lines about a request; the route, never the path.
    if status := getattr(record, "status_code", None):
        event["status"] = status
    if match := getattr(getattr(record, "request", None), "resolver_match", None):
        event["route"] = match.route
    return event


def _message(record: logging.LogRecord, values: Any) -> str:
    message = str(record.msg)
    if isinstance(record.msg, BaseException):
        return errors.name_of(record.msg)
    if not values:
        return _written_out(record.name, message)
    try:
        if isinstance(values, Mapping):
            return message % {name: _telling(value) for name, value in values.items()}
        return message % tuple(map(_telling, values))
    except (TypeError, ValueError):  # a number was asked for
        return message


def _telling(value: object) -> object:
    """The value as it may be written."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return errors.name_of(value)
    text = str(value)
    return text if TELLING.fullmatch(text) else LEFT_OUT


def _written_out(logger: str, message: str) -> str:
    if logger.startswith("django.security."):
        return f"{WRITTEN_OUT['django.security']}: {logger.rpartition('.')[2]}"
    if logger == "gunicorn.error" and ("request from" in message or len(message) > _LONG):
        return WRITTEN_OUT[logger]
    return message


def exception_without_its_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0]:
        event["exception"] = {
            "class": f"{info[0].__module__}.{info[0].__qualname__}",
            **_codes(info[1]),
            "frames": [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(info[2])[-12:]
            ],
        }
    return event


def _codes(error: BaseException) -> dict[str, str]:
    """What names the cause without quoting anything: SQLSTATE, errno, the error behind it."""
    behind = error.__cause__ or error.__context__
    said = {
        "sqlstate": errors.sqlstate_of(error),
        "errno": errors.errno_of(error),
        "because": errors.name_of(behind) if behind else None,
    }
    return {name: text for name, text in said.items() if text}


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
            message_without_values,
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
                # The values apart from their message, so that each can be looked at.
                "pass_foreign_args": not readable,
                "use_get_message": readable,
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
    # No line says where in the code it was written, so nobody needs to find out.
    logging._srcfile = None  # as the documentation of logging has it, under Optimization
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
