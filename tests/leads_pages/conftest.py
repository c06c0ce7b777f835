from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests import factories


@pytest.fixture
def rep(db: None) -> User:
    return factories.rep()


@pytest.fixture
def as_(db: None) -> Callable[[User], Client]:
    """A client signed in as somebody."""

    def as_(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return as_


HTMX = {"HX-Request": "true"}
