"""Leads that come in, and a manager who keeps fields."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from leads.ingest.leads import ingest_leads
from leads.ingest.results import IngestResult
from leads.models import CustomField
from leads.own_fields import keeping
from tests import factories


@pytest.fixture
def manager(db) -> User:
    return factories.marketing_manager()


@pytest.fixture
def send(db) -> Callable[..., list[IngestResult]]:
    website = factories.integration()

    def send(*items: dict[str, Any], **options: Any) -> list[IngestResult]:
        return ingest_leads(items, **{"integration": website, **options})

    return send


@pytest.fixture
def seats(manager: User) -> CustomField:
    return keeping.add(manager, name="seats", label="Seats", type="number")
