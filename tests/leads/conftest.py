import os
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from accounts.models import User
from tests import factories

# Each example is undone by itself, so sharing one test's transaction is right.
settings.register_profile(
    "rows",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
settings.load_profile("rows")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rep(db: None) -> User:
    return factories.rep()


@pytest.fixture
def as_user(db: None) -> Callable[[User], Client]:
    """A client signed in as somebody."""

    def as_user(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return as_user
