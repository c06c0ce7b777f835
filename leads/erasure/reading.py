"""How much there is of a person, for whoever is about to erase them."""

from collections.abc import Mapping

from django.db.models import Count, Model, Value

from leads.lead.alike import parts_of
from leads.models import (
    Consent,
    Delivery,
    Event,
    Handoff,
    ImportLine,
    Lead,
    LeadChange,
    Note,
    StageChange,
)

COUNTED: tuple[type[Model], ...] = (
    *(Consent, Delivery, Event, Handoff, ImportLine, LeadChange, Note, StageChange),
)


def rows_of(lead: Lead) -> Mapping[type[Model], int]:
    """How many rows each table has of a lead and of those that became a part of it.

    Two queries, one more for each time that a part had parts.
    """
    who = [lead.pk, *parts_of([lead.pk])]
    each = [
        model._default_manager.filter(lead__in=who)
        .order_by()
        .values(table=Value(model.__name__))
        .annotate(rows=Count("pk"))
        for model in COUNTED
    ]
    found = {row["table"]: row["rows"] for row in each[0].union(*each[1:], all=True)}
    return {model: found.get(model.__name__, 0) for model in COUNTED}
