"""What the lists of the API may be narrowed by, walked: every filter of every list."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from leadportal.rest.docs import Schema

pytestmark = pytest.mark.django_db


def lists() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, name and schema of each typed filter, by the description."""
    generator = Schema.generator_class(api_version="1")
    for path, verbs in generator.get_schema(request=None, public=True)["paths"].items():
        if "{" in path or "get" not in verbs:
            continue
        for one in verbs["get"].get("parameters", []):
            if one["in"] == "query":
                yield path.removeprefix("/api/v1"), one["name"], one["schema"]


def typed(kind: str) -> list[tuple[str, str]]:
    return [
        (path, name)
        for path, name, schema in lists()
        if kind in (schema.get("format"), schema.get("type"))
    ]


def test_a_moment_of_any_offset_and_any_year_is_one(api):
    asked = typed("date-time")
    assert len(asked) > 4
    for path, name in asked:
        for moment in ("0026-10-20T12:37:56-16:12", "9998-12-31T23:59:59%2B23:59"):
            assert api.get(f"{path}?{name}={moment}").status_code == 200, (path, name, moment)


def test_part_of_a_number_is_no_number(api, as_problem):
    asked = typed("integer")
    assert len(asked) > 8
    for path, name in asked:
        as_problem(api.get(f"{path}?{name}=0.5"), 400)


def test_an_empty_variable_is_no_longer_list(api, as_problem):
    for path, name, schema in lists():
        is_text = schema.get("type") == "string" and not {"format", "enum"} & schema.keys()
        answer = api.get(f"{path}?{name}=")
        if is_text:
            assert answer.status_code == 200, (path, name)
        else:
            as_problem(answer, 400)


def test_a_text_with_a_nul_is_taken_or_said_to_be_none(api):
    for path, name, schema in lists():
        is_text = schema.get("type") == "string" and not {"format", "enum"} & schema.keys()
        # A cursor is of the page before, or none.
        if is_text and name != "cursor":
            status = api.get(f"{path}?{name}=%00a").status_code
            pattern = schema.get("pattern")
            assert status in (200, 400), (path, name)
            assert status == 200 or (pattern and not re.search(pattern, "\0a")), (path, name)


def test_no_address_answers_another_verb_than_described(api, as_problem):
    for path in ("/leads", "/criteria/1.yaml", "/criteria/1", "/handoffs"):
        as_problem(api.send("OPTIONS", path), 405)
