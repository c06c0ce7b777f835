"""The rows that leads name, with what is counted beside them for who asks.

`leads` and `handoffs` are those the caller may see, and nothing is counted that is not among them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from funnel.models import Queue
from funnel.vocabulary.operators import FactType
from leads.columns import COLUMNS, Column
from leads.models import Company, CustomField
from leads.models.handoff import HandoffQuerySet
from leads.models.lead import LeadQuerySet


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may be told of a lead: a column, or a field the company added."""

    # As it is sent: "job_title", "company.employees", "attributes.budget".
    path: str
    name: str
    label: str
    type: FactType
    unit: str
    # What is stored, and what a person reads.
    choices: tuple[tuple[str, str], ...]
    # What the criteria call it.
    fact: str
    built_in: bool

    @classmethod
    def of_column(cls, column: Column) -> "Field":
        path = f"company.{column.name}" if column.of is Company else column.name
        fact = column.fact
        told = column.label, fact.type, column.unit, column.choices
        return cls(path, column.name, *told, fact.name, built_in=True)

    @classmethod
    def of_custom(cls, field: CustomField) -> "Field":
        choices = tuple((choice, choice) for choice in field.choices)
        told = field.label, FactType(field.type), field.unit, choices
        return cls(f"attributes.{field.name}", field.name, *told, field.name, built_in=False)


def all_fields() -> list[Field]:
    """The columns in the order of the page, then the company's own by label."""
    own = CustomField.objects.all()
    return [*map(Field.of_column, COLUMNS), *map(Field.of_custom, own)]


def companies(leads: LeadQuerySet, *, all_of_them: bool) -> QuerySet[Company]:
    """Companies with their `people`; without `all_of_them` only where one of these leads works."""
    rows = Company.objects.standing()
    theirs = leads.filter(company=OuterRef("pk"))
    counted = theirs.order_by().values("company").annotate(people=Count("pk")).values("people")
    if not all_of_them:
        rows = rows.filter(Exists(theirs))
    return rows.annotate(people=Coalesce(counted, 0, output_field=IntegerField()))


def stages_of(company: Company, leads: LeadQuerySet) -> dict[str, int]:
    """How many of its people stand at which stage."""
    stages = leads.filter(company=company).values_list("stage", flat=True)
    return dict(Counter(stages))


def queues(rows: QuerySet[Queue], handoffs: HandoffQuerySet, at: datetime) -> QuerySet[Queue]:
    """Queues with what waits in them: `waiting`, `late`, `next_due`, and their `workers`."""
    workers = Prefetch("members", User.objects.active().order_by("email"), to_attr="workers")
    waits: dict[str, Any] = {
        name: _of_queue(handoffs.overdue(at) if name == "late" else handoffs.open(), number)
        for name, number in (
            ("waiting", Count("pk")),
            ("late", Count("pk")),
            ("next_due", Min("due_at")),
        )
    }
    return rows.annotate(**waits).prefetch_related(workers)


def _of_queue(handoffs: HandoffQuerySet, number: Count | Min) -> Any:
    """One number of those in the queue of the row."""
    theirs = handoffs.filter(Q(queue=OuterRef("pk"))).order_by().values("queue")
    counted = theirs.annotate(number=number).values("number")
    return Coalesce(counted, 0) if isinstance(number, Count) else counted
