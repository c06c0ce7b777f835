"""Where somebody came from the first time, which stands, and the last time, which is kept beside.

What a lead is counted under must not change because the same person comes again: machines say
once where a lead came from, and whatever they say later is where it came from last. A person may
correct the first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads import tags
from leads.ingest.origins import Origins
from leads.ingest.records import Arrival, Record
from leads.ingest.speaking import Sender

ORIGIN = ("source", "campaign")
# What is noted of the last time, and what of it stands there: ids, tags, and names for people.
CAME = "came"


@dataclass(slots=True)
class Whence:
    """What one item says of where somebody came from: named rows, {"id", "name"}, and tags."""

    source: dict[str, Any] | None
    campaign: dict[str, Any] | None
    tags: dict[str, str]

    def __bool__(self) -> bool:
        return bool(self.source or self.campaign or self.tags)


def take(record: Record, arrival: Arrival, named: Origins, sender: Sender) -> None:
    """Apply what an item says of where its lead came from."""
    values = arrival.values
    said = Whence(
        named.source(values.get("source", "")),
        named.campaign(values.get("campaign", "")),
        tags.told(values),
    )
    if sender.person:
        _correct(record, said, sender, named)
    elif not is_known(record):
        _begin(record, said, named, sender)
    elif said and arrival.unread_since is None and _differs(record, said):
        _come_again(record, said, named, sender, _when(record, arrival, sender))


def is_known(record: Record) -> bool:
    """Whether anybody has said where it came from, be it a person that nobody knows."""
    typed = record.row.get("typed") or ()
    row = record.row
    return bool(
        row.get("source_id") or row.get("campaign_id") or "source" in typed or "campaign" in typed
    )


def _correct(record: Record, said: Whence, sender: Sender, named: Origins) -> None:
    for name, target in (("campaign", said.campaign), ("source", said.source)):
        if target and record.hears(name, target["name"], sender):
            record.point(name, target)
    if record.new and not record.get("source_id"):
        record.point("source", _source(said, named, sender))


def _begin(record: Record, said: Whence, named: Origins, sender: Sender) -> None:
    record.point("campaign", said.campaign)
    record.point("source", _source(said, named, sender))
    if said.tags:
        record.row["tags"] = said.tags
        record.written = True


def _source(said: Whence, named: Origins, sender: Sender) -> dict[str, Any] | None:
    """That of the campaign where none is named, else that of who sends."""
    if said.source:
        return said.source
    if said.campaign and said.campaign["source_id"]:
        return {"id": said.campaign["source_id"], "name": said.campaign["source"]}
    return named.source(sender.default_source)


def _when(record: Record, arrival: Arrival, sender: Sender) -> datetime:
    # What is brought in of the past says when it was.
    return min(arrival.values.get("created_at", sender.at), sender.at)


def _last(record: Record) -> dict[str, Any]:
    """Where they came from the last time that is known: by the columns of the first time."""
    prefix = "last_" if record.row.get("last_came_at") else ""
    return {
        **{f"{name}_id": record.row.get(f"{prefix}{name}_id") for name in ORIGIN},
        "tags": record.row.get(f"{prefix}tags") or {},
    }


def _differs(record: Record, said: Whence) -> bool:
    """Whether an item says something else than is known already: repeating is not coming again."""
    last = _last(record)
    named = (("source", said.source), ("campaign", said.campaign))
    return any(target and target["id"] != last[f"{name}_id"] for name, target in named) or any(
        last["tags"].get(name) != value for name, value in said.tags.items()
    )


def _come_again(record: Record, said: Whence, named: Origins, sender: Sender, at: datetime) -> None:
    since = record.row.get("last_came_at") or record.created_at
    if since and at < since:
        # Told late: they have come again since.
        return
    source = _source(said, named, sender)
    came = {
        "source": source["name"] if source else "",
        "campaign": said.campaign["name"] if said.campaign else "",
    }
    before = _noted(record) if record.row.get("last_came_at") else None
    record.row |= {
        "last_source_id": source["id"] if source else None,
        "last_campaign_id": said.campaign["id"] if said.campaign else None,
        "last_tags": said.tags or None,
        "last_came_at": at,
    }
    record.names |= {f"last_{name}": came[name] for name in ORIGIN}
    record.note(CAME, before, _noted(record))


def _noted(record: Record) -> dict[str, Any]:
    """The last time as the history of a lead keeps it: enough to put it back."""
    row = record.row
    return {
        **{name: record.names.get(f"last_{name}", "") for name in ORIGIN},
        **{f"{name}_id": row.get(f"last_{name}_id") for name in ORIGIN},
        "tags": row.get("last_tags"),
        "at": row["last_came_at"].isoformat(),
    }
