"""Percentages week by week as lines, each named at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from leadportal.look.pictures import Picture, coordinate

TOP, LEFT, BOTTOM = 14, 36, 26
# Ends of lines closer than this would write over each other.
APART = 12


@dataclass(frozen=True, slots=True)
class Point:
    """What one value of a series opens, and how that is said."""

    url: str
    says: str


@dataclass(frozen=True, slots=True)
class Series:
    """One series of percentages, None where it has a gap.

    `says` names it in the sentence, `short` at its end; `points` are what its values open.
    """

    side: str
    says: str
    short: str
    values: Sequence[int | None]
    points: Sequence[Point]

    @property
    def known(self) -> list[int]:
        return [value for value in self.values if value is not None]

    @property
    def sentence(self) -> str:
        if len(self.known) < 2:
            return f"{self.says}: too few cases."
        first, last = self.known[0], self.known[-1]
        verb = "rose" if last > first else "fell" if last < first else "stayed"
        how = f"at {last}" if first == last else f"from {first} to {last}"
        return f"{self.says} {verb} {how} percent."


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line of the grid and its percentage."""

    y: str
    name_y: str
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment between the weeks; in the later half its name stands before it."""

    x: str
    name_x: str
    name: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line: a link as wide as its week, and as high as no other point is nearer."""

    x: str
    y: str
    left: str
    width: str
    top: str
    height: str
    url: str
    says: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """One line, its points, and its name at the last of them."""

    side: str
    path: str
    dots: Sequence[Dot]
    name_x: str
    name_y: str
    name: str


@dataclass(frozen=True, slots=True)
class Week:
    x: str
    name: str


