"""A score and its lines, as the API answers them."""

from typing import Literal, TypedDict

from leads.models import Handoff, Lead


class ScoreAnswer(TypedDict):
    total: int
    fit: int
    intent: int


def score_answer(judged: Lead | Handoff) -> ScoreAnswer:
    return {"total": judged.total, "fit": judged.fit, "intent": judged.intent}


class ScoreLine(TypedDict):
    kind: Literal["fit", "intent"]
    label: str
    evidence: str
    points: int
    # Empty for what a person adjusted and for what a cap took.
    rule: str


class LineAnswer(ScoreLine):
    """One line of a score."""

    unknown: bool
    late: bool
    cut: bool


class UnscoredAnswer(TypedDict):
    """Events of one type that no criterion asks for."""

    event: str
    label: str
    evidence: str


class ExplanationAnswer(TypedDict):
    """A score in lines that sum to it; nulls and no lines before the first scoring."""

    total: int | None
    fit: int | None
    intent: int | None
    version: int | None
    lines: list[LineAnswer]
    unscored: list[UnscoredAnswer]
