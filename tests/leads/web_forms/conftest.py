from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from leads.inbound import job, suspicion
from leads.inbound.systems.ours import TOKEN
from leads.models import Delivery, WebForm
from leads.web_forms import web_forms
from tests import factories


@pytest.fixture
def manager(db: None) -> User:
    return factories.marketing_manager()


@pytest.fixture
def form(manager: User) -> WebForm:
    return web_forms.create(manager, name="Demo request", slug="demo")


@pytest.fixture
def send() -> Callable[..., Any]:
    """Send a form from its page, opened so many seconds before; None: not from its page."""
    client = Client()

    def send(form: WebForm, seconds: float | None = 30, **typed: Any) -> Any:
        if seconds is not None:
            opened: datetime = timezone.now() - timedelta(seconds=seconds)
            typed = {TOKEN: suspicion.token(form.inlet, opened)} | typed
        return client.post(
            form.page,
            "&".join(f"{name}={value}" for name, value in typed.items()),
            content_type="application/x-www-form-urlencoded",
        )

    return send


@pytest.fixture
def came(send: Callable[..., Any]) -> Callable[..., Delivery]:
    """The same, read by the worker."""

    def came(form: WebForm, seconds: float | None = 30, **typed: Any) -> Delivery:
        answer = send(form, seconds, **typed)
        assert answer.status_code == 302, answer.content
        job.drain()
        return Delivery.objects.select_related("lead__company").order_by("-pk")[0]

    return came
