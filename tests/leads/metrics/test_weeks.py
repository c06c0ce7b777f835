from leads.metrics import weeks
from leads.metrics.answers.statements import Numbers


def test_a_share_is_drawn_over_four_weeks_and_only_with_enough_cases():
    each = [Numbers(decided=0)] * 10 + [Numbers(decided=6, accepted=3)] * 6

    found = weeks.percentages(weeks.runs(each, lambda numbers: numbers.acceptance))

    assert found == [None] * 10 + [50] * 3


def test_the_running_week_is_left_out_of_counts():
    each = [Numbers(handed=week) for week in range(16)]

    assert weeks.counts(each, "handed") == list(range(3, 15))
