import re

import pytest

from leadportal.look.bars import points_bar, score_bar, score_scale, score_track, share_bar
from leadportal.look.pictures import draw


def test_the_score_is_spoken_in_full():
    drawn = draw(score_bar(49, 40, 70))

    assert "Score 89 of 100: fit 49, intent 40, line at 70" in drawn


def test_a_score_of_one_kind_draws_no_line_where_there_is_none():
    assert "f-line" not in draw(score_bar(10, 0, None))
    assert "f-line" not in draw(score_track(10, 0, None))
    assert "f-mk" not in draw(score_scale(10, 0, None, None))


def test_a_line_at_nothing_is_drawn():
    assert 'class="f-line" x="0%"' in draw(score_track(10, 0, 0))
    assert 'class="f-line" x="0%"' in draw(score_bar(10, 0, 0))
    assert "MQL 0" in draw(score_scale(10, 0, 0, 70))


def test_intent_begins_where_fit_ends_and_stays_on_the_track():
    track = score_track(70, 60, 75)

    assert (track.fit, track.intent) == ("70", "30")
    assert 'class="f-line" x="75%"' in track.line


@pytest.mark.parametrize(("fit", "intent"), [(0, 0), (50, 50), (1, 1), (0, 50), (50, 0)])
def test_the_scale_stays_inside_itself_and_its_names_apart(fit, intent):
    drawn = draw(score_scale(fit, intent, 45, 70))

    places = [float(at) for at in re.findall(r'x="([\d.]+)%"', drawn)]
    names = [float(at) for at in re.findall(r'class="lb" x="([\d.]+)%" y="12"', drawn)]
    assert all(0 <= at <= 100 for at in places)
    assert names[1] - names[0] >= 14


def test_the_scale_names_both_lines_for_eye_and_ear():
    drawn = draw(score_scale(49, 40, 45, 70))

    assert "Score 89 of 100. Fit 49, intent 40. MQL line at 45. SQL line at 70." in drawn
    assert ">MQL 45</text>" in drawn and ">SQL line 70</text>" in drawn


def test_points_are_drawn_against_the_largest_rule():
    assert 'class="f-int" width="50%"' in draw(points_bar(10, 20, "intent"))
    assert 'class="f-neg" width="25%"' in draw(points_bar(-5, 20, "fit"))
    assert 'width="0%"' in draw(points_bar(0, 0, "fit"))


@pytest.mark.parametrize(("share", "width"), [(-5, "0"), (61.25, "61.25"), (140, "100")])
def test_a_share_fills_no_more_than_its_bar(share, width):
    assert f'class="f-bad" width="{width}%"' in draw(share_bar(share, "bad"))
