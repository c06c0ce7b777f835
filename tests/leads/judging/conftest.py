from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import Lead
from tests import factories
from tests.leads.judging import simple

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def later(**span: float) -> datetime:
    return NOON + timedelta(**span)


@pytest.fixture
def criteria(db):
    """The simple criteria, live."""
    return factories.switched_on(simple.content(), at=later(days=-1))


@pytest.fixture
def arrive(criteria) -> Callable[..., Lead]:
    """A lead comes in by the API, a VP who said yes unless told."""

    def arrive(at: datetime = NOON, **item: Any) -> Lead:
        item = {
            "email": "maya@brightwater.example",
            "job_title": "VP Operations",
            "consent": {"marketing": True},
        } | item
        (result,) = ingest_leads([item], integration=factories.integration(), at=at)
        assert not result.errors
        return Lead.objects.get(pk=result.lead_id)

    return arrive


@pytest.fixture
def happen() -> Callable[..., None]:
    """Somebody does something, as told by the API."""

    def happen(lead: Lead, type: str = "demo_request", at: datetime = NOON, **event: Any) -> None:
        item = {"type": type, "occurred_at": at.isoformat(), "lead": {"id": lead.pk}} | event
        (result,) = ingest_events([item], integration=factories.integration(), at=at)
        assert not result.errors

    return happen


@pytest.fixture
def judged() -> Callable[..., Lead]:
    """The lead after everything due at a moment is drained."""

    def judged(lead: Lead, at: datetime = NOON) -> Lead:
        drain(at=at)
        return Lead.objects.get(pk=lead.pk)

    return judged
