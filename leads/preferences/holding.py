"""What we hold of a person, as they read it: who they are, where that came from, what they did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from funnel.vocabulary.events import event_label
from leads import tags
from leads.columns import LEAD_COLUMNS
from leads.fields import definitions
from leads.models import Event, Lead

# What is ours to reckon, and says nothing of them.
_OURS = frozenset({"estimated_value"})
# Where they came from is told apart.
_ORIGIN = frozenset({"source", "campaign"})
EVENTS_SHOWN, VALUE_SHOWN = 12, 500


@dataclass(frozen=True)
class Fact:
    """One thing we hold: what it is called, and what it says."""

    label: str
    value: str


@dataclass(frozen=True)
class Deed:
    """A kind of thing they did: how often, and when last."""

    label: str
    times: int
    last: datetime


def facts(lead: Lead) -> list[Fact]:
    """What is known of them: columns, their company, fields, and what else was sent."""
    labels = {name: field.label for name, field in definitions().items()}
    company = [Fact("Company", lead.company.name)] if lead.company else []
    details = [
        Fact(labels.get(name, name.replace("_", " ")), _said(value))
        for name, value in sorted(lead.attributes.items())
        if name not in tags.NAMES
    ]
    return [*_columns(lead), *company, *details]


def _columns(lead: Lead) -> Iterator[Fact]:
    for column in LEAD_COLUMNS:
        value = column.told(lead)
        if value is not None and column.name not in _OURS | _ORIGIN:
            named = dict(column.choices).get(value, value)
            yield Fact(column.label, _said(named))


def _said(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


def whence(lead: Lead) -> list[Fact]:
    """Where we have it from, the first time and the last."""
    told = (
        ("Source", lead.source),
        ("Campaign", lead.campaign),
        ("Last source", lead.last_source),
        ("Last campaign", lead.last_campaign),
    )
    return [Fact(label, str(named)) for label, named in told if named]


def deeds(lead: Lead) -> list[Deed]:
    """What they did, the newest kind first."""
    rows = Event.objects.filter(lead=lead).order_by().values("type")
    counted = rows.annotate(times=Count("pk"), last=Max("occurred_at")).order_by("-last")
    return [
        Deed(event_label(row["type"]), row["times"], row["last"]) for row in counted[:EVENTS_SHOWN]
    ]
