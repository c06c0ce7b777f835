"""The tiles on top of both pages: the same numbers, whoever looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Portal
from leadportal.look import formats
from leadportal.look.told import Told
from leads.metrics import catalogue, said, weeks
from leads.metrics.answers import handoffs
from leads.metrics.answers.handoffs import Waiting
from leads.metrics.answers.statements import Numbers
from leads.metrics.cached import of_period
from leads.metrics.catalogue import Metric
from leads.metrics.links import counted_before_url, counted_url, rejections_url
from leads.metrics.periods import Period
from leads.metrics.shares import Share
from leads.metrics.weeks import ShareOf

# Said on hover of a number that counts nobody itself.
OF_MEDIAN = "Opens those it is the median of"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the handoffs: how it is read, and the metrics of its part and its whole."""

    of: ShareOf
    part: Metric
    whole: Metric


ACCEPTANCE = Rate(lambda of: of.acceptance, catalogue.ACCEPTED, catalogue.DECIDED)
CLAIMS = Rate(lambda of: of.claims_in_time, catalogue.CLAIM_KEPT, catalogue.CLAIM_DUE)
TOUCHES = Rate(lambda of: of.touches_in_time, catalogue.TOUCH_KEPT, catalogue.TOUCH_DUE)


@dataclass(frozen=True, slots=True)
class Tile:
    """What partials/stat_tile.html shows; each number opens what it counts or is made of."""

    label: str
    figure: list[Told]
    note: list[Told] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    side: str = "ink"
    change: int | None = None
    change_unit: str = ""
    good: str = "up"
    # What the change is measured from.
    change_url: str = ""
    change_says: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the tiles are made of."""

    period: Period
    now: Numbers
    before: Numbers
    weeks: Sequence[Numbers]
    waiting: Waiting
    portal: Portal

    @classmethod
    def ending(cls, at: datetime, *, key: str, portal: Portal) -> "Figures":
        """Of the span `key` up to `at`, in days of the company's zone."""
        period = Period.ending(at, key=key, zone=portal.zone)
        (now, before), weeks = of_period(
            "handoffs", period, lambda: (handoffs.overall(period), handoffs.by_week(period))
        )
        return cls(period, now, before, weeks, handoffs.waiting(period.ends), portal)

    def handed(self) -> Tile:
        return self._count(catalogue.HANDED, self._behind(catalogue.HANDED), side="mk")

    def rejected(self) -> Tile:
        return self._count(
            catalogue.REJECTED,
            rejections_url(self.period.starts),
            note="every one has a reason" if self.now.rejected else "",
            good="down",
        )

    def acceptance(self) -> Tile:
        return self._share("mk", ACCEPTANCE, catalogue.ACCEPTED.label, self._decided())

    def _decided(self) -> list[Told]:
        """How many Sales has decided, or while there is none, how many it has not."""
        now = self.now
        if not now.handed:
            return [Told("none handed over")]
        if not now.decided:
            url = self._behind(catalogue.UNDECIDED)
            return [Told(formats.number(now.handed), url), Told(" not decided yet")]
        if not now.acceptance.is_ranked:
            return [Told("decided so far")]
        part, whole = self._behind(catalogue.ACCEPTED), self._behind(catalogue.DECIDED)
        return [*said.counts(now.acceptance, part, whole), Told(" decided")]

    def claims(self) -> Tile:
        label = f"Claimed in {promised(self.portal.claim_minutes)}"
        return self._share(
            "sa", CLAIMS, label, self._median(catalogue.TO_CLAIM, self.now.to_claim, "none claimed")
        )

    def touches(self) -> Tile:
        label = f"First touch in {promised(self.portal.touch_minutes)}"
        note = self._median(catalogue.TO_TOUCH, self.now.to_touch, "none touched")
        return self._share("sa", TOUCHES, label, note)

    def queue(self) -> Tile:
        waiting, url = self.waiting, counted_url(catalogue.WAITING)
        if waiting.oldest is None:
            return Tile(catalogue.WAITING.label, [Told("0")], [Told(self._none_waits())])
        oldest = f"oldest {formats.duration(self.period.ends - waiting.oldest)}"
        note = [Told(oldest, url, "Opens those it is the oldest of")]
        if waiting.late:
            late = f"{formats.number(waiting.late)} late"
            note = [Told(late, counted_url(catalogue.LATE), look="bad-ink"), Told(", "), *note]
        return Tile(catalogue.WAITING.label, [Told(formats.number(waiting.waiting), url)], note)

    def _none_waits(self) -> str:
        return "every SQL is claimed" if self.now.handed else "no SQL was handed over"

    def _behind(self, metric: Metric) -> str:
        return counted_url(metric, self.period)

    def _median(self, metric: Metric, seconds: float | None, none: str) -> list[Told]:
        if seconds is None:
            return [Told(none)]
        return [Told(f"median {formats.duration(seconds)}", self._behind(metric), OF_MEDIAN)]

    def _count(
        self, metric: Metric, url: str, *, note: str = "", side: str = "ink", good: str = "up"
    ) -> Tile:
        count, before = (getattr(numbers, metric.name) for numbers in (self.now, self.before))
        change = count - before if self.before.handed else None
        return Tile(
            metric.label,
            [Told(formats.number(count), url if count else "")],
            [Told(note or (f"on {self.period.span.before}" if change is not None else ""))],
            points=weeks.counts(self.weeks, metric.name),
            side=side,
            change=change,
            good=good,
            **(self._since_before(metric, before) if before else self._since_none(url, count)),
        )

    def _since_before(self, metric: Metric, count: int) -> dict[str, str]:
        says = f"Opens the {formats.number(count)} of {self.period.span.before}"
        return {"change_url": counted_before_url(metric, self.period), "change_says": says}

    def _since_none(self, url: str, count: int) -> dict[str, str]:
        """The change is all there are now."""
        says = f"Opens the {formats.number(count)} {self.period.span.in_these}"
        return {"change_url": url, "change_says": says}

    def _share(self, side: str, rate: Rate, label: str, note: list[Told]) -> Tile:
        share, before = rate.of(self.now), rate.of(self.before)
        change = share.points_over(before)
        return Tile(
            label,
            said.figure(share, self._behind(rate.part), self._behind(rate.whole)),
            note,
            points=weeks.known(weeks.percentages(weeks.runs(self.weeks, rate.of))),
            side=side,
            change=change,
            change_unit="pt" if change in (1, -1) else "pts",
            **self._since_before(rate.whole, before.whole),
        )


def promised(minutes: int) -> str:
    """ "30 min", "2 h" """
    return formats.duration(minutes * 60)


def missed(share: Share) -> int:
    return share.whole - share.part
