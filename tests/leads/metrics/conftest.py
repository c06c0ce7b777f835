from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Portal, User
from funnel.models import Reason
from funnel.stages import Stage
from leads.metrics.periods import Period
from leads.models import Handoff, HandoffState, Outcome
from tests import factories

# A Wednesday, 14:00 in Amsterdam.
NOW = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def month(db: None) -> Period:
    Portal.objects.update_or_create(pk=1, defaults={"zone": "Europe/Amsterdam"})
    return Period.ending(NOW, key="30", zone="Europe/Amsterdam")


@pytest.fixture
def reason(db: None) -> Callable[[str], Reason]:
    def reason(label: str) -> Reason:
        return Reason.objects.get_or_create(label=label, defaults={"family": "need"})[0]

    return reason


@pytest.fixture
def settled(reason: Callable[[str], Reason]) -> Callable[..., Handoff]:
    """A handoff opened `days` ago that a rep claimed, touched and decided after so many minutes."""

    def settled(
        rep: User,
        outcome: str = Outcome.ACCEPTED,
        *,
        days: float = 1,
        claim: int = 10,
        touch: int | None = 40,
        why: str = "No need",
        **of_lead: Any,
    ) -> Handoff:
        opened = NOW - timedelta(days=days)
        claimed = opened + timedelta(minutes=claim)
        of_lead.setdefault("created_at", opened)
        lead = factories.lead(stage=Stage(outcome), fit=40, intent=40, **of_lead)
        return factories.handoff(
            lead,
            opened_at=opened,
            state=HandoffState.CLOSED,
            outcome=outcome,
            claimed_by=rep,
            claimed_at=claimed,
            touch_due_at=claimed + timedelta(minutes=120),
            first_touch_at=None if touch is None else opened + timedelta(minutes=touch),
            closed_at=opened + timedelta(hours=5),
            reason=reason(why) if outcome == Outcome.REJECTED else None,
            answer_due_at=opened + timedelta(days=2) if outcome == Outcome.REJECTED else None,
        )

    return settled
