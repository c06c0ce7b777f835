"""When a promise falls due."""

from datetime import datetime, timedelta


def due_at(started_at: datetime, minutes: int) -> datetime:
    """The moment a promise of `minutes` made at `started_at` falls due, in elapsed time."""
    return started_at + timedelta(minutes=minutes)
