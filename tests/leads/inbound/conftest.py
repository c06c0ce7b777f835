import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from leads.inbound import inlets, job
from leads.models import Delivery, Inlet
from tests import factories


@pytest.fixture
def manager(db: None) -> User:
    return factories.marketing_manager()


@pytest.fixture
def inlet(manager: User) -> Callable[..., Inlet]:
    """An address for a system, named after it."""

    def inlet(system: str = "json", **fields: Any) -> Inlet:
        return inlets.create(manager, system=system, name=fields.pop("name", system), **fields)

    return inlet


@pytest.fixture
def post() -> Callable[..., Any]:
    """Post something to an inlet, as a stranger: an object as JSON, a text or bytes as they are."""
    client = Client()

    def post(inlet: Inlet, sent: Any, kind: str = "application/json", **more: Any) -> Any:
        body = sent if isinstance(sent, str | bytes) else json.dumps(sent)
        return client.post(inlet.address, body, content_type=kind, **more)

    return post


@pytest.fixture
def came(post: Callable[..., Any]) -> Callable[..., Delivery]:
    """The same, read by the worker."""

    def came(inlet: Inlet, sent: Any, kind: str = "application/json", **more: Any) -> Delivery:
        answer = post(inlet, sent, kind, **more)
        assert answer.status_code in (200, 202), answer.content
        job.drain()
        posts = Delivery.objects.select_related("lead__company", "inlet").filter(named_by=None)
        return posts.order_by("-pk")[0]

    return came
