from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests import factories

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
