import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from funnel.models import CriteriaVersion
from funnel.versions import current, editing
from tests import factories


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A client of its own for each person, since these are stories of several."""

    def as_user(user: User) -> Client:
        client = Client()
        client.force_login(user)
        prove(client, user)
        return client

    return as_user


def prove(client: Client, user: User, *, minutes_ago: float = 0) -> None:
    """Let the person have proved who they are so long ago, as a sign-in by password does."""
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - minutes_ago * 60}
    ]
    session.save()


def content(**points: int) -> dict[str, Any]:
    """The live content with other points for some rules, and a higher line."""
    changed = deepcopy(current.live().content)
    changed["definitions"]["sql"]["line"] = 75
    for rule in changed["rules"]:
        if rule["id"] in points:
            rule["points"] = points[rule["id"]]
    return changed


@pytest.fixture
def marketer(db: None) -> User:
    return factories.marketer()


@pytest.fixture
def marketing(db: None) -> User:
    return factories.marketing_manager()


@pytest.fixture
def sales(db: None) -> User:
    return factories.sales_manager()


@pytest.fixture
def rep(db: None) -> User:
    return factories.outsider()


@pytest.fixture
def draft(marketer: User) -> CriteriaVersion:
    """v2, which a marketer drafted: the SQL line is 75 instead of 70."""
    return editing.draft(content(), author=marketer)


@pytest.fixture
def proposed(draft: CriteriaVersion, marketer: User) -> CriteriaVersion:
    return editing.propose(draft, by=marketer, note="Fewer, better SQLs")


def posted(version: CriteriaVersion, **typed: Any) -> dict[str, Any]:
    """What the form of the draft page sends; `points__pricing=20` for a field with a dot."""
    version.refresh_from_db()
    fields = {name.replace("__", "."): value for name, value in typed.items()}
    return {"read_hash": version.content_hash} | fields
