"""Sources and campaigns by name; an unknown one is made, so that no lead waits for a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from leadportal.db import rows
from leadportal.db.races import Raced
from leads.models import Campaign, Source
from leads.text import name_key, word_keys

SOURCE_KEY_MAX, CAMPAIGN_KEY_MAX = 100, 150


@dataclass(frozen=True)
class Origins:
    sources: dict[str, dict[str, Any]]
    campaigns: dict[str, dict[str, Any]]

    def source(self, name: str) -> dict[str, Any] | None:
        return self.sources.get(name_key(name, SOURCE_KEY_MAX))

    def campaign(self, name: str) -> dict[str, Any] | None:
        return self.campaigns.get(name_key(name, CAMPAIGN_KEY_MAX))


def find_or_make(named: Iterable[tuple[str, str]], *, default_source: str, at: datetime) -> Origins:
    """The sources and campaigns of (source name, campaign name) pairs; blank names nothing."""
    named = list(named)
    names = [source for source, _ in named] + [default_source]
    sources = _by_key(Source, names, SOURCE_KEY_MAX, at)
    origins = Origins(sources, {})
    # A new campaign belongs to the source its first lead came from.
    first_source: dict[str, int | None] = {}
    for source, campaign in named:
        if campaign:
            made_by = origins.source(source or default_source)
            first_source.setdefault(
                name_key(campaign, CAMPAIGN_KEY_MAX), made_by["id"] if made_by else None
            )
    campaigns = _by_key(
        Campaign, [campaign for _, campaign in named], CAMPAIGN_KEY_MAX, at, first_source
    )
    return Origins(sources, campaigns)


def _by_key(
    model: type[Model],
    names: Iterable[str],
    limit: int,
    at: datetime,
    source_ids: dict[str, int | None] | None = None,
) -> dict[str, dict[str, Any]]:
    wanted = {name_key(name, limit): name for name in names if name}
    # A name of signs only has no key and names nothing.
    wanted.pop("", None)
    if not wanted:
        return {}
    columns = ("id", "name", "key") if source_ids is None else ("id", "name", "key", "source_id")
    found = {row["key"]: row for row in rows.by_key(model, columns, wanted)}
    made = [
        {
            "name": wanted[key],
            "key": key,
            "word_keys": word_keys({"name": wanted[key]}),
            "created_at": at,
        }
        | ({"source_id": source_ids[key]} if source_ids is not None else {})
        for key in sorted(wanted.keys() - found.keys())
    ]
    written = rows.insert(model, made, skip_conflicts=True)
    if len(written) < len(made):
        raise Raced
    for row, (pk,) in zip(made, written, strict=True):
        found[row["key"]] = row | {"id": pk}
    return found
