import re

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests import factories
from tests.described import faults_of
from tests.test_urls_have_policy import PATTERNS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def description():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(description):
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_description_is_valid_openapi(description):
    assert description["openapi"] == "3.1.1"
    validate_schema(description)


def test_every_address_is_described(description):
    there = {
        "/" + re.sub(r"<int:(\w+)>", r"{\1}", path).replace("{pk}", "{id}")
        for path, pattern in PATTERNS
        if path.startswith("api/v1/") and pattern.name not in {"schema", "docs"}
    }

    assert set(description["paths"]) == there


def test_every_operation_has_an_example_and_its_problems(description):
    for name, operation in operations(description):
        answers = operation["responses"]
        assert any(
            "examples" in content
            for answer in answers.values()
            for content in answer.get("content", {}).values()
        ), name
        if "requestBody" in operation:
            assert "examples" in operation["requestBody"]["content"]["application/json"], name
        assert "application/problem+json" in answers["401"]["content"], name


def test_every_example_is_as_described(description):
    faults = [
        f"{name}: {fault}"
        for name, operation in operations(description)
        for told in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in told.get("content", {}).values()
        for example in content.get("examples", {}).values()
        for fault in faults_of(example["value"], content["schema"])
    ]

    assert not faults, "\n".join(faults)


def test_the_page_opens_with_a_key_and_for_a_person_too(api, client):
    client.force_login(factories.marketer())

    assert (api.get("/docs").status_code, client.get("/api/v1/docs").status_code) == (200, 200)


def test_description_and_page_are_open_to_read(client):
    assert client.get("/api/v1/schema").status_code == 200

    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    assert b"swagger-ui" in page.content
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


def test_the_page_draws_the_description_under_its_policy(page):
    page.goto("/api/v1/docs")

    page.get_by_text("/api/v1/leads/batch").wait_for()
    page.get_by_text("/api/v1/leads/batch").click()
    page.get_by_role("button", name="Try it out").wait_for()
