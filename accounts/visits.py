"""Visits that are over: their sessions open nothing any more, and go."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from leadportal.db import sweeps

NOT_KEPT = timedelta()


def forget_expired(at: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete sessions past their end; gives how many."""
    return sweeps.forget(Session, "expire_date", kept=NOT_KEPT, now=at, seconds=seconds)


def oldest_expired(*, at: datetime | None = None) -> datetime | None:
    return sweeps.oldest_kept_too_long(Session, "expire_date", kept=NOT_KEPT, now=at)
