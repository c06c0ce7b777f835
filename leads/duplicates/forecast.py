"""What a merged lead would be: merged in full, judged by the live criteria, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, transaction

from accounts.models import User
from funnel.stages import Stage
from leadportal.db import errors
from leads.duplicates import merging
from leads.judging.judgement import qualify
from leads.models import Judgement, Lead

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Forecast:
    """Where the merged lead would stand, and by which score."""

    stage: Stage
    total: int
    fit: int
    intent: int


def forecast(lead: Lead, into: Lead, by: User, chosen: Mapping[str, bool]) -> Forecast | None:
    """None where it cannot be judged, or merged any more. Raises NotAllowed."""
    try:
        with transaction.atomic():
            merging.merge(lead, into, by, chosen=chosen, ends_work=True)
            qualify([into.pk])
            found = _read(into.pk)
            transaction.set_rollback(True)
    except merging.MergeRefused:
        return None
    except DatabaseError as error:
        log.warning("a merge was not forecast", lead_id=into.pk, error=errors.name_of(error))
        return None
    return found


def _read(pk: int) -> Forecast | None:
    judged = Judgement.objects.select_related("lead").get(pk=pk)
    if judged.total is None or judged.fit is None or judged.intent is None:
        return None
    return Forecast(Stage(judged.lead.stage), judged.total, judged.fit, judged.intent)
