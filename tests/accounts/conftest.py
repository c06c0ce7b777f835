"""The cast of tests/factories.py, able to sign in."""

import time
from collections.abc import Callable

import pytest
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.models import Integration, User
from accounts.roles import Role
from tests import factories

PASSWORD = "correct horse battery"


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or so many steps of 30 seconds later."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD + steps
    return format_hotp_value(hotp_value(secret, counter))


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
