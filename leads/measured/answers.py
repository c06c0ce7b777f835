"""What the API tells of the metrics, typed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict

from leads.measured.measured import Measured, Unit
from leads.metrics.periods import Period


class PeriodAnswer(TypedDict):
    """The time the numbers are of: its days in the company's zone, both with it."""

    key: str
    first_day: date
    last_day: date
    zone: str
    as_of: datetime


class MetricAnswer(TypedDict):
    name: str
    label: str
    formula: str
    unit: Unit
    value: float | None
    before: float | None
    share_of: str | None


class MetricsAnswer(TypedDict):
    period: PeriodAnswer
    results: list[MetricAnswer]


def metrics_answer(period: Period, found: Iterable[Measured]) -> MetricsAnswer:
    return {
        "period": {
            "key": period.span.key,
            "first_day": period.first_day,
            "last_day": period.last_day,
            "zone": period.zone.key,
            "as_of": period.ends,
        },
        "results": [
            {
                "name": one.name,
                "label": one.label,
                "formula": one.formula,
                "unit": one.unit,
                "value": one.value,
                "before": one.before,
                "share_of": one.share_of or None,
            }
            for one in found
        ],
    }
