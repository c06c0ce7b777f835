"""What an open page of a lead knows, and what has changed of it since: one query a look."""

from dataclasses import dataclass, fields

from django.db.models import QuerySet

from accounts.models import User
from funnel.stages import Stage
from leads.models import Lead

SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Known:
    """Where a lead stands, in whose hands, and with which score; as text, to be compared."""

    stage: str
    since: str
    owner: str
    total: str
    grade: str

    @classmethod
    def of(cls, lead: Lead) -> "Known":
        judgement = lead.judgement
        return cls(
            lead.stage,
            f"{lead.stage_since.timestamp():.6f}",
            str(lead.owner_id or ""),
            "" if judgement.total is None else f"{judgement.fit}+{judgement.intent}",
            judgement.grade,
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
    )  # fmt: skip


def news(lead: Lead, known: Known, reader: User) -> str:
    """What has changed since, in a sentence; empty while nothing has."""
    now = Known.of(lead)
    if now == known:
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
    return " ".join(parts) or "Something has changed."
