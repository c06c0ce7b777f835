"""What the criteria make of a lead that was just sent, for a caller who wants to know at once."""

import re
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

import structlog
from django.db import connection, transaction
from rest_framework.request import Request

from accounts.models import Portal
from funnel import versions
from funnel.conditions import Test, walk
from funnel.rulebook import Rulebook
from funnel.stages import Stage
from leadportal.rest.problems import Problem
from leads.api.shapes import LineAnswer, ScoreAnswer
from leads.explanation import explain, read
from leads.models import Handoff, Lead
from leads.qualification import qualify

WAIT_MAX = 10
_WAIT = re.compile(r'(?:^|,)\s*wait\s*=\s*"?([0-9]{1,6})"?\s*(?=[;,]|$)', re.IGNORECASE)
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


class PostedLeadAnswer(TypedDict):
    """What became of one lead that was sent; `id` is null for somebody new of a dry run."""

    id: int | None
    status: Literal["created", "matched"]
    matched: bool
    url: NotRequired[str]
    dry_run: NotRequired[bool]
    decision: NotRequired[DecisionAnswer | None]


def seconds_to_wait(request: Request) -> int:
    """`Prefer: wait=N` (RFC 7240), at most WAIT_MAX; 0 when it is not asked for."""
    found = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), WAIT_MAX) if found else 0


def is_dry_run(request: Request) -> bool:
    """`?dry_run=true`. Any other word is an error: nobody writes by a slip of the pen."""
    given = request.query_params.get("dry_run", "false")
    if given not in {"true", "false"}:
        raise _wrong("invalid", "true or false is needed here.")
    return given == "true"


def refuse_dry_run(request: Request) -> None:
    """Where it is not offered, asking for it must not end in writing."""
    if is_dry_run(request):
        raise _wrong("not_offered", "Only POST /api/v1/leads can be tried without writing.")


def _wrong(code: str, detail: str) -> Problem:
    error = {"parameter": "dry_run", "code": code, "detail": detail}
    return Problem(400, f"dry_run: {detail}", errors=[error])


def decided(lead_id: int, seconds: int) -> DecisionAnswer | None:
    """Judge the lead now, before a worker gets to it; None when that takes longer than asked."""
    try:
        with transaction.atomic():
            _give_up_after(seconds)
            qualify([lead_id])
    except Exception as error:
        # The lead is written: no failure of the request. A worker judges it, or parks it.
        log.warning("a lead was not judged at once", lead_id=lead_id, error=type(error).__name__)
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
    lead = Lead.objects.select_related("version").get(pk=lead_id)
    if lead.version is None:
        return None
    rulebook, portal = versions.rulebook(lead.version), Portal.load()
    explained = explain(lead, rulebook=rulebook, portal=portal)
    handoff = Handoff.objects.exclude(state="closed").filter(lead=lead).select_related("queue")
    waiting = handoff.first()
    return {
        "stage": lead.stage,
        "score": {"total": lead.total, "fit": lead.fit, "intent": lead.intent},
        "lines": [line.as_dict() for line in explained.lines] if explained else [],
        "criteria_version": lead.version.number,
        "missing": missing_facts(lead, rulebook, portal),
        "queue": waiting.queue.name if waiting else None,
        "due_at": waiting.due_at if waiting else None,
    }


def missing_facts(lead: Lead, rulebook: Rulebook, portal: Portal) -> list[str]:
    """Names of the facts the criteria ask for and nobody has told us, for the caller to send."""
    seen = read([lead.pk], rulebook, at=lead.scored_at, portal=portal)[lead.pk]
    values = {name: value for rule in seen.rules for name, value in rule.items()}
    values |= {told["id"]: told["value"] for rung in seen.definitions.values() for told in rung}
    tests = [test for rule in rulebook.rules for test in rule.tests]
    tests += [test for rung in rulebook.definitions.values() for test in walk(rung.condition)]
    asked = {test.fact for test in tests if isinstance(test, Test) and values.get(test.id) is None}
    # What is counted from events is not told as a field.
    return sorted(fact.name for fact in asked if not (fact.takes_window or fact.takes_event))
