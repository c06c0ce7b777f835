import re
from datetime import date, timedelta
from itertools import pairwise

from leadportal.look.line_chart import Point, Series, line_charts
from leadportal.look.pictures import draw

MONDAYS = [date(2026, 8, 24) + timedelta(days=7 * week) for week in range(13)]


def line(values: list[int | None], side: str = "mk") -> Series:
    points = [Point(f"/leads?week={week}", f"Week {week}") for week in range(13)]
    return Series(side, "Accepted by Sales", "accepted", values, points)


def chart(*lines: Series, events: dict[date, str] | None = None) -> str:
    charts = line_charts(lines, MONDAYS, events or {}, title="Thirteen weeks")
    return "".join(draw(one) for one in charts)


def test_the_chart_says_in_a_sentence_what_it_shows():
    drawn = chart(line([58, *[None] * 11, 65]))

    assert "Thirteen weeks. Accepted by Sales rose from 58 to 65 percent." in drawn
    assert "65% accepted" in drawn
    assert drawn.count("<svg") == 2
    assert "style" not in drawn


def test_a_week_without_enough_cases_is_a_gap():
    drawn = chart(line([60, 62, None, 64, *[66] * 9]))

    path = drawn.split('class="s-mk" d="')[1].split('"')[0]
    assert path.count("M") == 2


def test_an_event_is_marked_inside_the_weeks_only():
    flat = line([60] * 13)

    assert "v14 on" in chart(flat, events={MONDAYS[8]: "v14 on"})
    assert "v14 on" not in chart(flat, events={date(2026, 1, 1): "v14 on"})


def test_the_name_of_a_late_event_stands_before_it():
    flat = line([60] * 13)

    early, late = (chart(flat, events={MONDAYS[week]: "v14 on"}) for week in (3, 10))
    assert not re.search(r'text-anchor="end">v14 on', early)
    assert len(re.findall(r'text-anchor="end">v14 on', late)) == 2


def test_there_is_no_chart_of_nothing():
    assert chart(line([None] * 13)) == ""
    assert chart(line([60, *[None] * 12])) == ""


def test_a_line_with_too_few_cases_is_said_and_not_drawn():
    drawn = chart(line([60] * 13), line([None] * 13, side="sa"))

    assert "Accepted by Sales: too few cases." in drawn
    assert "s-sa" not in drawn


def test_names_of_lines_that_end_together_part():
    wide, _ = line_charts(
        [line([60] * 13), line([61] * 13, side="sa")], MONDAYS, {}, title="Thirteen weeks"
    )

    places = [(float(c.dots[-1].y), float(c.name_y)) for c in wide.curves]
    ends, names = zip(*places, strict=True)
    assert abs(ends[0] - ends[1]) < 12 <= abs(names[0] - names[1])


def test_the_axis_begins_at_a_quarter_below_the_lowest_point():
    wide, _ = line_charts([line([77, *[90] * 12])], MONDAYS, {}, title="Thirteen weeks")

    levels = [level.name for level in wide.levels]
    assert levels[0] == "50%" and levels[-1] == "100%"
    assert all(float(a.y) > float(b.y) for a, b in pairwise(wide.levels))


def test_each_point_opens_what_it_is_made_of_and_none_covers_another():
    near, far = line([60, None, *[60] * 11]), line([60, 50, *[90] * 11], side="sa")

    (wide, _) = line_charts([near, far], MONDAYS, {}, title="Thirteen weeks")
    drawn = draw(wide)

    assert drawn.count('href="/leads?week=0"') == 2
    assert drawn.count('href="/leads?week=1"') == 1
    assert drawn.count('aria-label="Week 12"') == 2
    lower, upper = (
        [(float(dot.top), float(dot.top) + float(dot.height), float(dot.y)) for dot in curve.dots]
        for curve in wide.curves
    )
    for week in (0, -1):
        (top, bottom, y), (top_above, bottom_above, y_above) = lower[week], upper[week]
        assert top_above < bottom_above <= top + 0.1 and top < bottom
        assert top - 0.1 <= y <= bottom and top_above <= y_above <= bottom_above + 0.1
