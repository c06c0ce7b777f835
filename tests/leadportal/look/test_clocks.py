from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from leadportal.look.clocks import RING, SOON, sla_clock, sla_met
from leadportal.look.pictures import draw

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def clock(left: int, **words: str) -> str:
    due = NOW + timedelta(seconds=left)
    return draw(sla_clock(due, NOW, due - timedelta(minutes=30), **words))


def test_a_clock_is_right_before_any_script_runs():
    assert "<b>20:00</b>" in clock(1200) and 'class="sla"' in clock(1200)
    assert "<b>4:12</b>" in clock(252) and 'class="sla soon"' in clock(252)
    assert "<b>3:06 late</b>" in clock(-186) and 'class="sla late"' in clock(-186)


def test_a_late_clock_says_so_in_its_own_words():
    assert "<small>to claim</small>" in clock(60, label="to claim", late_label="claim overdue")
    assert "<small>claim overdue</small>" in clock(-1, label="to claim", late_label="claim overdue")


def test_the_clock_turns_amber_under_a_third():
    assert "soon" not in clock(620)
    assert "soon" in clock(600)


def test_the_ring_drains_with_the_time():
    assert 'stroke-dasharray="37.7 37.7"' in clock(1800)
    assert 'stroke-dasharray="18.9 37.7"' in clock(900)
    assert 'stroke-dasharray="0.0 37.7"' in clock(-1)


def test_the_script_knows_the_same_ring_and_the_same_haste():
    script = (Path(settings.BASE_DIR) / "static/js/clocks.js").read_text()

    assert f"const RING = {RING};" in script
    assert f"const SOON = {SOON};" in script


def test_a_kept_promise_says_how_long_it_took():
    drawn = draw(sla_met(timedelta(minutes=12), "claimed in time"))

    assert "<b>12 min</b><small>claimed in time</small>" in drawn
    assert "#i-check" in drawn
