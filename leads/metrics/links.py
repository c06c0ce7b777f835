"""Where a number leads: the list of exactly the leads, handoffs or rejections that it counts."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from leads.metrics.catalogue import Metric
from leads.metrics.periods import Period

# In place of a source: where nobody told one.
NOBODY = "none"


def leads_url(since: datetime, **filters: str) -> str:
    """The leads created since then; every filter is a sentence there."""
    return f"{reverse('leads')}?{urlencode({**filters, 'created_since': since.isoformat()})}"


def counted_url(metric: Metric, period: Period | None = None, **filters: Any) -> str:
    """The handoffs that a metric counts in a period, of one source, campaign, rep or version."""
    asked: dict[str, Any] = {"what": metric.name}
    if period:
        asked["period"] = period.span.key
    asked |= {name: value for name, value in filters.items() if value}
    return f"{reverse('counted')}?{urlencode(asked)}"


def counted_before_url(metric: Metric, period: Period) -> str:
    """Those of the period before, which a change is measured from."""
    return counted_url(metric, period, earlier=1)


def counted_days_url(metric: Metric, first: date, last: date) -> str:
    """Those of some days, such as the weeks of a point in a chart."""
    return counted_url(metric, first=first.isoformat(), last=last.isoformat())


def rejections_url(since: datetime | None = None, **filters: Any) -> str:
    """The rejections among what was handed over since then, whatever became of them."""
    asked: dict[str, Any] = {"state": "all"}
    asked |= {name: value for name, value in filters.items() if value}
    if since:
        asked["since"] = since.isoformat()
    return f"{reverse('rejections')}?{urlencode(asked, doseq=True)}"
