"""The cast of tests/factories.py, able to sign in."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Integration, User
from accounts.roles import Role
from tests import factories

PASSWORD = "correct horse battery"


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make a person with a password: person(Role.SALES, Role.ADMIN, name="…")."""

    def make(*roles: Role, **fields: object) -> User:
        user = factories.person(*roles, **{"email": f"{'.'.join(roles)}@example.com"} | fields)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def client_of(person: Callable[..., User]) -> Callable[..., Client]:
    """A browser in which a new person with the roles is signed in."""

    def sign_in(*roles: Role, **fields: object) -> Client:
        client = Client()
        client.force_login(person(*roles, **fields))
        return client

    return sign_in


@pytest.fixture
def integration(db: None) -> Integration:
    return factories.integration()
