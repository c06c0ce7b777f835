"""Thirteen weeks as series: those of the tiles and those of the overview's chart."""

from collections.abc import Callable, Sequence

from leads.metrics.answers.statements import Numbers
from leads.metrics.periods import RUN, WEEKS
from leads.metrics.shares import Share

ShareOf = Callable[[Numbers], Share]


def counts(weeks: Sequence[Numbers], name: str) -> list[int]:
    """One count per whole week, oldest first; the running week would always look like a fall."""
    return [getattr(week, name) for week in weeks[-WEEKS:-1]]


def runs(weeks: Sequence[Numbers], share_of: ShareOf) -> list[Share]:
    """Per week the share over the four weeks up to it."""
    each = [share_of(week) for week in weeks]
    runs = [each[end - RUN : end] for end in range(RUN, len(each) + 1)]
    return [Share(sum(s.part for s in run), sum(s.whole for s in run)) for run in runs]


def percentages(runs: Sequence[Share]) -> list[int | None]:
    """None where there are too few cases for one."""
    return [share.percent if share.is_ranked else None for share in runs]


def known(values: Sequence[int | None]) -> list[int]:
    return [value for value in values if value is not None]
