"""Every number of Quality and Overview with its formula, as those pages count it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import Portal
from leads.metrics import catalogue
from leads.metrics.answers import cohort
from leads.metrics.cached import of_period
from leads.metrics.catalogue import FUNNEL_FORMULA, STEPS, Metric
from leads.metrics.periods import Period
from leads.metrics.tiles import ACCEPTANCE, CLAIMS, TOUCHES, Figures


class Unit(StrEnum):
    """What a value counts."""

    HANDOFFS = "handoffs"
    SECONDS = "seconds"
    LEADS = "leads"


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric with its value; None where there is no case to measure.

    `before` is that of as many days before, where the pages compare; `share_of` names the metric
    it is a part of, where they show it as a share.
    """

    name: str
    label: str
    formula: str
    unit: Unit
    value: float | None
    before: float | None = None
    share_of: str = ""


# What is counted whenever it was handed over, and so has no period before.
_WAITS = (catalogue.WAITING, catalogue.LATE)
_SHARES = {rate.part.name: rate.whole.name for rate in (ACCEPTANCE, CLAIMS, TOUCHES)}


def measured(at: datetime, *, key: str, portal: Portal) -> tuple[Period, list[Measured]]:
    """The period of the span `key` up to `at`, and all that is measured of it."""
    figures = Figures.ending(at, key=key, portal=portal)
    return figures.period, [
        *(_of_handoffs(metric, Unit.HANDOFFS, figures) for metric in catalogue.COUNTS),
        *(_of_handoffs(metric, Unit.SECONDS, figures) for metric in catalogue.MEDIANS),
        *_of_queue(figures),
        *_of_funnel(figures.period),
    ]


def _of_handoffs(metric: Metric, unit: Unit, figures: Figures) -> Measured:
    now, before = (getattr(numbers, metric.name) for numbers in (figures.now, figures.before))
    told = metric.name, metric.label, metric.formula
    return Measured(*told, unit, now, before, _SHARES.get(metric.name, ""))


def _of_queue(figures: Figures) -> list[Measured]:
    waiting = figures.waiting
    counts = [
        Measured(
            *(metric.name, metric.label, metric.formula),
            Unit.HANDOFFS,
            getattr(waiting, metric.name),
        )
        for metric in _WAITS
    ]
    ends = figures.period.ends
    age = (ends - waiting.oldest).total_seconds() if waiting.oldest else None
    oldest = catalogue.OLDEST
    return [*counts, Measured(oldest.name, oldest.label, oldest.formula, Unit.SECONDS, age)]


def _of_funnel(period: Period) -> list[Measured]:
    """The cohort of the period, by the furthest step; the first is every lead created."""
    everybody, before = of_period(
        "cohort", period, lambda: (cohort.cohorts(period).everybody, cohort.created_before(period))
    )
    reached = zip(STEPS, everybody.reached, strict=True)
    return [
        Measured(
            f"funnel_{step.stage or 'leads'}",
            step.label,
            FUNNEL_FORMULA,
            Unit.LEADS,
            leads,
            None if step.stage else before,
            "funnel_leads" if step.stage else "",
        )
        for step, leads in reached
    ]
