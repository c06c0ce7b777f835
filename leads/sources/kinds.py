"""What sources and campaigns have in common, told once for verbs, pages and counts."""

from dataclasses import dataclass
from typing import Any

from leads.ingest.origins import CAMPAIGN_KEY_MAX, SOURCE_KEY_MAX
from leads.models import Campaign, Source
from leads.text import folded_key, name_key, word_keys

Row = Source | Campaign


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is also the column of a lead and of a handoff, `plural` the URL and the audit."""

    model: Any
    name: str
    plural: str
    key_length: int
    # What a manager says of one.
    fields: tuple[str, ...]

    def named(self, name: str) -> dict[str, Any]:
        """The columns that hold a name."""
        key, words = name_key(name, self.key_length), word_keys({"name": name})
        return {"name": name, "key": key, "word_keys": words}

    def folded(self, name: str) -> str:
        return folded_key(name, self.key_length)

    def called(self, name: str) -> Any:
        """What is called so by now, by any of its names; None where there is nothing."""
        found = self.model.objects.filter(folded=self.folded(name)).select_related("same_as")
        row = found.first()
        return (row.same_as or row) if row else None


SOURCES = Kind(Source, "source", "sources", SOURCE_KEY_MAX, ("name", "channel"))
CAMPAIGNS = Kind(
    Campaign, "campaign", "campaigns", CAMPAIGN_KEY_MAX, ("name", "starts_on", "ends_on", "spend")
)
KINDS = (SOURCES, CAMPAIGNS)


def kind_named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)
