"""BANT as a sheet, and what the toasts say of a verdict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts import policy
from leadportal.look import formats
from leads.handoffs import bant
from leads.models import BantItem, Handoff, HandoffState, Lead, Outcome

State = BantItem.State
# Of a row of which nobody has said anything yet.
UNSAID = "Not known yet"


@dataclass(frozen=True, slots=True)
class Row:
    """One of the four: its state, its line, and who said it when."""

    item: str
    label: str
    state: str
    note: str
    by: str
    at: datetime | None

    @property
    def says(self) -> str:
        """What stands there where nobody wrote a line."""
        return self.note or (State(self.state).label if self.at else UNSAID)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The four rows, how many are known, and whether the reader fills them in."""

    rows: list[Row]
    counter: str
    is_editable: bool

    @property
    def first_missing(self) -> str:
        """Where filling in begins."""
        missing = [row for row in self.rows if row.state != State.KNOWN]
        return (missing or self.rows)[0].item


def row(item: BantItem.Item, said: BantItem | None) -> Row:
    if said is None:
        return Row(item.value, str(item.label), State.UNKNOWN, "", "", None)
    return Row(item.value, str(item.label), said.state, said.note, said.by.name, said.at)


def sheet(rows: Mapping[BantItem.Item, BantItem | None], asked: int, *, is_editable: bool) -> Sheet:
    known = len(bant.known(rows))
    return Sheet(
        [row(item, said) for item, said in rows.items()], counter(known, asked), is_editable
    )


def counter(known: int, asked: int) -> str:
    """ "2 of 4 known; Accept asks for 3" """
    asks = f"Accept asks for {asked}" if asked else "Accept asks for none"
    return f"{known} of {len(bant.ITEMS)} known; {asks}"


def listed(items: Collection[BantItem.Item]) -> str:
    """ "budget and timing" """
    return policy.listed([str(item.label).lower() for item in items])


def accepted(handoff: Handoff) -> str:
    return f"Accepted. {handoff.lead} is yours to win."


def rejected(handoff: Handoff) -> str:
    return f"{handoff.lead} is back with Marketing: {handoff.reason}."


def undone(handoff: Handoff) -> str:
    """Where the lead stands again."""
    if handoff.state == HandoffState.OPEN:
        return f"Undone. {handoff.lead} waits in the queue again."
    if handoff.outcome == Outcome.ACCEPTED:
        return f"Undone. {handoff.lead} is accepted again."
    return f"Undone. {handoff.lead} is in your hands again."


def won(lead: Lead, amount: str) -> str:
    return f"{lead} is won: {amount}."


def lost(lead: Lead) -> str:
    return f"{lead} is lost. What was learnt stays on the timeline."


def few_attempts(made: int, asked: int) -> str:
    """Why "unreachable" comes too early."""
    logged = f"{formats.some(made, 'attempt')} {'is' if made == 1 else 'are'} logged"
    if made == 0:
        logged = "No attempt is logged"
    return f"{logged}; try {asked} times before you say that nobody can be reached."