@dataclass(frozen=True)
class LineChart(Picture):
    """`place` is the class that shows it; left, right, top and bottom enclose the lines."""

    template: ClassVar[str] = "look/line_chart.svg"

    place: str
    says: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    level_name_x: int
    event_name_y: int
    week_name_y: int
    levels: Sequence[Level]
    events: Sequence[Mark]
    curves: Sequence[Curve]
    weeks: Sequence[Week]


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the picture and what its axes span; `margin` is the room right of the lines."""

    width: int
    height: int
    margin: int
    weeks: int
    floor: int
    is_narrow: bool

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM

    def x(self, week: float) -> float:
        return LEFT + week * (self.width - self.margin - LEFT) / (self.weeks - 1)

    def y(self, percent: float) -> float:
        return self.bottom - (percent - self.floor) * (self.bottom - TOP) / (100 - self.floor)


def line_charts(
    lines: Sequence[Series], weeks: Sequence[date], events: Mapping[date, str], *, title: str
) -> list[LineChart]:
    """The same lines for wide and for narrow places; none where no line has two points.

    `weeks` are the first days of the weeks that the lines have values for; `events` are named
    days, of which those within the weeks are marked. What is heard begins with the `title`.
    """
    drawn = [line for line in lines if len(line.known) > 1]
    if not drawn:
        return []
    says = " ".join([f"{title}.", *(line.sentence for line in lines)])
    floor = _floor(min(min(line.known) for line in drawn))
    wide = Frame(850, 218, 92, len(weeks), floor, is_narrow=False)
    narrow = Frame(360, 210, 40, len(weeks), floor, is_narrow=True)
    return [_chart(frame, says, drawn, weeks, events) for frame in (wide, narrow)]


def _floor(lowest: int) -> int:
    """The axis begins at a quarter with some room below the lowest point."""
    return max(0, lowest // 25 * 25 - (25 if lowest % 25 < 3 else 0))


def _chart(
    frame: Frame,
    says: str,
    lines: Sequence[Series],
    weeks: Sequence[date],
    events: Mapping[date, str],
) -> LineChart:
    return LineChart(
        place="only-narrow" if frame.is_narrow else "only-wide",
        says=says,
        width=frame.width,
        height=frame.height,
        left=LEFT,
        right=frame.width - frame.margin,
        top=TOP,
        bottom=frame.bottom,
        level_name_x=LEFT - 8,
        event_name_y=TOP + 9,
        week_name_y=frame.height - 6,
        levels=_levels(frame),
        events=_events(frame, weeks[0], events),
        curves=[_curve(frame, line, lines) for line in lines],
        weeks=_weeks(frame, weeks),
    )


def _levels(frame: Frame) -> list[Level]:
    step = 10 if frame.floor >= 50 else 25
    return [
        Level(coordinate(frame.y(at)), coordinate(frame.y(at) + 3.5), f"{at}%")
        for at in range(frame.floor, 101, step)
    ]


def _events(frame: Frame, first: date, events: Mapping[date, str]) -> list[Mark]:
    """What happened within the weeks, so that a bend can be laid at its door."""
    placed = [((day - first).days / 7, name) for day, name in events.items()]
    return [
        _event(frame.x(week), name, is_late=week > frame.weeks / 2)
        for week, name in placed
        if 0 <= week <= frame.weeks - 1
    ]


def _event(x: float, name: str, *, is_late: bool) -> Mark:
    return Mark(coordinate(x), coordinate(x - 6 if is_late else x + 6), name, is_late)


def _curve(frame: Frame, line: Series, lines: Sequence[Series]) -> Curve:
    percent = line.known[-1]
    weeks = [week for week, value in enumerate(line.values) if value is not None]
    x, y = frame.x(weeks[-1]), frame.y(percent)
    return Curve(
        side=line.side,
        path=_path(frame, line.values),
        dots=[_dot(frame, line, week, lines, is_last=week == weeks[-1]) for week in weeks],
        name_x=coordinate(x + 9),
        name_y=coordinate(y + 4 + _nudge(frame, line, lines)),
        name=f"{percent}%" if frame.is_narrow else f"{percent}% {line.short}",
    )


def _dot(frame: Frame, line: Series, week: int, lines: Sequence[Series], *, is_last: bool) -> Dot:
    half = (frame.x(1) - frame.x(0)) / 2
    x, y = frame.x(week), frame.y(line.values[week] or 0)
    top, bottom = _reach(frame, line, week, lines)
    point = line.points[week]
    return Dot(
        coordinate(x),
        coordinate(y),
        coordinate(x - half),
        coordinate(2 * half),
        coordinate(top),
        coordinate(bottom - top),
        point.url,
        point.says,
        is_last,
    )


def _reach(frame: Frame, line: Series, week: int, lines: Sequence[Series]) -> tuple[float, float]:
    """From where to where no other line has a point of this week that is nearer."""
    top, bottom = float(TOP), float(frame.bottom)
    here = (line.values[week] or 0, lines.index(line))
    for other in lines:
        there = other.values[week]
        if other is line or there is None:
            continue
        middle = (frame.y(here[0]) + frame.y(there)) / 2
        if here > (there, lines.index(other)):
            bottom = min(bottom, middle)
        else:
            top = max(top, middle)
    return top, bottom


def _path(frame: Frame, values: Sequence[int | None]) -> str:
    """Straight from week to week; a week with too few cases leaves a gap, it is not guessed."""
    path, pen = "", "M"
    for week, value in enumerate(values):
        if value is None:
            pen = "M"
        else:
            path += f"{pen}{frame.x(week):.1f} {frame.y(value):.1f}"
            pen = "L"
    return path


def _nudge(frame: Frame, line: Series, lines: Sequence[Series]) -> float:
    """Two ends that meet would write over each other, so the names part."""
    here = line.known[-1]
    for other in lines:
        there = other.known[-1]
        if other is not line and abs(frame.y(here) - frame.y(there)) < APART:
            above = (here, lines.index(other)) > (there, lines.index(line))
            return -6 if above else 6
    return 0


def _weeks(frame: Frame, weeks: Sequence[date]) -> list[Week]:
    """Every fourth week by its first day, and the running one by its name."""
    last = len(weeks) - 1
    named = [(week, f"{weeks[week].day} {weeks[week]:%b}") for week in range(0, last - 1, 4)]
    named.append((last, "Now" if frame.is_narrow else "This week"))
    return [Week(coordinate(frame.x(week)), name) for week, name in named]
