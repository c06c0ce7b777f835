from datetime import UTC, datetime

import pytest

from leads.metrics import cached
from leads.metrics.periods import Period

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture
def asked() -> list[int]:
    return []


def ask(asked: list[int], key: str) -> int:
    period = Period.ending(AT, key=key, zone="UTC")
    return cached.of_period("counted", period, lambda: asked.append(1) or len(asked))


def test_what_is_slow_to_count_is_counted_once_a_minute(asked, monkeypatch):
    monkeypatch.setattr(cached, "COSTLY", -1)

    assert [ask(asked, "year"), ask(asked, "year"), ask(asked, "quarter")] == [1, 1, 2]


def test_what_is_quick_or_short_is_always_counted_anew(asked, monkeypatch):
    assert [ask(asked, "year"), ask(asked, "year")] == [1, 2]

    monkeypatch.setattr(cached, "COSTLY", -1)
    assert [ask(asked, "30"), ask(asked, "30")] == [3, 4]
