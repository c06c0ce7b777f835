from collections.abc import Callable
from typing import Any

import pytest

from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.ingest.results import IngestResult
from leads.models import Lead
from tests import factories


@pytest.fixture
def integration(db):
    return factories.integration()


@pytest.fixture
def send(integration) -> Callable[..., list[IngestResult]]:
    """Ingest leads as the website's integration."""

    def send(*items: dict[str, Any], **options: Any) -> list[IngestResult]:
        return ingest_leads(items, **{"integration": integration, **options})

    return send


@pytest.fixture
def send_events(integration) -> Callable[..., list[IngestResult]]:
    def send_events(*items: dict[str, Any], **options: Any) -> list[IngestResult]:
        return ingest_events(items, **{"integration": integration, **options})

    return send_events


@pytest.fixture
def one(send) -> Callable[..., Lead]:
    """Ingest one lead and read it back."""

    def one(**item: Any) -> Lead:
        (result,) = send(item)
        assert not result.errors
        return Lead.objects.get(pk=result.lead_id)

    return one
