from datetime import date, timedelta

from leads.metrics import weeks
from leads.metrics.answers import Numbers

MONDAYS = [date(2026, 8, 3) + timedelta(days=7 * week) for week in range(16)]


def test_a_share_is_drawn_over_four_weeks_and_only_with_enough_cases():
    each = [Numbers(decided=0)] * 10 + [Numbers(decided=6, accepted=3)] * 6

    found = weeks.shares(each, lambda numbers: numbers.acceptance)

    assert found == [None] * 10 + [50] * 3


def test_the_running_week_is_left_out_of_counts():
    each = [Numbers(handed=week) for week in range(16)]

    assert weeks.counts(each, "handed") == list(range(3, 15))


def line(values: list[int | None], side: str = "mk") -> weeks.Line:
    return weeks.Line(side, "Accepted by Sales", "accepted", values)


def test_the_chart_says_in_a_sentence_what_it_shows():
    drawn = weeks.chart([line([58, *[None] * 11, 65])], MONDAYS, {})

    assert "Accepted by Sales rose from 58 to 65 percent." in drawn
    assert "65% accepted" in drawn
    assert drawn.count("<svg") == 2
    assert "style" not in drawn


def test_a_week_without_enough_cases_is_a_gap():
    drawn = weeks.chart([line([60, 62, None, 64, *[66] * 9])], MONDAYS, {})

    path = drawn.split('class="s-mk" d="')[1].split('"')[0]
    assert path.count("M") == 2


def test_a_version_that_went_live_is_marked_inside_the_weeks_only():
    lines = [line([60] * 13)]

    assert "v14 on" in weeks.chart(lines, MONDAYS, {MONDAYS[8]: "v14"})
    assert "v14 on" not in weeks.chart(lines, MONDAYS, {date(2026, 1, 1): "v14"})


def test_there_is_no_chart_of_nothing():
    assert weeks.chart([line([None] * 13)], MONDAYS, {}) == ""
