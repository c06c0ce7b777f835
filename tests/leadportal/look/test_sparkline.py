import re

from leadportal.look.pictures import draw
from leadportal.look.sparkline import sparkline


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_a_series_needs_two_points():
    assert draw(sparkline([5])) == ""
    assert draw(sparkline([5, 5])).count("<path") == 1


def test_a_sparkline_keeps_inside_its_picture():
    drawn = draw(sparkline([-3, 900, 0, 41]))

    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups())
    path = points(re.search(r' d="([^"]+)"', drawn).group(1))
    assert len(path) == 4
    assert all(2 <= x <= width - 2 and 4 <= y <= height - 4 for x, y in path)


def test_a_sparkline_is_heard_only_if_no_words_stand_beside_it():
    assert 'aria-hidden="true"' in draw(sparkline([1, 2]))
    assert 'role="img" aria-label="Score from 1 to 2"' in draw(
        sparkline([1, 2], says="Score from 1 to 2")
    )
