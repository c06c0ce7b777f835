"""The next step with a lead: what to do now, by whom, and the clock it has."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from leads.models import Handoff, HandoffState, Lead
from leads.words import at, short


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now, by whom, and the clock it has."""

    text: str
    strong: str = ""
    after: str = ""
    # The running clock, or else how long a kept promise took.
    due_at: datetime | None = None
    started_at: datetime | None = None
    label: str = ""
    late_label: str = ""
    took: timedelta | None = None
    may_claim: bool = False
    may_touch: bool = False
    may_release: bool = False
    first: bool = False


def next_step(
    lead: Lead, handoff: Handoff | None, reader: User, *, works: bool, member: bool
) -> Next | None:
    """`works`: the reader may work handoffs at all; `member`: works the queue of this one."""
    if handoff is None or handoff.state == HandoffState.CLOSED:
        return None
    first_name = lead.first_name or lead.name
    if handoff.state == HandoffState.OPEN:
        return Next(
            "Next:",
            f"claim {first_name}" if works and member else "a rep claims it",
            ". Whoever claims first keeps the lead.",
            due_at=handoff.due_at,
            started_at=handoff.opened_at,
            label="left to claim",
            late_label="claim overdue",
            may_claim=works and member,
        )
    mine = handoff.claimed_by == reader
    return Next(
        **_words(handoff, first_name, mine=mine),
        **_clock(handoff),
        may_touch=works and (mine or member),
        may_release=works and mine,
        first=handoff.first_touch_at is None,
    )


def _words(handoff: Handoff, first_name: str, *, mine: bool) -> dict[str, Any]:
    if not mine:
        assert handoff.claimed_at is not None
        since = short(handoff.claimed_at)
        return {"text": "", "strong": str(handoff.claimed_by), "after": f" has it since {since}."}
    if handoff.first_touch_at:
        touched = at(handoff.first_touch_at)
        return {"text": f"First touch {touched}. Log what follows, so that everybody knows."}
    rest = ", then log it. The clock stops when you do."
    return {"text": "Next:", "strong": f"call or email {first_name}", "after": rest}


def _clock(handoff: Handoff) -> dict[str, Any]:
    if handoff.first_touch_at:
        assert handoff.touch_due_at is not None
        late = handoff.first_touch_at > handoff.touch_due_at
        label = "to first touch, late" if late else "to first touch, in time"
        return {"took": handoff.first_touch_at - handoff.opened_at, "label": label}
    return {
        "due_at": handoff.touch_due_at,
        "started_at": handoff.claimed_at,
        "label": "left for first touch",
        "late_label": "first touch overdue",
    }
