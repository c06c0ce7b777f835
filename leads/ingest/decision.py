"""What the criteria make of a lead that was just sent, for a caller who wants to know at once."""

from datetime import datetime
from typing import TypedDict

import structlog
from django.db import connection, transaction

from accounts.models import Portal
from funnel.conditions.tree import Test, walk
from funnel.rulebook.parts import Rulebook
from funnel.stages import Stage
from funnel.versions import current
from leadportal.db import errors
from leads.explanation.answers import LineAnswer, ScoreAnswer, score_answer
from leads.explanation.evidence import read_evidence
from leads.explanation.stored import explain
from leads.judging.judgement import qualify
from leads.models import Handoff, Lead

WAIT_MAX = 10


log = structlog.get_logger(__name__)


class DecisionAnswer(TypedDict):
    """How the criteria stand on a lead, and what they would like to know of it."""

    stage: Stage
    score: ScoreAnswer
    lines: list[LineAnswer]
    criteria_version: int
    missing: list[str]
    queue: str | None
    due_at: datetime | None


def decided(lead_id: int, seconds: int = WAIT_MAX) -> DecisionAnswer | None:
    """Judge the lead now, before a worker gets to it; None when that takes longer than asked, or
    cannot be done."""
    try:
        with transaction.atomic():
            _give_up_after(seconds)
            qualify([lead_id])
    except Exception as error:
        # The lead is written: no failure of the request. A worker judges it, or parks it.
        log.warning("a lead was not judged at once", lead_id=lead_id, error=errors.name_of(error))
        return None
    return decision(lead_id)


def _give_up_after(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %(limit)s, true),"
            " set_config('statement_timeout', %(limit)s, true)",
            {"limit": f"{seconds}s"},
        )


def decision(lead_id: int) -> DecisionAnswer | None:
    """How the criteria stand on a lead; None before they judged it."""
    lead = Lead.objects.select_related("judgement__version").get(pk=lead_id)
    score = score_answer(lead.judgement)
    if lead.judgement.version is None or lead.judgement.scored_at is None or score is None:
        return None
    rulebook, portal = current.rulebook(lead.judgement.version), Portal.load()
    explained = explain(lead, rulebook=rulebook, portal=portal)
    handoff = Handoff.objects.exclude(state="closed").filter(lead=lead).select_related("queue")
    waiting = handoff.first()
    return {
        "stage": Stage(lead.stage),
        "score": score,
        "lines": [line.as_dict() for line in explained.lines] if explained else [],
        "criteria_version": lead.judgement.version.number,
        "missing": missing_facts(lead.pk, rulebook, portal, at=lead.judgement.scored_at),
        "queue": waiting.queue.name if waiting else None,
        "due_at": waiting.due_at if waiting else None,
    }


def missing_facts(lead_id: int, rulebook: Rulebook, portal: Portal, *, at: datetime) -> list[str]:
    """Names of the facts the criteria ask for and nobody has told us, for the caller to send."""
    seen = read_evidence([lead_id], rulebook, at=at, portal=portal)[lead_id]
    values = {name: value for rule in seen.rules for name, value in rule.items()}
    values |= {told["id"]: told["value"] for rung in seen.definitions.values() for told in rung}
    tests = [test for rule in rulebook.rules for test in rule.tests]
    tests += [test for rung in rulebook.definitions.values() for test in walk(rung.condition)]
    asked = {test.fact for test in tests if isinstance(test, Test) and values.get(test.id) is None}
    # What is counted from events is not told as a field.
    return sorted(fact.name for fact in asked if not (fact.takes_window or fact.takes_event))
