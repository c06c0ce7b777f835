"""Which handoffs one number counts: the catalogue's condition, made a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
from leads.metrics.periods import DEFAULT, Period
from leads.models import Campaign, Handoff, Source
from leads.models.handoff import HandoffQuerySet

# Of these it does not matter when they were handed over.
NOW = (catalogue.WAITING, catalogue.LATE, catalogue.LATE_TOUCH)
METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *catalogue.COUNTS,
        *catalogue.MEDIANS,
        catalogue.CLAIM_MISSED,
        catalogue.TOUCH_MISSED,
        *NOW,
    )
}
# What a number may be of: its parameter, the column of the handoff, and whose name it is.
OF: Mapping[str, tuple[str, QuerySet]] = {
    "source": ("lead__source", Source.objects.all()),
    "campaign": ("lead__campaign", Campaign.objects.all()),
    "rep": ("claimed_by", User.objects.all()),
    "version": ("version", CriteriaVersion.objects.defer("content")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One number: its metric, and of what. No period means whenever they were handed over."""

    metric: Metric
    at: datetime
    period: Period | None
    of: Mapping[str, int | None]

    @classmethod
    def read(cls, query: QueryDict, at: datetime, zone: str) -> "Asked":
        """What the query string asks for. Raises KeyError where it is no number of ours."""
        metric = METRICS[query.get("what", "")]
        of = {name: _id_of(query.get(name, "")) for name in OF if name in query}
        period = None
        if metric not in NOW and "version" not in of:
            period = Period.ending(at, key=query.get("period", DEFAULT), zone=zone)
        return cls(metric, at, period, of)


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
    where = asked.metric.where
    params = [asked.at] * where.count("%(at)s")
    # The catalogue's own words; nothing that was typed is among them.
    ids = f"SELECT h.id FROM leads_handoff h WHERE {where.replace('%(at)s', '%s')}"  # noqa: S608
    rows = Handoff.objects.visible_to(reader).filter(pk__in=RawSQL(ids, params))  # noqa: S611
    if asked.period:
        within = {"opened_at__gte": asked.period.starts, "opened_at__lt": asked.period.ends}
        rows = rows.filter(**within)
    return rows.filter(**{OF[name][0]: pk for name, pk in asked.of.items()})


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
