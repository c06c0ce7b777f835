"""What there is to define: the names that came in and are no field, and who sends them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from leads.models import CustomField, SeenAttribute
from leads.own_fields.counting import Counted

# More are found by a part of their name.
SHOWN = 50


@dataclass(frozen=True)
class NotYet:
    """Names that are no field, of most leads first, and by which integrations each was sent."""

    names: Sequence[str]
    systems: Mapping[str, Sequence[str]]
    more: int


def not_yet(counted: Counted, fields: Container[str], part: str = "") -> NotYet:
    """Those with this part in their name; `fields` are all names of fields."""
    said = SeenAttribute.objects.order_by().values("name")
    known = Q(integration__isnull=False)
    told = said.annotate(by=ArrayAgg("integration__name", distinct=True, filter=known))
    systems = {row["name"]: row["by"] or [] for row in told}
    wanted = part.strip().casefold().replace(" ", "_")
    found = sorted(
        (
            name
            for name in systems.keys() | counted.by_name.keys()
            if name not in fields and wanted in name.casefold()
        ),
        key=lambda name: (-_leads(name, counted), name),
    )
    return NotYet(found[:SHOWN], systems, max(len(found) - SHOWN, 0))


def _leads(name: str, counted: Counted) -> int:
    return counted.by_name[name].leads if name in counted.by_name else 0


def other_names(one: CustomField) -> list[str]:
    return list(one.other_names.order_by("name").values_list("name", flat=True))


def label_of(name: str) -> str:
    """A name as a label: "Lead_Source" is "Lead Source"."""
    text = " ".join(name.replace("_", " ").replace("-", " ").split())
    return text[:1].upper() + text[1:]
