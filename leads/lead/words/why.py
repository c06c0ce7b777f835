"""The score of a lead: its lines, and what it means by the version that gave it."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.html import format_html

from funnel.conditions.describing import describe
from funnel.criteria.words import makes
from funnel.rulebook.parts import Rulebook
from funnel.scoring import UNKNOWN_GRADE
from funnel.stages import LADDER, SALES_HOLDS, Stage
from leadportal.db import clock
from leads.explanation.lines import Line
from leads.explanation.stored import Explanation
from leads.models import Handoff, Lead
from leads.words import against, largest

KIND_SAYS = {"fit": "who they are", "intent": "what they did"}


@dataclass(frozen=True, slots=True)
class LineGroup:
    """The lines of fit or of intent, which sum to `points`; those without points beside them."""

    title: str
    says: str
    points: int
    cap: int
    lines: list[Line]
    unknown: list[Line]
    late: list[Line]


@dataclass(frozen=True, slots=True)
class Why:
    """A score, its lines, and what it means by the version that gave it."""

    title: str
    explanation: Explanation
    most: int
    mql: int
    sql: int
    stands: str
    groups: list[LineGroup]
    largest: int
    grade: str
    # Why the score means nothing; empty while it does.
    void: str = ""
    remarks: list[Any] = field(default_factory=list)


def why(lead: Lead, explanation: Explanation, rulebook: Rulebook, handoff: Handoff | None) -> Why:
    remarks = [
        without_largest(explanation, rulebook),
        still_missing(lead, explanation, rulebook),
        since_handoff(lead, handoff),
    ]
    return Why(
        title=heading(lead, explanation, rulebook),
        explanation=explanation,
        most=sum(rulebook.caps.values()),
        mql=rulebook.mql_line,
        sql=rulebook.sql_line,
        stands=against(explanation.total, rulebook.sql_line),
        groups=[_group(kind, explanation, rulebook) for kind in KIND_SAYS],
        largest=largest(explanation.lines),
        grade=grade(lead),
        void=void(lead, rulebook),
        remarks=[remark for remark in remarks if remark],
    )


def _group(kind: str, explanation: Explanation, rulebook: Rulebook) -> LineGroup:
    lines = [line for line in explanation.lines if line.kind == kind]
    return LineGroup(
        kind.capitalize(),
        KIND_SAYS[kind],
        getattr(explanation, kind),
        rulebook.caps[kind],
        [line for line in lines if not line.unknown and not line.late],
        [line for line in lines if line.unknown],
        [line for line in lines if line.late],
    )


def grade(lead: Lead) -> str:
    """ "Grade B2": a letter for fit, a digit for intent."""
    given = lead.judgement.grade
    if given and given != UNKNOWN_GRADE:
        return f"Grade {given}"
    return "No grade: less than half of its fit is known" if given else ""


def void(lead: Lead, rulebook: Rulebook) -> str:
    """What stands above the score of a disqualified lead, which is worked out all the same."""
    if lead.stage != Stage.DISQUALIFIED:
        return ""
    labels = {item.id: item.label for item in rulebook.disqualifiers}
    why_not = labels.get(lead.judgement.disqualifier)
    return f"Disqualified{f': {why_not}' if why_not else ''}. The score counts for nothing."


def heading(lead: Lead, explanation: Explanation, rulebook: Rulebook) -> str:
    """A score tells why a lead stands where it does only as long as it reaches that line.

    Not where a person keeps it: then the reason is theirs, and stands under "By hand".
    """
    stage = Stage.SQL if lead.stage in SALES_HOLDS else Stage(lead.stage)
    lines = {Stage.MQL: rulebook.mql_line, Stage.SQL: rulebook.sql_line}
    is_kept = lead.held_until is not None and lead.held_until > clock.now()
    if is_kept or stage not in LADDER or explanation.total < lines.get(stage, 0):
        return "Score now"
    return f"Why this is {stage.one}"


def without_largest(explanation: Explanation, rulebook: Rulebook) -> Any:
    """The score without the rule of intent that gives most, where that crosses a line."""
    exact = [line for line in explanation.lines if line.kind == "intent" and not line.cut]
    first = max((line for line in exact if line.rule), key=lambda line: line.points, default=None)
    if first is None or first.points <= 0:
        return ""
    rest = sum(line.points for line in exact) - first.points
    total = explanation.fit + max(0, min(rest, rulebook.caps["intent"]))
    lines = [("SQL line", rulebook.sql_line), ("MQL line", rulebook.mql_line)]
    for name, line in lines:
        if total < line <= explanation.total:
            return format_html(
                "Without “{}” the score is <b>{}</b>: {}.",
                first.label,
                total,
                against(total, line, f"the {name}"),
            )
    return ""


def still_missing(lead: Lead, explanation: Explanation, rulebook: Rulebook) -> Any:
    """Points alone do not make the next stage: what else its definition asks."""
    following = dict(pairwise(LADDER))
    is_held = lead.held_until is not None and lead.held_until > clock.now()
    if lead.stage not in following or is_held:
        return ""
    rung = following[Stage(lead.stage)]
    definition = rulebook.definitions[rung]
    if explanation.total < (definition.line or 0):
        return ""
    asks = "also asks" if definition.line else "asks"
    return format_html("{} {}: {}.", makes(rung), asks, describe(definition.condition))


def since_handoff(lead: Lead, handoff: Handoff | None) -> Any:
    if handoff is None or handoff.total == lead.judgement.total:
        return ""
    return format_html(
        "Handed over with <b>{}</b>, {}; {} now.",
        handoff.total,
        against(handoff.total, handoff.line),
        lead.judgement.total,
    )


def freshness(lead: Lead, events: int, *, has_news: bool) -> str:
    """What the shown score does not know yet; empty when it is up to date."""
    if lead.judgement.parked_error:
        return "Judging it failed several times, so it waits for a manager or an admin."
    if lead.judgement.scored_at is None:
        return "It is judged within seconds."
    if not has_news:
        return ""
    news = f"{events} event{'s' if events != 1 else ''}" if events else "changed details"
    return f"New since: {news}; being rescored."
