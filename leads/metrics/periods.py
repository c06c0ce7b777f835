"""The spans of time that pages ask about, in days of the company's zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Pages draw so many weeks; a share is drawn over a run of weeks, since one alone has few cases.
WEEKS, RUN = 13, 4


@dataclass(frozen=True, slots=True)
class Span:
    """What a tab offers: `days` up to and with today."""

    key: str
    label: str
    days: int
    in_these: str
    before: str
    # The next longer one, to try where this one is empty, and how to say so.
    longer: str = ""
    try_longer: str = ""

    @property
    def is_short(self) -> bool:
        return self.days <= 31


QUARTER, YEAR = "Try a quarter", "Try a year"
SPANS = {
    span.key: span
    for span in (
        Span("7", "7 days", 7, "in these 7 days", "the 7 days before", "30", "Try 30 days"),
        Span("30", "30 days", 30, "in these 30 days", "the 30 days before", "quarter", QUARTER),
        Span("quarter", "Quarter", 91, "in these 13 weeks", "the 13 weeks before", "year", YEAR),
        Span("year", "Year", 365, "in these 365 days", "the year before"),
    )
}
DEFAULT = "30"


@dataclass(frozen=True, slots=True)
class Window:
    """Some time, in days of a zone; `starts` belongs to it, `ends` does not."""

    zone: ZoneInfo
    starts: datetime
    ends: datetime

    @classmethod
    def of_days(cls, first: date, last: date, zone: ZoneInfo) -> "Window":
        """Both days belong to it."""
        return cls(zone, _midnight(first, zone), _midnight(last + DAY, zone))

    @property
    def days_text(self) -> str:
        moments = self.starts, self.ends - timedelta(microseconds=1)
        return days_text(*(at.astimezone(self.zone).date() for at in moments))


@dataclass(frozen=True, slots=True)
class Period:
    """From the first midnight of the span to now; `starts` belongs to it, `ends` does not."""

    span: Span
    zone: ZoneInfo
    starts: datetime
    ends: datetime

    @classmethod
    def ending(cls, at: datetime, *, key: str, zone: str) -> "Period":
        """The last days up to `at`; an unknown key means the default."""
        span, where = SPANS.get(key, SPANS[DEFAULT]), ZoneInfo(zone)
        first = at.astimezone(where).date() - timedelta(days=span.days - 1)
        return cls(span, where, _midnight(first, where), at)

    @property
    def before(self) -> tuple[datetime, datetime]:
        """As many days earlier, up to the same hour of its last day, so that both are as long."""
        back = timedelta(days=self.span.days)
        # Wall-clock arithmetic in the zone: a midnight stays one when summer time ends.
        return self.starts.astimezone(self.zone) - back, self.ends.astimezone(self.zone) - back

    @property
    def first_day(self) -> date:
        return self.starts.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return self.ends.astimezone(self.zone).date()

    @property
    def midnight(self) -> datetime:
        """When its last day began."""
        return _midnight(self.last_day, self.zone)

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks that pages draw, and of the three before, which runs need."""
        this = monday(self.last_day)
        return [this - WEEK * back for back in reversed(range(WEEKS + RUN - 1))]

    @property
    def first_week(self) -> datetime:
        return _midnight(self.weeks[0], self.zone)

    @property
    def days_text(self) -> str:
        return days_text(self.first_day, self.last_day)


def days_text(first: date, last: date) -> str:
    """ "23 October to 21 November", with the years where they differ."""
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B}{f' {last.year}' * bool(year)}"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
