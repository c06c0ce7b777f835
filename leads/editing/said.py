"""Who said each value of a lead, and what a machine says against what a person typed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, JSONField, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from leads.models import Lead, StageChange


@dataclass(frozen=True, slots=True)
class Said:
    """Whose word a value is, and since when."""

    who: str
    at: datetime
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a machine said against a value that a person typed; "" where it says there is none."""

    value: Any
    who: str
    at: datetime


# Of one lead of the query around it: the newest word on each value that changed since it was made.
_CHANGES = """
ARRAY(SELECT DISTINCT ON (field) jsonb_build_object(
             'name', field, 'at', said.at, 'person', p.name, 'integration', i.name)
        FROM leads_leadchange said
        CROSS JOIN jsonb_object_keys(said.fields) AS field
        LEFT JOIN accounts_user p ON p.id = said.person_id
        LEFT JOIN accounts_integration i ON i.id = said.integration_id
       WHERE said.lead_id = leads_lead.id
       ORDER BY field, said.at DESC, said.id DESC)
"""


def _made() -> "QuerySet[StageChange, Any]":
    """Who made a lead, and so said all that nobody changed since."""
    first = StageChange.objects.filter(lead=OuterRef("pk"), origin="").order_by("pk")
    said = JSONObject(at="at", person=F("person__name"), integration=F("integration__name"))
    return first.values(said=said)[:1]


# For a query of leads that `whose` reads.
TOLD = {
    "told_changes": RawSQL(_CHANGES, (), ArrayField(JSONField())),  # noqa: S611 - no input in it
    "told_first": ArraySubquery(_made()),
}


def whose(lead: Any) -> dict[str, Said]:
    """Whose word each value of a lead read with TOLD is: {"job_title": Said, "": who made it}.

    What nobody changed since is the word of who made it.
    """
    named = [*(one | {"name": ""} for one in lead.told_first), *lead.told_changes]
    return {one["name"]: _said(one) for one in named}


def _said(one: Mapping[str, Any]) -> Said:
    who = one["person"] or one["integration"] or "LeadPortal"
    return Said(who, datetime.fromisoformat(one["at"]), by_person=bool(one["person"]))


def doubts(lead: Lead) -> dict[str, Doubt]:
    """What machines say against what people typed, by name: {"job_title": Doubt}."""
    return read_doubts(lead.typed or {})


def read_doubts(typed: Mapping[str, Any]) -> dict[str, Doubt]:
    """The same of what is kept in `typed`, of a lead or a company."""
    return dict(_doubts(typed))


def _doubts(typed: Mapping[str, Any]) -> Iterator[tuple[str, Doubt]]:
    for name, word in typed.items():
        if word:
            yield name, Doubt(word["value"], word["by"], datetime.fromisoformat(word["at"]))
