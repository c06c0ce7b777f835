"""What people said of one lead, as subqueries of the query that reads the lead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject, Least, Now

from accounts.models import User
from leads.models import Adjustment, Override

Row = TypeVar("Row", Override, Adjustment)

_SAYS = {
    "id": "pk",
    "reason": "reason",
    "author": JSONObject(id="author", name=F("author__name")),
    "created_at": "created_at",
    "ends_at": "ends_at",
}


def override_of_lead() -> QuerySet:
    """The row of the override in force; `read` makes it one again."""
    rows = Override.objects.filter(lead=OuterRef("pk"), ends_at=OuterRef("held_until"))
    said = JSONObject(origin="origin", stage="stage", **_SAYS)
    return rows.filter(ends_at__gt=Now()).order_by("-pk").values(said=said)[:1]


def adjustments_of_lead() -> QuerySet:
    """The rows of those in force, and of those that the stored score counts."""
    counts = Least(OuterRef("judgement__scored_at"), Now())
    rows = Adjustment.objects.filter(lead=OuterRef("pk"), ends_at__gt=counts)
    return rows.order_by("created_at", "pk").values(
        said=JSONObject(kind="kind", points="points", **_SAYS)
    )


def rows_of(model: type[Row], rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows as they are in the database, with the name of their author."""
    return [
        model(
            **dict(row)
            | {
                "author": User(**row["author"]),
                "created_at": datetime.fromisoformat(row["created_at"]),
                "ends_at": datetime.fromisoformat(row["ends_at"]),
            }
        )
        for row in rows
    ]
