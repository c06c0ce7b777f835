"""What one rep did in a period. Each number is a filter, so that its leads are those it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, F, Q

from accounts.models import User
from leads.metrics.periods import Period
from leads.models import Handoff, Outcome
from leads.models.handoff import HandoffQuerySet

# Before so many claims a share or a median says nothing about anybody.
ENOUGH = 5

CLAIMED, TOUCHED, IN_TIME, LATE = "claimed", "touched", "in_time", "late"
ACCEPTED, REJECTED = "accepted", "rejected"


def counted(at: datetime) -> Mapping[str, Q]:
    """What each number counts of the handoffs that a rep claimed in the period."""
    touched = Q(first_touch_at__isnull=False)
    in_time = Q(first_touch_at__lte=F("touch_due_at"))
    return {
        CLAIMED: Q(),
        TOUCHED: touched,
        IN_TIME: in_time,
        # A promise is broken once its time is over, whether or not a touch came afterwards.
        LATE: Q(first_touch_at__gt=F("touch_due_at")) | Q(first_touch_at=None, touch_due_at__lt=at),
        ACCEPTED: Q(outcome=Outcome.ACCEPTED),
        REJECTED: Q(outcome=Outcome.REJECTED),
    }


@dataclass(frozen=True, slots=True)
class Given:
    """A reason for which leads were sent back, and how often."""

    pk: int
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """The numbers by their names in `counted`; the median only where something was touched."""

    counts: dict[str, int]
    median_touch: timedelta | None
    reasons: list[Given]

    @property
    def enough(self) -> bool:
        return self.counts[CLAIMED] >= ENOUGH


def claims_of(rep: User, period: Period) -> HandoffQuerySet:
    """What a rep claimed in the period and did not give back."""
    return Handoff.objects.filter(
        claimed_by=rep, claimed_at__gte=period.starts, claimed_at__lt=period.ends
    )


def behind(rep: User, period: Period, what: str, reason: int | None = None) -> HandoffQuerySet:
    """The handoffs that one number counts. Raises KeyError for a name that is none."""
    rows = claims_of(rep, period).filter(counted(period.ends)[what])
    return rows.filter(reason=reason) if reason else rows


def results(rep: User, period: Period) -> Results:
    rows = claims_of(rep, period).order_by()
    counts = rows.aggregate(
        **{
            name: Count("pk", filter=what) if what else Count("pk")
            for name, what in counted(period.ends).items()
        }
    )
    return Results(counts, _median_touch(rows), _reasons(rows))


def _median_touch(rows: HandoffQuerySet) -> timedelta | None:
    """From the handoff to the first touch, as everywhere in the product."""
    times = rows.filter(first_touch_at__isnull=False).values_list("opened_at", "first_touch_at")
    seconds = [(touched - opened).total_seconds() for opened, touched in times if touched]
    return timedelta(seconds=median(seconds)) if seconds else None


def _reasons(rows: HandoffQuerySet) -> list[Given]:
    """Why leads were sent back, the most frequent first."""
    given = rows.filter(outcome=Outcome.REJECTED).values(key=F("reason"), label=F("reason__label"))
    most = given.annotate(count=Count("pk")).order_by("-count", "label")
    return [Given(row["key"], row["label"], row["count"]) for row in most]
