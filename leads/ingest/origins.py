"""Sources and campaigns by name; an unknown one is made, so that no lead waits for a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from leadportal.db import prepared, rows
from leadportal.db.races import Raced
from leads.models import Campaign, Source
from leads.text import folded_key, name_key, word_keys

SOURCE_KEY_MAX, CAMPAIGN_KEY_MAX = 100, 150
# By any of their names, what they are called now. Unlocked: what a merge of names overtakes is
# moved within minutes (leads/sources/moving.py).
_SOURCES = """
SELECT named.folded, s.id, s.name
  FROM leads_source named JOIN leads_source s ON s.id = coalesce(named.same_as_id, named.id)
 WHERE named.folded = ANY(%(keys)s)
"""
_CAMPAIGNS = """
SELECT named.folded, c.id, c.name, c.source_id, coalesce(s.name, '') AS source
  FROM leads_campaign named JOIN leads_campaign c ON c.id = coalesce(named.same_as_id, named.id)
  LEFT JOIN leads_source s ON s.id = c.source_id
 WHERE named.folded = ANY(%(keys)s)
"""


# The key of a row to make, its columns, and what is known of it besides.
Made = tuple[str, rows.Row, dict[str, Any]]


@dataclass(frozen=True)
class Origins:
    sources: dict[str, dict[str, Any]]
    campaigns: dict[str, dict[str, Any]]

    def source(self, name: str) -> dict[str, Any] | None:
        return self.sources.get(folded_key(name, SOURCE_KEY_MAX))

    def campaign(self, name: str) -> dict[str, Any] | None:
        return self.campaigns.get(folded_key(name, CAMPAIGN_KEY_MAX))


def find_or_make(named: Iterable[tuple[str, str]], *, default_source: str, at: datetime) -> Origins:
    """The sources and campaigns of (source name, campaign name) pairs; blank names nothing."""
    named = list(named)
    sources = _sources([*(source for source, _ in named), default_source], at)
    return Origins(sources, _campaigns(named, Origins(sources, {}), default_source, at))


def _campaigns(
    named: list[tuple[str, str]], origins: Origins, default_source: str, at: datetime
) -> dict[str, dict[str, Any]]:
    wanted = _wanted([campaign for _, campaign in named], CAMPAIGN_KEY_MAX)
    if not wanted:
        return {}
    found = _found(_CAMPAIGNS, ("id", "name", "source_id", "source"), wanted)
    new = wanted.keys() - found.keys()
    # A new campaign belongs to the source its first lead came from.
    first_source: dict[str, dict[str, Any]] = {}
    for source, campaign in named if new else ():
        if made_by := origins.source(source or default_source):
            first_source.setdefault(folded_key(campaign, CAMPAIGN_KEY_MAX), made_by)
    made: list[Made] = []
    for key in sorted(new):
        whose = first_source.get(key, _NO_SOURCE)
        row = _row(wanted[key], CAMPAIGN_KEY_MAX, at) | {"source_id": whose["id"]}
        made.append((key, row, {"source_id": whose["id"], "source": whose["name"]}))
    return found | _made(Campaign, made)


_NO_SOURCE: dict[str, Any] = {"id": None, "name": ""}


def _sources(names: Iterable[str], at: datetime) -> dict[str, dict[str, Any]]:
    wanted = _wanted(names, SOURCE_KEY_MAX)
    if not wanted:
        return {}
    found = _found(_SOURCES, ("id", "name"), wanted)
    new = sorted(wanted.keys() - found.keys())
    made: list[Made] = [(key, _row(wanted[key], SOURCE_KEY_MAX, at), {}) for key in new]
    return found | _made(Source, made)


def _wanted(names: Iterable[str], limit: int) -> dict[str, str]:
    """Names by what they are found by. One of signs only has no key and names nothing."""
    wanted = {folded_key(name, limit): name for name in names if name}
    wanted.pop("", None)
    return wanted


def _found(
    statement: str, columns: tuple[str, ...], wanted: Iterable[str]
) -> dict[str, dict[str, Any]]:
    told = prepared.fetch(statement, {"keys": list(wanted)})
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in told}


def _row(name: str, limit: int, at: datetime) -> rows.Row:
    key, words = name_key(name, limit), word_keys({"name": name})
    return {"name": name, "key": key, "word_keys": words, "created_at": at}


def _made(model: type[Model], new: Sequence[Made]) -> dict[str, dict[str, Any]]:
    """The rows made, by key. Raises Raced."""
    written = rows.insert(model, [row for _, row, _ in new], skip_conflicts=True)
    if len(written) < len(new):
        raise Raced
    return {
        key: {"id": pk, "name": row["name"]} | besides
        for (key, row, besides), (pk,) in zip(new, written, strict=True)
    }
