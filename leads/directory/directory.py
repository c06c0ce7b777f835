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
from leads import fields
from leads.columns import COLUMNS, Column
from leads.facts.known import CUSTOM
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
    # What is stored, and what a person reads; those that are not offered any more come last.
    choices: tuple[tuple[str, str], ...]
    # What the criteria call it.
    fact: str
    built_in: bool
    help: str = ""
    # What it is also understood under.
    other_names: tuple[str, ...] = ()
    retired: bool = False
    retired_choices: frozenset[str] = frozenset()

    @classmethod
    def of_column(cls, column: Column) -> "Field":
        path = f"company.{column.name}" if column.of is Company else column.name
        fact = column.fact
        told = column.label, fact.type, column.unit, column.choices
        return cls(path, column.name, *told, fact.name, built_in=True)

    @classmethod
    def of_custom(cls, field: CustomField, names: set[str]) -> "Field":
        """`names` are all under which it is understood."""
        offered = field.offered
        retired = [choice for choice in field.choices if choice not in offered]
        choices = tuple((choice, field.label_of(choice)) for choice in [*offered, *retired])
        told = field.label, FactType(field.type), field.unit, choices
        return cls(
            f"attributes.{field.api_name}",
            field.api_name,
            *told,
            f"{CUSTOM}{field.name}",
            built_in=False,
            help=field.help,
            other_names=tuple(sorted(names - {field.api_name})),
            retired=field.is_retired,
            retired_choices=frozenset(retired),
        )


def all_fields() -> list[Field]:
    """The columns in the order of the page, then the company's own in theirs."""
    own = fields.definitions()
    names: dict[str, set[str]] = {name: {name} for name in own}
    for other, name in own.other_names.items():
        names[name].add(other)
    return [
        *map(Field.of_column, COLUMNS),
        *(Field.of_custom(one, names[one.name]) for one in own.values()),
    ]


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
