"""Rejections turned into what their pages show: words and sums, so that templates do neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.policy import Action, can
from funnel.stages import TOMBSTONES
from leadportal.look import formats
from leads.models import Answer, Handoff, Nurture, Outcome, WrongCriterion
from leads.nurture import nurture
from leads.rejections import rejections
from leads.rejections.history import History
from leads.rejections.listing import ListedHandoff
from leads.words import against, biggest, by_when, largest, place

Kind = Answer.Kind
# As the end of "Sales: …".
FLAWS = {
    WrongCriterion.Flaw.WRONG: "not true",
    WrongCriterion.Flaw.STALE: "no longer true",
    WrongCriterion.Flaw.IRRELEVANT: "true, but says nothing",
}


@dataclass(frozen=True, slots=True)
class Act:
    """A button beside a rejection: what it opens, its key, and whether it is the first choice."""

    name: str
    label: str
    key: str
    is_first: bool = False

    @property
    def url(self) -> str:
        """The name of its address."""
        return f"rejection-{self.name}"


ANSWERS = (
    Act(Kind.NURTURE, "Send to nurture", "u"),
    Act(Kind.CLOSE, "Close", "l"),
    Act(Kind.DISPUTE, "Dispute", "d"),
)
DECIDE = Act("decide", "Decide", "e")


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said, who and when."""

    title: str
    by: str
    at: datetime | None
    text: str = ""
    side: str = ""


def acts(handoff: Handoff, reader: User, *, is_open: bool, dispute: Answer | None) -> list[Act]:
    """What this person may do with it now, the usual one first."""
    if dispute and rejections.may_decide(dispute, reader):
        return [replace(DECIDE, is_first=True)]
    if not (is_open and can(reader, Action.ANSWER_REJECTIONS)):
        return []
    usual = handoff.reason.destination if handoff.reason else Kind.NURTURE
    offered = [act for act in ANSWERS if act.name != Kind.DISPUTE or dispute is None]
    marked = [replace(act, is_first=act.name == usual) for act in offered]
    return sorted(marked, key=lambda act: not act.is_first)


def keys_of_rows(state: str, reader: User) -> tuple[Act, ...]:
    """What a key does to the row under the cursor, where all rows of a list allow it."""
    if state == "open" and can(reader, Action.ANSWER_REJECTIONS):
        return ANSWERS
    return (DECIDE,) if state == "mine" and can(reader, Action.DECIDE_DISPUTES) else ()


def pane(handoff: ListedHandoff, history: History, reader: User, now: datetime) -> dict[str, Any]:
    """What the pane beside the list shows of one rejection."""
    lead, dispute = handoff.lead, history.dispute
    is_open = _is_open(handoff, history)
    lines = _lines(handoff, history.wrong)
    undecided = dispute if dispute and not dispute.decision else None
    return {
        "handoff": handoff,
        "now": now,
        "place": place(lead),
        "lead_url": "" if lead.stage in TOMBSTONES else lead.get_absolute_url(),
        "acts": acts(handoff, reader, is_open=is_open, dispute=dispute),
        "clock": _clock(handoff, undecided) if is_open or undecided else None,
        "stands": "" if is_open else _stands(handoff, history),
        "said": _said(handoff),
        "answers": [one for answer in history.answers for one in _of_answer(answer)],
        "lines": lines,
        "largest": largest(lines),
        "then": against(handoff.total, handoff.line),
        "since": _since(handoff),
        "earlier": _earlier(handoff, history),
        "cycle": _cycle(lead.cycle),
    }


def _is_open(handoff: Handoff, history: History) -> bool:
    """As `Handoff.objects.unanswered()` has it."""
    ended = any(one.decision in ("", Answer.Decision.OVERTURNED) for one in history.answers)
    newer = any(other.pk > handoff.pk for other in history.others)
    return handoff.lead.stage == "rejected" and not ended and not newer


def _clock(handoff: Handoff, dispute: Answer | None) -> dict[str, Any]:
    """The promise that runs: marketing's to answer, or the arbiter's to decide."""
    verb, due, started = "answer", handoff.answer_due_at, handoff.closed_at
    if dispute:
        verb, due, started = "decide", dispute.due_at, dispute.at
    assert due is not None and started is not None
    return {
        "due": due,
        "started": min(started, due),
        "label": f"left to {verb}, by {by_when(due)}",
        "late_label": f"was due by {by_when(due)}",
    }


def _stands(handoff: Handoff, history: History) -> str:
    """Why it waits for no answer of marketing."""
    last = history.answers[-1] if history.answers else None
    if last is None:
        return "It went on without an answer."
    ago = formats.when(last.decided_at or last.at)
    if last.kind != Kind.DISPUTE:
        done = "Sent to nurture" if last.kind == Kind.NURTURE else "Closed"
        return f"{done} by {last.by}, {ago}."
    if not last.decision:
        return f"Disputed by {last.by}; {last.arbiter} decides."
    if last.decision == Answer.Decision.OVERTURNED:
        return f"Handed over again by {last.decided_by}, {ago}."
    return f"{last.get_decision_display()} by {last.decided_by}, {ago}."


