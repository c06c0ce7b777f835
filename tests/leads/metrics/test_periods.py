from datetime import UTC, date, datetime, timedelta

from leads.metrics.periods import Period

# Half past midnight of 1 April in Amsterdam, three days after its clocks went forward.
AT = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)


def period(key: str = "7", at: datetime = AT) -> Period:
    return Period.ending(at, key=key, zone="Europe/Amsterdam")


def test_days_are_those_of_the_company():
    week = period()

    assert (week.first_day, week.last_day) == (date(2026, 3, 26), date(2026, 4, 1))
    assert week.starts == datetime(2026, 3, 25, 23, tzinfo=UTC)
    assert week.ends == AT


def test_the_period_before_is_as_many_days_and_ends_at_the_same_hour():
    starts, ends = period().before

    assert starts == datetime(2026, 3, 18, 23, tzinfo=UTC)
    # Summer time began between the two, so the same wall clock is an hour later in UTC.
    assert ends == datetime(2026, 3, 24, 23, 30, tzinfo=UTC)


def test_an_unknown_period_is_the_usual_one():
    assert period("fortnight").span.days == 30


def test_weeks_start_on_mondays_and_end_with_the_present_one():
    weeks = period("year").weeks

    assert len(weeks) == 16
    assert weeks[-1] == date(2026, 3, 30)
    assert all(week.weekday() == 0 for week in weeks)
    assert all(b - a == timedelta(days=7) for a, b in zip(weeks, weeks[1:], strict=False))


def test_the_days_are_said_with_their_years_only_where_these_differ():
    assert period().days_text == "26 March to 1 April"
    assert period("year").days_text == "2 April 2025 to 1 April 2026"
