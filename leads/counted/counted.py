"""Which handoffs one number counts: the catalogue's condition, made a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from accounts.models import User
from funnel.models import CriteriaVersion
from leadportal.web.answers import id_number
from leads.metrics import catalogue
from leads.metrics.catalogue import Metric
from leads.metrics.links import NOBODY
from leads.metrics.periods import DEFAULT, Period, Window
from leads.models import Campaign, Handoff, Source
from leads.models.handoff import HandoffQuerySet

# Of these it does not matter when they were handed over.
NOW = (catalogue.WAITING, catalogue.LATE, catalogue.LATE_TOUCH, catalogue.GIVEN_BACK)
# Who gave a handoff back today; it no longer says so itself.
GIVER = "giver"
_PARAMETER = re.compile(r"%\((\w+)\)s")
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *catalogue.COUNTS,
        *catalogue.MEDIANS,
        catalogue.UNDECIDED,
        catalogue.CLAIM_MISSED,
        catalogue.TOUCH_MISSED,
        *NOW,
    )
}
# What a number may be of: its parameter, the column of the handoff ("" where the condition asks for
# it itself), and whose name it is.
OF: Mapping[str, tuple[str, QuerySet]] = {
    "source": ("source", Source.objects.all()),
    "campaign": ("campaign", Campaign.objects.all()),
    "rep": ("claimed_by", User.objects.all()),
    GIVER: ("", User.objects.all()),
    "version": ("version", CriteriaVersion.objects.defer("content")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One number: its metric, of what, and when they were handed over, if that matters."""

    metric: Metric
    of: Mapping[str, int | None]
    period: Period
    window: Window | None

    @classmethod
    def read(cls, query: QueryDict, at: datetime, zone: str) -> "Asked":
        """What the query string asks for. Raises KeyError where it is no number of ours."""
        metric = METRICS[query.get("what", "")]
        of = {name: _id_of(query.get(name, "")) for name in OF if name in query}
        if (metric is catalogue.GIVEN_BACK) != (GIVER in of):
            raise KeyError(GIVER)
        period = Period.ending(at, key=query.get("period", DEFAULT), zone=zone)
        if metric in NOW or "version" in of:
            return cls(metric, of, period, None)
        return cls(metric, of, period, _window(query, period))


def _window(query: QueryDict, period: Period) -> Window:
    """The days that are named, or the period, or the one before. Raises KeyError."""
    if "first" in query:
        first, last = (_day(query.get(name, "")) for name in ("first", "last"))
        return Window.of_days(first, last, period.zone)
    if "earlier" in query:
        return Window(period.zone, *period.before)
    return Window(period.zone, period.starts, period.ends)


def _day(text: str) -> date:
    """Raises KeyError where it is no day that anything was handed over."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise KeyError(text) from None
    if not 2000 <= day.year < 2200:
        raise KeyError(text)
    return day


def _id_of(text: str) -> int | None:
    """The id, None for those of nobody. Raises KeyError."""
    if text == NOBODY:
        return None
    number = id_number(text)
    if number is None:
        raise KeyError(text)
    return number


def handoffs(asked: Asked, reader: User) -> HandoffQuerySet:
    """Those that the number counts and this person sees."""
    period = asked.period
    # The catalogue's own words; nothing that was typed is among them.
    ids = f"SELECT h.id FROM leads_handoff h WHERE {asked.metric.where}"  # noqa: S608
    values = {"at": period.ends, "today": period.midnight, GIVER: asked.of.get(GIVER)}
    params = [values[name] for name in _PARAMETER.findall(ids)]
    rows = Handoff.objects.visible_to(reader)
    rows = rows.filter(pk__in=RawSQL(_PARAMETER.sub("%s", ids), params))  # noqa: S611
    if asked.window:
        rows = rows.filter(opened_at__gte=asked.window.starts, opened_at__lt=asked.window.ends)
    of = {OF[name][0]: pk for name, pk in asked.of.items() if OF[name][0]}
    return rows.filter(**of)


def names(asked: Asked) -> list[str]:
    """What the number is of: ["Webinar"]. Raises KeyError where there is no such thing."""
    return [_name(name, pk) for name, pk in asked.of.items()]


def _name(name: str, pk: int | None) -> str:
    if pk is None:
        return f"no {name}"
    found: Any = OF[name][1].filter(pk=pk).first()
    if found is None:
        raise KeyError(name)
    return str(found)