def _said(handoff: ListedHandoff) -> dict[str, Any]:
    """What sales said: the reason, their words, how often they tried."""
    tries = f"{formats.number(handoff.tried)} touch{'es' if handoff.tried > 1 else ''}"
    missed = f", {formats.number(handoff.missed)} without an answer" if handoff.missed else ""
    return {
        "by": handoff.claimed_by,
        "at": handoff.closed_at,
        "note": handoff.note,
        "tries": f"{tries} logged{missed}" if handoff.tried else "no touch logged",
        "may_return": "may come back later" if handoff.may_return else "need not come back",
    }


def _of_answer(answer: Answer) -> list[Said]:
    """An answer, and what its arbiter said to it."""
    titles = {
        Kind.NURTURE: "Marketing sent it to nurture",
        Kind.CLOSE: "Marketing closed it",
        Kind.DISPUTE: "Marketing disputes it",
    }
    found = [Said(titles[Kind(answer.kind)], str(answer.by), answer.at, answer.text, "mk")]
    if answer.kind == Kind.DISPUTE and answer.decision:
        title = f"Decided: {answer.get_decision_display().lower()}"
        kept = " Kept as an example." if answer.is_example else ""
        found.append(
            Said(title + kept, str(answer.decided_by), answer.decided_at, answer.because, "over")
        )
    return found


def _lines(handoff: Handoff, wrong: Sequence[WrongCriterion]) -> list[dict[str, Any]]:
    """What made it an SQL, the biggest first, with what sales said against it."""
    flaws = {one.rule: FLAWS[WrongCriterion.Flaw(one.flaw)] for one in wrong}
    return [
        line | {"flaw": flaws.get(line.get("rule", ""), "")} for line in biggest(handoff.reasons)
    ]


def _since(handoff: Handoff) -> dict[str, Any]:
    """The score now, beside the one it was handed over with."""
    judged = handoff.lead.judgement
    if judged.total is None:
        return {}
    change = judged.total - handoff.total
    said = "as it was then" if not change else f"{formats.signed(change)} since then"
    return {
        "total": judged.total,
        "fit": judged.fit,
        "intent": judged.intent,
        "version": judged.version,
        "said": said,
    }


def _cycle(cycle: int) -> str:
    """Said from the second time on; the last one before only a person brings it back is told."""
    if cycle < 2:
        return ""
    by_hand = "; after this, only a person brings it back" if cycle >= nurture.MOST_CYCLES else ""
    return f"Handed over in its cycle {cycle}{by_hand}."


def _earlier(handoff: Handoff, history: History) -> list[Said]:
    """Other handoffs and the times in nurture, the newest first."""
    told = [_of_handoff(one) for one in history.others]
    told += [_of_nurture(one) for one in history.nurtures]
    return sorted(told, key=lambda one: one.at or handoff.opened_at, reverse=True)


OUTCOMES: Mapping[str, str] = {
    "": "Handed over, not decided",
    Outcome.ACCEPTED: "Accepted",
    Outcome.WITHDRAWN: "Withdrawn",
}


def _of_handoff(other: Handoff) -> Said:
    title = f"Rejected: {other.reason}" if other.reason else OUTCOMES[other.outcome]
    by = str(other.claimed_by) if other.claimed_by else ""
    return Said(title, by, other.closed_at or other.opened_at, other.note, "sa")


def _of_nurture(one: Nurture) -> Said:
    title = f"In nurture {nurture.words(one)}"
    back = f"Back: {one.ended_by}, {formats.when(one.ended_at)}" if one.ended_at else ""
    return Said(title, str(one.by), one.since, back, "mk")


# --- the drawers, and what is said after a step --------------------------------------------------


DRAWERS: Mapping[str, Mapping[str, str]] = {
    Kind.NURTURE: {"drawer_title": "Send to nurture", "verb": "Send to nurture"},
    Kind.CLOSE: {"drawer_title": "Close", "verb": "Close the lead"},
    Kind.DISPUTE: {"drawer_title": "Dispute the rejection", "verb": "Send to the arbiter"},
    "decide": {"drawer_title": "Decide the dispute", "verb": "Decide"},
}


def answered(lead: object, answer: Answer) -> str:
    """The message after an answer."""
    if answer.kind == Kind.NURTURE:
        return f"{lead} waits in nurture."
    if answer.kind == Kind.CLOSE:
        return f"{lead} is closed."
    return f"{answer.arbiter} decides about {lead}, by {by_when(answer.due_at)}."  # type: ignore[arg-type]


def decided(lead: object, answer: Answer) -> str:
    """The message after a decision."""
    if answer.decision == Answer.Decision.OVERTURNED:
        return f"{lead} is handed over again, with a fresh clock."
    if answer.decision == Answer.Decision.UNCLEAR:
        return f"The case is in the note of the draft. Marketing answers for {lead}."
    return f"The rejection stands. Marketing answers for {lead}."
