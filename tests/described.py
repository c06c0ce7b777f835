"""Every answer that a test gets from the API is as the served description says.

An answer whose status or content type is not described fails the test that asked for it, as does a
body with a key, a type, a null or a word that the description does not know.
"""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from leadportal.rest.typed import Schema

ROOT = "/api/v1/"
# What describes the API is not part of it.
BESIDE = frozenset({"/api/v1/schema", "/api/v1/docs"})
PROBLEM = "application/problem+json"
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("decimal", raises=ArithmeticError)
def _is_decimal(value: Any) -> bool:
    return not isinstance(value, str) or Decimal(value).is_finite()


@formats.checks("uri")
def _is_address(value: Any) -> bool:
    return not isinstance(value, str) or urlsplit(value).scheme in {"http", "https"}


@cache
def description() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {path: re.compile(re.sub(r"\{\w+\}", "[0-9]+", path)) for path in description()["paths"]}


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The description of a call; None where there is no such path or method."""
    for described, pattern in _patterns().items():
        if pattern.fullmatch(path):
            name = "get" if method == "HEAD" else method.lower()
            return description()["paths"][described].get(name)
    return None


@cache
def _problem() -> Schema:
    answers = description()["paths"][f"{ROOT}leads"]["get"]["responses"]
    return answers["401"]["content"][PROBLEM]["schema"]


def closed(schema: Schema) -> Schema:
    """With every object closed: callers must bear new keys, these tests must not."""
    shut = dict(schema)
    if "properties" in schema:
        shut["properties"] = {name: closed(part) for name, part in schema["properties"].items()}
        shut.setdefault("additionalProperties", False)
    if isinstance(schema.get("additionalProperties"), dict):
        shut["additionalProperties"] = closed(schema["additionalProperties"])
    if "items" in schema:
        shut["items"] = closed(schema["items"])
    if "oneOf" in schema:
        shut["oneOf"] = [closed(part) for part in schema["oneOf"]]
    return shut


def check(method: str, path: str, answer: HttpResponse) -> None:
    """Raises AssertionError where the answer is not as described."""
    call, kind = f"{method} {path}", answer.get("Content-Type", "").partition(";")[0]
    operation = operation_of(method, path)
    if operation is None:
        assert answer.status_code in {401, 403, 404, 405}, f"{call}: {answer.status_code}"
        content = {PROBLEM: {"schema": _problem()}}
    else:
        described = operation["responses"].get(str(answer.status_code))
        assert described, f"{call}: {answer.status_code} is not described"
        content = described.get("content", {})
    if method == "HEAD" or not content:
        assert not answer.content, f"{call}: a body where none is described"
        return
    assert kind in content, f"{call}: {kind} is not described for {answer.status_code}"
    body = answer.content
    if answer.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    said = json.loads(body) if kind.endswith("json") else body.decode()
    faults = faults_of(said, content[kind]["schema"])
    assert not faults, f"{call}, {answer.status_code}: {faults[0]}"


def faults_of(value: Any, schema: Schema) -> list[str]:
    """What is not as the schema says, and where."""
    validator = Draft202012Validator(closed(schema), format_checker=formats)
    return [f"{fault.json_path} {fault.message}" for fault in validator.iter_errors(value)]


@pytest.fixture(scope="session", autouse=True)
def _answers_are_as_described() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        ask = Client.request

        def request(self: Client, **environ: Any) -> HttpResponse:
            answer = ask(self, **environ)
            path = environ["PATH_INFO"]
            if path.startswith(ROOT) and path not in BESIDE:
                check(environ["REQUEST_METHOD"], path, answer)
            return answer

        patch.setattr(Client, "request", request)
        yield
