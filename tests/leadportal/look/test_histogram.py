import re

import pytest

from leadportal.look.histogram import Histogram, histogram
from leadportal.look.pictures import draw


def scores(*, mql: int = 45, sql: int = 70) -> Histogram:
    bars = [0, 5, 10, 20, 40, 20, 10, 5, 2, 1]
    return histogram(bars, bars[::-1], mql=mql, sql=sql, says="How many have how many points.")


def test_a_bar_has_the_colour_of_the_line_it_reaches():
    fills = [column.fill for column in scores().columns]

    # The first is empty; 50 points are over the one line, 70 over both.
    assert fills == ["edge"] * 4 + ["mk"] * 2 + ["sa"] * 3


def test_the_tallest_bar_and_the_outline_have_one_scale():
    drawn = draw(scores())

    tallest = max(float(h) for h in re.findall(r'height="([\d.]+)" rx', drawn))
    outline = re.search(r'd="M0 130([^"]+)"', drawn).group(1)
    tops = [float(top) for top in re.findall(r"V([\d.]+)", outline)]
    assert tallest == 130 - 22 == 130 - min(tops)


@pytest.mark.parametrize(
    ("mql", "sql", "anchors"),
    [
        (45, 70, ["middle", "middle"]),
        (60, 70, ["end", "start"]),
        (70, 60, ["start", "end"]),
        (3, 97, ["start", "end"]),
    ],
)
def test_the_names_of_the_lines_keep_clear_of_each_other_and_of_the_edges(mql, sql, anchors):
    assert [mark.anchor for mark in scores(mql=mql, sql=sql).marks] == anchors


def test_a_histogram_of_nobody_is_an_empty_one():
    drawn = draw(histogram([0] * 10, [0] * 10, mql=45, sql=70, says="Nobody."))

    assert "<rect" not in drawn
    assert 'aria-label="Nobody."' in drawn and ">SQL 70</text>" in drawn
