import json
from typing import Any

import pytest
from django.test import Client

from accounts.keys import keys
from accounts.models import Scope
from tests import factories


class Api:
    """A system that calls us with one key."""

    def __init__(self, *scopes: str, integration: str = "Website forms", source: str = "") -> None:
        self.integration = factories.integration(integration)
        self.key, self.plain = keys.create(
            self.integration, scopes=scopes or Scope.values, source=source
        )
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, **headers: str):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else data,
            "application/json",
            headers={"Authorization": f"Bearer {self.plain}"} | headers,
        )

    def get(self, path: str, **headers: str):
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self.send("POST", path, body, **headers)


@pytest.fixture
def api(db) -> Api:
    return Api()


@pytest.fixture
def as_problem():
    """Check that an answer is a problem document of this status, and give its content."""

    def as_problem(response, status: int) -> dict[str, Any]:
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["detail"]
        return problem

    return as_problem
