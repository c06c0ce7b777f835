"""What a batch of leads is judged by: the live version, the settings, and the moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import Portal
from funnel.models import CriteriaVersion
from funnel.rulebook.parts import Rulebook
from funnel.versions import current


@dataclass(frozen=True, slots=True)
class Basis:
    """What one batch is judged by."""

    version: CriteriaVersion
    rulebook: Rulebook
    portal: Portal
    at: datetime

    @classmethod
    def now(cls, at: datetime | None = None) -> "Basis":
        """The live version and the settings; `at` defaults to the database's clock."""
        version = current.live_for_judging()
        return cls(version, current.rulebook(version), Portal.load(), at or database_now())


def database_now() -> datetime:
    """The database's clock: the one that decides what is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
