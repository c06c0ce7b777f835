"""What an open page of a lead knows, and what has changed of it since: one query a look."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet

from accounts.models import User
from funnel.stages import Stage
from leads.lead.reading import bant_of_others
from leads.models import BantItem, Lead

SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Known:
    """Where a lead stands, in whose hands, with which score, and since when colleagues have said
    of BANT what they say; as text, to be compared."""

    stage: str
    since: str
    owner: str
    total: str
    grade: str
    bant: str

    @classmethod
    def of(cls, lead: Any) -> "Known":
        """Of a lead read by `for_look` or `reading.for_page`."""
        judgement, said = lead.judgement, _colleague(lead)
        return cls(
            lead.stage,
            f"{lead.stage_since.timestamp():.6f}",
            str(lead.owner_id or ""),
            "" if judgement.total is None else f"{judgement.fit}+{judgement.intent}",
            judgement.grade,
            said["at"] if said else "",
        )

    @classmethod
    def read(cls, token: str) -> "Known":
        """The opposite of `token`. Raises ValueError."""
        parts = token.split(SEPARATOR)
        if len(parts) != len(fields(cls)):
            raise ValueError(token)
        return cls(*parts)

    @property
    def token(self) -> str:
        return SEPARATOR.join(getattr(self, field.name) for field in fields(self))


def for_look(reader: User) -> QuerySet[Lead]:
    """The leads this person sees, with what `Known` asks and whom to name."""
    rows = Lead.objects.visible_to(reader).select_related("judgement", "owner")
    return rows.only(
        "first_name", "last_name", "email", "phone", "stage", "stage_since", "owner__name",
        "judgement__fit", "judgement__intent", "judgement__total", "judgement__grade",
    ).annotate(told_colleague=ArraySubquery(bant_of_others(reader)))  # fmt: skip


def _colleague(lead: Any) -> Mapping[str, Any] | None:
    return next(iter(lead.told_colleague), None)


def news(lead: Any, known: Known, reader: User) -> str:
    """What has changed since, in a sentence; empty while nothing has."""
    now, said = Known.of(lead), _colleague(lead)
    # Where the reader has spoken over a colleague since, an older word is the newest of others.
    is_told = said is None or now.bant <= known.bant
    if is_told and replace(now, bant=known.bant) == known:
        return ""
    stage = Stage(lead.stage)
    if now.owner != known.owner and lead.owner and lead.owner_id != reader.pk:
        return f"{lead.owner} holds {lead} now."
    if now.owner != known.owner and not lead.owner and stage == Stage.SQL:
        return f"{lead} waits in the queue again."
    parts = []
    if now.stage != known.stage:
        parts.append(f"{lead} stands at {stage.label} now.")
    if now.total != known.total:
        parts.append(f"The score is {lead.judgement.total} now.")
    if said and not is_told:
        parts.append(_said(said))
    return " ".join(parts) or "Something has changed."


def _said(said: Mapping[str, Any]) -> str:
    """ "Marcus Bell on budget: known, “€60k”." """
    item, state = BantItem.Item(said["item"]), BantItem.State(said["state"])
    note = f", “{said['note']}”" if said["note"] else ""
    return f"{said['by']} on {item.label.lower()}: {state.label.lower()}{note}."
