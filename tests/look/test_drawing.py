import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts import drawing

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def clock(left: int, **words: str) -> str:
    due = NOW + timedelta(seconds=left)
    return drawing.sla_clock(due, NOW, due - timedelta(minutes=30), **words)


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


def test_the_score_is_spoken_in_full():
    drawn = drawing.score_bar(49, 40, 70)

    assert "Score 89 of 100: fit 49, intent 40, line at 70" in drawn


def test_a_score_of_one_kind_draws_no_line_where_there_is_none():
    assert "f-line" not in drawing.score_bar(10, 0, None)
    assert "f-mk" not in drawing.score_scale(10, 0, None, None)


@pytest.mark.parametrize(("fit", "intent"), [(0, 0), (50, 50), (1, 1), (0, 50), (50, 0)])
def test_the_scale_stays_inside_itself_and_its_names_apart(fit, intent):
    drawn = drawing.score_scale(fit, intent, 45, 70)

    places = [float(at) for at in re.findall(r'x="([\d.]+)%"', drawn)]
    names = [float(at) for at in re.findall(r'class="lb" x="([\d.]+)%" y="12"', drawn)]
    assert all(0 <= at <= 100 for at in places)
    assert names[1] - names[0] >= 14


def test_points_are_drawn_against_the_largest_rule():
    assert 'class="f-int" width="50%"' in drawing.points_bar(10, 20, "intent")
    assert 'class="f-neg" width="25%"' in drawing.points_bar(-5, 20, "fit")
    assert 'width="0%"' in drawing.points_bar(0, 0, "fit")


def test_a_series_needs_two_points():
    assert drawing.sparkline([5]) == ""
    assert drawing.sparkline([5, 5]).count("<path") == 1


def test_the_ribbon_crosses_the_handoff_once():
    drawn = drawing.ribbon([4812, 1126, 412, 391, 0], ["mk", "mk", "mk", "sa", "sa"])

    assert drawn.count('class="s-ink"') == 1
    assert 'class="s-ink" d="M600 0' in drawn


def test_a_funnel_of_nobody_has_no_ribbon():
    assert drawing.ribbon([0, 0], ["mk", "sa"]) == ""


def test_an_arrow_tells_direction_and_the_colour_whether_it_is_good():
    assert 'class="up"' in drawing.delta(4, "pts")
    assert 'class="dn worse"' in drawing.delta(-4, "pts")
    assert 'class="dn"' in drawing.delta(-58, good="down", prefix="€")
    assert "no change" in drawing.delta(0)


def test_no_text_escapes_its_place():
    drawn = [
        clock(1, label=HOSTILE, late_label=HOSTILE, who=HOSTILE),
        drawing.baton("mk", HOSTILE),
        drawing.avatar(HOSTILE, HOSTILE),
        drawing.sla_met(HOSTILE, HOSTILE),
        drawing.delta(1, HOSTILE, prefix=HOSTILE),
        drawing.icon(HOSTILE),
    ]

    assert not [text for text in drawn if "<script" in text]
