"""What a batch of leads is judged by: the live version, the settings, and the moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from accounts.models import Portal
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook.parts import Rulebook
from funnel.versions import current
from leadportal.db import prepared
from leads.facts import known


def _columns(model: type[models.Model], *, without: str = "") -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.name != without]


# The content of a version is read where it is parsed, once.
_VERSION = _columns(CriteriaVersion, without="content")
_PORTAL = _columns(Portal)
_ALL = ", ".join([*(f"v.{name}" for name in _VERSION), *(f"p.{name}" for name in _PORTAL)])
# No statement of a judgement has to read a table whole; yet the planner would, where a table was
# tiny when it last looked, and keep to it (leadportal/db/prepared.py) while the table fills.
_LIVE = f"""
SELECT {known.OWN}, clock_timestamp(), set_config('enable_seqscan', 'off', TRUE),
    set_config('statement_timeout',
        coalesce(%(patience)s, current_setting('statement_timeout')), TRUE), {_ALL}
FROM funnel_criteriaversion v
LEFT JOIN accounts_portal p ON p.id = 1 WHERE v.state = %(state)s
"""  # noqa: S608 - constants


class _Same:
    """Equal only to another of the very same thing, which stays alive as long as this does."""

    def __init__(self, it: object) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it

    def __hash__(self) -> int:
        return id(self.it)


@dataclass(frozen=True, slots=True)
class Basis:
    """What one batch is judged by."""

    version: CriteriaVersion
    rulebook: Rulebook
    portal: Portal
    at: datetime

    @property
    def today(self) -> date:
        """The day it is where the company is."""
        return self.at.astimezone(ZoneInfo(self.portal.zone)).date()

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for two that judge alike but for the moment of one day."""
        portal = self.portal
        settings = (portal.zone, *portal.sells_to, portal.grace_days, portal.claim_minutes)
        # A rulebook is parsed once for each content and vocabulary, and told by what it is.
        return (self.version.pk, str(self.version), _Same(self.rulebook), self.today, *settings)

    @classmethod
    def now(cls, at: datetime | None = None, *, patience: str | None = None) -> "Basis":
        """The live version, held, and the settings; `at` defaults to the database's clock.

        With `patience`, as "20s", no further statement of this transaction takes longer.
        """
        prepared.fetch(f"SELECT {current.HOLD}", {})
        return cls.of_held(at, patience=patience)

    @classmethod
    def of_held(cls, at: datetime | None = None, *, patience: str | None = None) -> "Basis":
        """The same where the transaction holds the live version (current.HOLD)."""
        asked = {"patience": patience, "state": VersionState.LIVE} | known.MOST
        ((own, now, _, _, *found),) = prepared.fetch(_LIVE, asked)
        version = CriteriaVersion.from_db(None, _VERSION, found[: len(_VERSION)])
        settings = found[len(_VERSION) :]
        portal = Portal.from_db(None, _PORTAL, settings) if settings[0] else Portal.load()
        rulebook = current.rulebook(version, known.vocabulary_of(own))
        return cls(version, rulebook, portal, at or now)
