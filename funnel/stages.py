"""The two tables of a lead's life: where it may stand, and the moves between (DESIGN 3).

STAGES and MOVES tell each stage and each move once. The choices of models and criteria, the
badges, the sides of a page and the names of webhook events are read from here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product

from django.db import models

from accounts.roles import Side


class Stage(models.TextChoices):
    """A row of STAGES: its value, who holds a lead there, the badge, and its label.

    The badge is the class of the baton beside the word: its marketing half is filled (mk), its
    sales half (sa), both where the lead is about to cross (over), or none.
    """

    holder: Side | None
    badge: str

    # Defaults, because Stage("sql") looks a member up and reads as a call to this.
    def __new__(cls, value: str, holder: Side | None = None, badge: str = "none") -> "Stage":
        stage = str.__new__(cls, value)
        stage._value_ = value
        stage.holder = holder
        stage.badge = badge
        return stage

    INQUIRY = "inquiry", Side.MARKETING, "mk", "Inquiry"
    LEAD = "lead", Side.MARKETING, "mk", "Lead"
    MQL = "mql", Side.MARKETING, "mk", "MQL"
    # It waits at the line: sales may take it, and until somebody does it is marketing's.
    SQL = "sql", Side.MARKETING, "over", "SQL"
    CLAIMED = "claimed", Side.SALES, "sa", "Claimed"
    ACCEPTED = "accepted", Side.SALES, "sa", "Accepted"
    OPPORTUNITY = "opportunity", Side.SALES, "sa", "Opportunity"
    WON = "won", Side.SALES, "sa", "Won"
    LOST = "lost", Side.SALES, "sa", "Lost"
    REJECTED = "rejected", Side.MARKETING, "mk", "Rejected"
    NURTURE = "nurture", Side.MARKETING, "mk", "Nurture"
    DISQUALIFIED = "disqualified", None, "none", "Disqualified"
    MERGED = "merged", None, "none", "Merged"
    ERASED = "erased", None, "none", "Erased"

    @property
    def side(self) -> str:
        """The colour of the department that holds a lead here; empty where nobody does."""
        return self.holder.colour if self.holder else ""

    @property
    def one(self) -> str:
        """Somebody at a stage that is a noun, inside a sentence: "a lead", "an MQL"."""
        noun = self.label if self.label.isupper() else self.label.lower()
        return f"{'a' if self is Stage.LEAD else 'an'} {noun}"


class Actor(models.TextChoices):
    """Who may cause a move."""

    MACHINE = "machine", "The live criteria"
    MARKETING = "marketing", "Marketing"
    MANAGER = "manager", "A manager"
    REP = "rep", "Sales"
    INTEGRATION = "integration", "An integration"


STAGES = tuple(Stage)
# The stages the live criteria decide about, lowest first.
LADDER = (Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.SQL)
MARKETING_HOLDS = frozenset(stage for stage in STAGES if stage.holder is Side.MARKETING)
SALES_HOLDS = frozenset(stage for stage in STAGES if stage.holder is Side.SALES)
# Where somebody in sales works with a lead, and what becomes of it is open.
IN_WORK = frozenset({Stage.CLAIMED, Stage.ACCEPTED, Stage.OPPORTUNITY})
TOMBSTONES = frozenset({Stage.MERGED, Stage.ERASED})
# Where a lead can be found, in the order pages list them.
LIVING = tuple(stage for stage in STAGES if stage not in TOMBSTONES)


@dataclass(frozen=True, slots=True)
class Move:
    """A row of MOVES: from where to where, who makes it, what it needs, which event it is.

    `origin` is empty where the lead begins. `event` is what webhooks call the move.
    """

    origin: str
    target: Stage
    who: frozenset[Actor]
    needs: str
    event: str


def _moves(
    origins: Iterable[str], targets: Iterable[Stage], who: Iterable[Actor], needs: str, event: str
) -> Iterator[Move]:
    actors = frozenset(who)
    for origin, target in product(origins, targets):
        yield Move(origin, target, actors, needs, event)


def _between(lower: Stage, upper: Stage) -> Iterator[Move]:
    """Up and down between two neighbours of the ladder."""
    # Among the SQLs only a manager puts somebody by hand.
    by_hand = (_MANAGER,) if upper is Stage.SQL else _BY_HAND
    who = [_MACHINE, *by_hand]
    yield from _moves([lower], [upper], who, "its definition; by hand a reason", _CHANGED)
    # Days of grace where only score or time fell.
    yield from _moves([upper], [lower], who, "grace or a cause; by hand a reason", _CHANGED)


_MACHINE, _MARKETING, _MANAGER = Actor.MACHINE, Actor.MARKETING, Actor.MANAGER
_BY_HAND = (_MARKETING, _MANAGER)
_REP, _REP_OR_CRM = Actor.REP, (Actor.REP, Actor.INTEGRATION)
_CHANGED = "lead.stage_changed"
_IN_DEAL = (Stage.ACCEPTED, Stage.OPPORTUNITY)
_ENDED = (Stage.WON, Stage.LOST)

MOVES: tuple[Move, ...] = (
    *_moves(
        [""], [Stage.INQUIRY], [Actor.INTEGRATION], "mail, phone or external id", "lead.created"
    ),
    *(move for neighbours in pairwise(LADDER) for move in _between(*neighbours)),
    *_moves(
        LADDER, [Stage.DISQUALIFIED], [_MACHINE, *_BY_HAND], "a disqualifier or a reason", _CHANGED
    ),
    # The machine only where the machine had disqualified.
    *_moves(
        [Stage.DISQUALIFIED], [Stage.INQUIRY], [_MACHINE, *_BY_HAND], "the cause gone", _CHANGED
    ),
    *_moves(
        [Stage.SQL], [Stage.CLAIMED], [_REP, _MANAGER], "an open handoff of a queue", "lead.claimed"
    ),
    # The handoff and its clock stay the same.
    *_moves(
        [Stage.CLAIMED], [Stage.SQL], [_REP, _MANAGER, _MACHINE], "a reason, or its time", _CHANGED
    ),
    *_moves([Stage.CLAIMED], [Stage.ACCEPTED], [_REP], "the claim and BANT", "lead.accepted"),
    *_moves([Stage.CLAIMED, Stage.ACCEPTED], [Stage.REJECTED], [_REP], "a reason", "lead.rejected"),
    # Undone: by the same person, a moment later.
    *_moves([Stage.ACCEPTED, Stage.REJECTED], [Stage.CLAIMED], [_REP], "a moment", _CHANGED),
    *_moves([Stage.REJECTED], [Stage.ACCEPTED], [_REP], "a moment", _CHANGED),
    *_moves([Stage.ACCEPTED], [Stage.OPPORTUNITY], _REP_OR_CRM, "an accepted handoff", _CHANGED),
    *_moves(_IN_DEAL, [Stage.WON], _REP_OR_CRM, "the amount", "lead.won"),
    *_moves(_IN_DEAL, [Stage.LOST], _REP_OR_CRM, "a reason", "lead.lost"),
    # Of before this portal: dated, without a handoff or a clock.
    *_moves(LADDER, [Stage.WON], [Actor.INTEGRATION], "an import of the past", "lead.won"),
    *_moves(LADDER, [Stage.LOST], [Actor.INTEGRATION], "an import of the past", "lead.lost"),
    *_moves(_ENDED, LADDER, _BY_HAND, "that import undone", _CHANGED),
    *_moves([Stage.REJECTED], [Stage.NURTURE], _BY_HAND, "an answer", "lead.answered"),
    *_moves([Stage.REJECTED], [Stage.DISQUALIFIED], _BY_HAND, "an answer", "lead.answered"),
    # The handoff is a fresh one.
    *_moves([Stage.REJECTED], [Stage.SQL], [_MANAGER], "a dispute overturned", _CHANGED),
    # From there the live version moves it on.
    *_moves(
        [Stage.NURTURE],
        [Stage.INQUIRY],
        [_MACHINE, *_BY_HAND],
        "the return, in the next cycle",
        _CHANGED,
    ),
    *_moves(_ENDED, [Stage.NURTURE], _BY_HAND, "a new approach", _CHANGED),
    *_moves(LIVING, [Stage.MERGED], _BY_HAND, "the lead that stays", "lead.merged"),
    # The merge undone: it stands where it stood.
    *_moves([Stage.MERGED], LIVING, _BY_HAND, "a merge undone within 30 days", _CHANGED),
    *_moves(LIVING, [Stage.ERASED], _BY_HAND, "the person's wish", "lead.erased"),
)
_BY_PAIR: dict[tuple[str, str], Move] = {(move.origin, move.target): move for move in MOVES}
# Left of the handoff line and not yet settled: where the machine may move a lead from.
MACHINE_MOVES = frozenset(
    Stage(move.origin)
    for move in MOVES
    if Actor.MACHINE in move.who and move.origin and move.origin not in SALES_HOLDS
)


class MoveNotAllowed(Exception):
    """The table of moves has no such move for this actor."""


def check_move(origin: str, target: str, actor: str) -> None:
    """Raise MoveNotAllowed unless `actor` may move a lead from `origin` to `target`."""
    move = _BY_PAIR.get((origin, target))
    if move is None or actor not in move.who:
        start = Stage(origin).label if origin else "nowhere"
        raise MoveNotAllowed(
            f"{Actor(actor).label} cannot move a lead from {start} to {Stage(target).label}."
        )


def origins(target: str, actor: str) -> list[str]:
    """The stages from which `actor` may move a lead that is somebody to `target`."""
    return [
        str(move.origin)
        for move in MOVES
        if move.origin
        and move.target == target
        and actor in move.who
        and move.origin not in TOMBSTONES
    ]


def steps(origin: str, target: str) -> list[tuple[str, str]]:
    """The single moves that lead from one rung of the ladder to another, in order.

    Off the ladder a move is one step; a disqualified lead climbs from inquiry.
    """
    if origin == target:
        return []
    if origin == Stage.DISQUALIFIED and target in LADDER:
        first = [(str(Stage.DISQUALIFIED), str(Stage.INQUIRY))]
        return first + steps(Stage.INQUIRY, target)
    if origin not in LADDER or target not in LADDER:
        return [(str(origin), str(target))]
    here, there = LADDER.index(Stage(origin)), LADDER.index(Stage(target))
    way = 1 if there > here else -1
    return [(str(LADDER[i]), str(LADDER[i + way])) for i in range(here, there, way)]
