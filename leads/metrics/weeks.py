"""Thirteen weeks as lines: the small ones of the tiles and the chart of the overview."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.metrics.answers import Numbers
from leads.metrics.periods import RUN, WEEKS
from leads.metrics.shares import Share

ShareOf = Callable[[Numbers], Share]


def counts(weeks: Sequence[Numbers], name: str) -> list[int]:
    """One count per whole week, oldest first; the running week would always look like a fall."""
    return [getattr(week, name) for week in weeks[-WEEKS:-1]]


def shares(weeks: Sequence[Numbers], share_of: ShareOf) -> list[int | None]:
    """Per week the percentage over the four weeks up to it; None where they have too few cases."""
    each = [share_of(week) for week in weeks]
    runs = [each[end - RUN : end] for end in range(RUN, len(each) + 1)]
    sums = [Share(sum(s.part for s in run), sum(s.whole for s in run)) for run in runs]
    return [share.percent if share.is_ranked else None for share in sums]


def known(values: Sequence[int | None]) -> list[int]:
    return [value for value in values if value is not None]


# The chart.

TOP, LEFT = 14, 36


@dataclass(frozen=True, slots=True)
class Line:
    """One series of percentages; `says` names it in the sentence, `short` at its end."""

    side: str
    says: str
    short: str
    values: list[int | None]

    @property
    def sentence(self) -> str:
        numbers = known(self.values)
        if len(numbers) < 2:
            return f"{self.says}: too few cases."
        first, last = numbers[0], numbers[-1]
        verb = "rose" if last > first else "fell" if last < first else "stayed"
        how = f"at {last}" if first == last else f"from {first} to {last}"
        return f"{self.says} {verb} {how} percent."


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the drawing and what its vertical axis spans."""

    width: int
    height: int
    right: int
    floor: int
    short: bool

    def x(self, week: float) -> float:
        return LEFT + week * (self.width - self.right - LEFT) / (WEEKS - 1)

    def y(self, percent: float) -> float:
        bottom = self.height - 26
        return bottom - (percent - self.floor) * (bottom - TOP) / (100 - self.floor)


def chart(lines: Sequence[Line], weeks: Sequence[date], switched_on: dict[date, str]) -> SafeString:
    """The lines over 13 weeks, once for wide and once for narrow places; "" where none has two."""
    drawn = [line for line in lines if len(known(line.values)) > 1]
    if not drawn:
        return SafeString("")
    lowest = min(min(known(line.values)) for line in drawn)
    floor = max(0, lowest // 25 * 25 - (25 if lowest % 25 < 3 else 0))
    sentence = " ".join(["Thirteen weeks.", *(line.sentence for line in lines)])
    weeks = list(weeks)[-WEEKS:]
    return format_html_join(
        "",
        "{}",
        (
            (_drawing(frame, look, sentence, drawn, weeks, switched_on),)
            for frame, look in (
                (Frame(850, 218, 92, floor, short=False), "only-wide"),
                (Frame(360, 210, 40, floor, short=True), "only-narrow"),
            )
        ),
    )


def _drawing(
    frame: Frame,
    look: str,
    sentence: str,
    lines: Sequence[Line],
    weeks: Sequence[date],
    switched_on: dict[date, str],
) -> SafeString:
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}" fill="none">'
        "{}{}{}{}</svg>",
        look,
        frame.width,
        frame.height,
        sentence,
        _grid(frame),
        _switches(frame, weeks, switched_on),
        format_html_join("", "{}", ((_line(frame, line, lines),) for line in lines)),
        _week_names(frame, weeks),
    )


def _grid(frame: Frame) -> SafeString:
    step = 10 if frame.floor >= 50 else 25
    return format_html_join(
        "",
        '<path class="s-line" d="M{} {}H{}" stroke-width="1"/>'
        '<text x="{}" y="{}" text-anchor="end">{}%</text>',
        (
            (LEFT, _n(frame.y(at)), frame.width - frame.right, LEFT - 8, _n(frame.y(at) + 3.5), at)
            for at in range(frame.floor, 101, step)
        ),
    )


def _switches(frame: Frame, weeks: Sequence[date], switched_on: dict[date, str]) -> SafeString:
    """Where a criteria version went live, so that a bend can be laid at its door."""
    return format_html_join(
        "",
        '<path class="s-edge" d="M{} {}V{}" stroke-width="1" stroke-dasharray="2 3"/>'
        '<text x="{}" y="{}"{}>{} on</text>',
        (
            (
                _n(x),
                TOP,
                frame.height - 26,
                _n(x - 6 if late else x + 6),
                TOP + 9,
                SafeString(' text-anchor="end"') if late else "",
                name,
            )
            for day, name in switched_on.items()
            if 0 <= (week := (day - weeks[0]).days / 7) <= WEEKS - 1
            for x, late in [(frame.x(week), week > WEEKS / 2)]
        ),
    )


def _line(frame: Frame, line: Line, lines: Sequence[Line]) -> SafeString:
    percent = known(line.values)[-1]
    last = max(week for week, value in enumerate(line.values) if value is not None)
    end_x, end_y = frame.x(last), frame.y(percent)
    return format_html(
        '<path class="s-{}" d="{}" stroke-width="2" stroke-linejoin="round"/>'
        '<circle class="f-{}" cx="{}" cy="{}" r="3.5"/><text class="lb" x="{}" y="{}">{}</text>',
        line.side,
        _path(frame, line.values),
        line.side,
        _n(end_x),
        _n(end_y),
        _n(end_x + 9),
        _n(end_y + 4 + _nudge(frame, line, lines)),
        f"{percent}%" if frame.short else f"{percent}% {line.short}",
    )


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


def _nudge(frame: Frame, line: Line, lines: Sequence[Line]) -> float:
    """Two ends that meet would write over each other, so the names part."""
    here = known(line.values)[-1]
    for other in lines:
        there = known(other.values)[-1]
        if other is not line and abs(frame.y(here) - frame.y(there)) < 12:
            above = (here, lines.index(other)) > (there, lines.index(line))
            return -6 if above else 6
    return 0


def _week_names(frame: Frame, weeks: Sequence[date]) -> SafeString:
    names = [(week, f"{weeks[week].day} {weeks[week]:%b}") for week in range(0, WEEKS - 2, 4)]
    names.append((WEEKS - 1, "Now" if frame.short else "This week"))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((_n(frame.x(week)), frame.height - 6, name) for week, name in names),
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
