"""What the check of every answer (tests/described.py) lets pass, and what it does not."""

from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse

from tests.described import PROBLEM, check

GOOD: dict[str, Any] = {
    "id": 1,
    "status": "created",
    "matched": False,
    "matched_by": None,
    "suggested": [],
    "warnings": [],
    "url": "/api/v1/leads/1",
}


def test_an_answer_as_described_passes() -> None:
    check("POST", "/api/v1/leads", JsonResponse(GOOD, status=201))
    check("GET", "/api/v1/leads/1", HttpResponse(status=304))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"extra": 1}, "extra"),
        ({"id": "1"}, "'1'"),
        ({"matched": None}, "None"),
        ({"status": "duplicate"}, "duplicate"),
    ],
)
def test_a_body_that_is_not_as_described_fails(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check("POST", "/api/v1/leads", JsonResponse(GOOD | wrong, status=201))


def test_a_key_that_is_missing_fails() -> None:
    with pytest.raises(AssertionError, match="'id' is a required property"):
        check("POST", "/api/v1/leads", JsonResponse({"status": "created", "matched": False}))


def test_a_status_that_is_not_described_fails() -> None:
    with pytest.raises(AssertionError, match="418 is not described"):
        check("POST", "/api/v1/leads", JsonResponse(GOOD, status=418))


def test_a_content_type_that_is_not_described_fails() -> None:
    with pytest.raises(AssertionError, match="text/html is not described"):
        check("POST", "/api/v1/leads", HttpResponse("<p>", status=201, content_type="text/html"))


def test_where_nothing_is_described_the_answer_is_a_problem() -> None:
    problem = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Nothing."}
    check("GET", "/api/v1/other", JsonResponse(problem, status=404, content_type=PROBLEM))

    with pytest.raises(AssertionError):
        check("GET", "/api/v1/other", JsonResponse(GOOD))
