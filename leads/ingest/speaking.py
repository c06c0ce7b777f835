"""Who says what comes in: an integration, or a person who types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Integration, User
from funnel.stages import Actor
from leads.models import CustomField


@dataclass(frozen=True)
class Sender:
    """Who speaks, since when it counts, and what holds where an item is silent.

    An integration or a person: a machine, or somebody who types.
    """

    integration: Integration | None
    at: datetime
    default_source: str = ""
    actor: Actor = Actor.INTEGRATION
    defined: Mapping[str, CustomField] = field(default_factory=dict)
    person: User | None = None
    # Until then the criteria score its new leads, and move none.
    held_until: datetime | None = None
    # Refuses whole what has something wrong.
    strict: bool = False

    @property
    def spoke(self) -> dict[str, int | None]:
        """Columns of a row that says who it was."""
        return {
            "integration_id": self.integration.pk if self.integration else None,
            "person_id": self.person.pk if self.person else None,
        }

    @property
    def word(self) -> dict[str, Any]:
        """The same as it is kept beside a value of a company (`said`)."""
        return word(self.person or self.integration, self.at)


def word(speaker: User | Integration | None, at: datetime) -> dict[str, Any]:
    """{"person": 3, "at": …} or {"integration": 2, "at": …}"""
    kind = "person" if isinstance(speaker, User) else "integration"
    return {kind: speaker.pk if speaker else None, "at": at.isoformat()}
