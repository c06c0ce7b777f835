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


def limits_in(schema):
    """The names of fields with a limit that a client could check."""
    if isinstance(schema, list):
        return [name for part in schema for name in limits_in(part)]
    if not isinstance(schema, dict):
        return []
    limits = {"maxLength", "minimum", "maximum", "maxProperties"}
    own = [name for name, part in schema.items() if isinstance(part, dict) and limits & part.keys()]
    return own + limits_in(list(schema.values()))


def test_what_is_taken_beyond_a_limit_says_the_limit_in_words(description):
    """A client that checks by the description would hold back a lead that we take."""
    forgiving = {
        name: operation["requestBody"]["content"]["application/json"]["schema"]
        for name, operation in operations(description)
        if any(parameter["name"] == "strict" for parameter in operation.get("parameters", ()))
    }

    assert {name for name in forgiving if "lead" in name} >= {"POST /api/v1/leads"}
    assert {name: found for name, body in forgiving.items() if (found := limits_in(body))} == {}
    properties = forgiving["POST /api/v1/leads"]["properties"]
    assert properties["job_title"]["description"] == "Up to 160 characters."
    assert properties["email"]["description"].endswith("`. Up to 254 characters.")


def test_a_lead_beyond_every_limit_is_taken_with_a_warning_for_each(description, api):
    body = description["paths"]["/api/v1/leads"]["post"]["requestBody"]
    properties = body["content"]["application/json"]["schema"]["properties"]
    long = {name for name, field in properties.items() if "Up to" in field.get("description", "")}
    sent = dict.fromkeys(long - {"attributes"}, "x" * 501)
    sent["attributes"] = {f"a{number}": 1 for number in range(101)}
    sent["company"] = {"name": "Fernhill", "employees": -1, "founded": 9999}

    answer = api.post("/leads", {**sent, "phone": "+4930901820", "email": None})

    assert answer.status_code == 201
    told = {warning["pointer"].split("/")[1] for warning in answer.json()["warnings"]}
    assert told == long - {"phone", "email"} | {"company"}
