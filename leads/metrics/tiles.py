"""The tiles on top of both pages: the same numbers, whoever looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Portal
from leadportal.look import formats
from leads.metrics import catalogue, weeks
from leads.metrics.answers.handoffs import Waiting
from leads.metrics.answers.statements import Numbers
from leads.metrics.catalogue import Metric
from leads.metrics.links import counted_url, rejections_url
from leads.metrics.periods import Period
from leads.metrics.shares import Share
from leads.metrics.weeks import ShareOf


@dataclass(frozen=True, slots=True)
class Tile:
    """What partials/stat_tile.html shows."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    points: list[int] = field(default_factory=list)
    side: str = "ink"
    change: int | None = None
    change_unit: str = ""
    good: str = "up"
    # The leads or rejections behind the number.
    url: str = ""
    # How many of them are late, told before the note, and these alone.
    late: int = 0
    late_url: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the tiles are made of."""

    period: Period
    now: Numbers
    before: Numbers
    weeks: Sequence[Numbers]
    waiting: Waiting
    portal: Portal

    def handed(self) -> Tile:
        change = self.now.handed - self.before.handed if self.before.handed else None
        return Tile(
            catalogue.HANDED.label,
            formats.number(self.now.handed),
            note=f"on {self.period.span.before}" if change is not None else "",
            points=weeks.counts(self.weeks, "handed"),
            side="mk",
            change=change,
            url=self._behind(catalogue.HANDED, self.now.handed),
        )

    def acceptance(self) -> Tile:
        undecided = self.now.handed - self.now.decided
        return self._share(
            catalogue.ACCEPTED.label,
            "mk",
            lambda numbers: numbers.acceptance,
            f"{self.now.acceptance.counts} decided" if self.now.decided else f"{undecided} open",
            catalogue.DECIDED,
        )

    def rejected(self) -> Tile:
        change = self.now.rejected - self.before.rejected if self.before.handed else None
        return Tile(
            catalogue.REJECTED.label,
            formats.number(self.now.rejected),
            note="every one has a reason" if self.now.rejected else "",
            points=weeks.counts(self.weeks, "rejected"),
            change=change,
            good="down",
            url=rejections_url(self.period.starts) if self.now.rejected else "",
        )

    def claims(self) -> Tile:
        return self._share(
            f"Claimed in {promised(self.portal.claim_minutes)}",
            "sa",
            lambda numbers: numbers.claims_in_time,
            median(self.now.to_claim),
            catalogue.CLAIM_DUE,
        )

    def touches(self) -> Tile:
        return self._share(
            f"First touch in {promised(self.portal.touch_minutes)}",
            "sa",
            lambda numbers: numbers.touches_in_time,
            median(self.now.to_touch),
            catalogue.TOUCH_DUE,
        )

    def queue(self) -> Tile:
        return Tile(
            catalogue.WAITING.label,
            formats.number(self.waiting.waiting),
            note=waiting_note(self.waiting, self.period.ends),
            url=counted_url(catalogue.WAITING) if self.waiting.waiting else "",
            late=self.waiting.late,
            late_url=counted_url(catalogue.LATE) if self.waiting.late else "",
        )

    def _behind(self, metric: Metric, count: int) -> str:
        return counted_url(metric, self.period) if count else ""

    def _share(self, label: str, side: str, share_of: ShareOf, note: str, whole: Metric) -> Tile:
        """Its link shows the whole, in which the part is told from the rest."""
        share, before = share_of(self.now), share_of(self.before)
        change = share.points_over(before)
        return Tile(
            label,
            share.figure,
            share.unit,
            note=note,
            points=weeks.known(weeks.shares(self.weeks, share_of)),
            side=side,
            change=change,
            change_unit="pt" if change in (1, -1) else "pts",
            url=self._behind(whole, share.whole),
        )


def promised(minutes: int) -> str:
    """ "30 min", "2 h" """
    return formats.duration(minutes * 60)


def median(seconds: float | None) -> str:
    return "" if seconds is None else f"median {formats.duration(seconds)}"


def waiting_note(waiting: Waiting, at: datetime) -> str:
    if waiting.oldest is None:
        return "every SQL is claimed"
    return f"oldest {formats.duration(at - waiting.oldest)}"


def missed(share: Share) -> int:
    return share.whole - share.part
