"""The path of a lead: where it has been, where it stands, what lies ahead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from funnel.stages import Stage
from leads import words
from leads.models import Handoff, Lead, StageChange
from leads.words import short

PATH = (
    Stage.LEAD,
    Stage.MQL,
    Stage.SQL,
    Stage.CLAIMED,
    Stage.ACCEPTED,
    Stage.OPPORTUNITY,
)


def lane(
    lead: Lead, moves: Sequence[StageChange], handoff: Handoff | None, reader: User
) -> list[dict[str, Any]]:
    """The steps of the path with their times; what lies ahead follows on the straight way."""
    entered = {Stage(move.target): move for move in moves}
    stage = Stage(lead.stage)
    done, ahead = _around(stage, entered)
    steps = [_step(one, "done", entered.get(one), handoff, reader) for one in done]
    steps.append(_step(stage, "now", entered.get(stage), handoff, reader))
    steps += [_step(one, "ahead", None, handoff, reader) for one in ahead]
    return steps


def _around(
    stage: Stage, entered: Mapping[Stage, StageChange]
) -> tuple[Sequence[Stage], Sequence[Stage]]:
    """The steps before this stage, and those after it that nothing has decided yet."""
    if stage in PATH:
        at = PATH.index(stage)
        return PATH[:at], PATH[at + 1 :]
    if stage == Stage.INQUIRY:
        return (), PATH
    if stage == Stage.WON:
        return PATH, ()
    return [one for one in (*PATH, Stage.REJECTED) if one in entered and one != stage], ()


def _step(
    stage: Stage,
    state: str,
    move: StageChange | None,
    handoff: Handoff | None,
    reader: User,
) -> dict[str, Any]:
    return {
        "label": stage.label,
        "note": _note(stage, move, handoff, reader) if state != "ahead" else "",
        "state": state,
        "side": "" if state == "ahead" else stage.side,
        "cross": stage == Stage.SQL and state != "ahead" and handoff is not None,
    }


def came_back(last: Mapping[str, Any] | None, handoff: Handoff | None) -> str:
    """What stands under the path of a lead that sales had before."""
    if last is None:
        return ""
    is_later = handoff is not None and handoff.opened_at > datetime.fromisoformat(last["at"])
    return words.came_back(last, handoff.opened_at if handoff and is_later else None)


def _note(stage: Stage, move: StageChange | None, handoff: Handoff | None, reader: User) -> str:
    if move is None:
        return ""
    at = short(move.at)
    if stage == Stage.SQL:
        # Given back, it is an SQL again; it was handed over once.
        is_its = handoff is not None and handoff.cycle == move.cycle
        return f"Handed over {short(handoff.opened_at) if handoff and is_its else at}"
    if stage == Stage.MQL and move.total is not None:
        return f"{at}, {move.total} pts"
    if move.person:
        return f"{'You' if move.person == reader else move.person}, {at}"
    return at
