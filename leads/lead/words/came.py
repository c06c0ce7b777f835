"""Somebody who came again, as an entry of the timeline; where they came from at first stands."""

from collections.abc import Mapping
from typing import Any

from leadportal.look.bidi import apart
from leads import tags
from leads.ingest.whence import ORIGIN
from leads.lead.timeline import Happened
from leads.lead.words.entries import Entry


def came_again(thing: Happened, came: Mapping[str, Any]) -> Entry:
    """Of what leads/ingest/whence.py notes: names of source and campaign, and tags."""
    told = [f"{name.capitalize()}: {apart(came[name])}" for name in ORIGIN if came.get(name)]
    marks = came.get("tags") or {}
    told += [f"{tags.LABELS[name]}: {apart(marks[name])}" for name in tags.LABELS if name in marks]
    by = thing.about["person"] or thing.about["integration"]
    title = f"Came again, says {apart(by)}" if by else "Came again"
    return Entry(thing.at, title, text=" · ".join(told))
