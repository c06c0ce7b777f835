"""A score and its lines, as the API answers them."""

from typing import Literal, TypedDict, overload

from leads.models import Handoff, Judgement


class ScoreAnswer(TypedDict):
    total: int
    fit: int
    intent: int


@overload
def score_answer(judged: Handoff) -> ScoreAnswer: ...
@overload
def score_answer(judged: Judgement) -> ScoreAnswer | None: ...
def score_answer(judged: Judgement | Handoff) -> ScoreAnswer | None:
    """None for a lead before its first scoring; a handoff keeps the score that opened it."""
    total, fit, intent = judged.total, judged.fit, judged.intent
    if total is None or fit is None or intent is None:
        return None
    return {"total": total, "fit": fit, "intent": intent}


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
