"""What was not understood, by integration, field and value; and what has a meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet
from django.db.models.functions import Left

from leads.ingest.unread import CUT
from leads.models import Meaning, UnreadValue

# More groups are narrowed by their system.
SHOWN = 100
VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Group:
    """One value of one field from one integration, and who said so."""

    integration_id: int
    system: str
    field: str
    key: str
    value: str
    code: str
    leads: int
    last: datetime | None
    meaning: Meaning | None = None

    @property
    def name(self) -> str:
        """What the list of leads is narrowed by (leads/table/filters.py)."""
        return f"{self.integration_id}/{self.field}/{self.key}"

    @property
    def is_cut(self) -> bool:
        return self.code == CUT


def said() -> QuerySet[UnreadValue]:
    """The rows of those who are somebody: who was merged away is somebody else."""
    return UnreadValue.objects.filter(lead__merged_into=None)


def not_understood(integration: int | None = None) -> list[Group]:
    """The groups nobody gave a meaning, those of most leads first; one more than is shown."""
    given = {_key_of(one): one for one in with_meaning()}
    rows = _grouped(said().filter(edition=0), integration)
    # What is being read again by a new meaning is not told as if it had none.
    groups = (Group(**row) for row in rows[: SHOWN + 1 + len(given)])
    return [one for one in groups if (one.integration_id, one.field, one.key) not in given][
        : SHOWN + 1
    ]


def with_meaning() -> Sequence[Meaning]:
    """What has a meaning, the newest first."""
    rows = Meaning.objects.select_related("integration", "by").order_by("-at", "-pk")
    return [one for one in rows if "is" in one.now]


def read_by(meanings: Sequence[Meaning]) -> list[Group]:
    """How many leads say what has a meaning."""
    counts = {
        (row["integration_id"], row["field"], row["key"]): row
        for row in _grouped(said().filter(integration__in={m.integration_id for m in meanings}))
    }
    return [_group(one, counts.get(_key_of(one), {})) for one in meanings]


def group(integration: int, field: str, key: str) -> Group | None:
    """One of them, whether it has a meaning or not; None where nobody ever said so."""
    asked = {"integration": integration, "field": field, "value_key": key}
    meaning = Meaning.objects.select_related("integration", "by").filter(**asked).first()
    row = _grouped(said().filter(**asked)).first()
    if meaning is not None:
        return _group(meaning, row or {})
    return Group(**row) if row else None


def _grouped(rows: QuerySet[UnreadValue], integration: int | None = None) -> "QuerySet[Any, Any]":
    if integration:
        rows = rows.filter(integration=integration)
    grouped = rows.order_by().values("integration_id", "field", key=F("value_key"))
    return grouped.annotate(
        system=F("integration__name"),
        value=Min(Left("value", VALUE_LENGTH)),
        code=Min("code"),
        leads=Count("pk"),
        last=Max("at"),
    ).order_by("-leads", "system", "field", "value_key")


def _group(meaning: Meaning, row: dict[str, Any]) -> Group:
    return Group(
        meaning.integration_id,
        meaning.integration.name,
        meaning.field,
        meaning.value_key,
        meaning.value[:VALUE_LENGTH],
        row.get("code", ""),
        row.get("leads", 0),
        row.get("last"),
        meaning,
    )


def _key_of(meaning: Meaning) -> tuple[int, str, str]:
    return meaning.integration_id, meaning.field, meaning.value_key
