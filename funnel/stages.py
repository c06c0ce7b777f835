"""Where a lead may stand, and the one table of moves between (DESIGN 3)."""

from django.db import models


class Stage(models.TextChoices):
    INQUIRY = "inquiry", "Inquiry"
    LEAD = "lead", "Lead"
    MQL = "mql", "MQL"
    SQL = "sql", "SQL"
    CLAIMED = "claimed", "Claimed"
    ACCEPTED = "accepted", "Accepted"
    OPPORTUNITY = "opportunity", "Opportunity"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    REJECTED = "rejected", "Rejected"
    NURTURE = "nurture", "Nurture"
    DISQUALIFIED = "disqualified", "Disqualified"
    MERGED = "merged", "Merged"
    ERASED = "erased", "Erased"


class Actor(models.TextChoices):
    """Who may cause a move."""

    MACHINE = "machine", "The live criteria"
    MARKETING = "marketing", "Marketing"
    MANAGER = "manager", "A manager"
    REP = "rep", "Sales"
    INTEGRATION = "integration", "An integration"


# The stages the live criteria decide about, lowest first.
LADDER = (Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.SQL)
MARKETING_HOLDS = frozenset({*LADDER[:3], Stage.NURTURE, Stage.REJECTED})
SALES_HOLDS = frozenset({Stage.CLAIMED, Stage.ACCEPTED, Stage.OPPORTUNITY, Stage.WON, Stage.LOST})
# Left of the handoff line and not yet settled: the machine may move these.
MACHINE_MOVES = frozenset({*LADDER, Stage.DISQUALIFIED, Stage.NURTURE})
TOMBSTONES = frozenset({Stage.MERGED, Stage.ERASED})

_MACHINE, _MARKETING, _MANAGER = Actor.MACHINE, Actor.MARKETING, Actor.MANAGER
_REP, _INTEGRATION = Actor.REP, Actor.INTEGRATION


def _table() -> dict[tuple[str, str], frozenset[Actor]]:
    moves: dict[tuple[str, str], set[Actor]] = {}

    def allow(froms: "list[Stage]", tos: "list[Stage]", *actors: Actor) -> None:
        for origin in froms:
            for target in tos:
                moves.setdefault((origin, target), set()).update(actors)

    for lower, upper in zip(LADDER, LADDER[1:], strict=False):
        marketing = [_MANAGER] if upper is Stage.SQL else [_MARKETING, _MANAGER]
        allow([lower], [upper], _MACHINE, *marketing)
        allow([upper], [lower], _MACHINE, *marketing)
    allow(list(LADDER), [Stage.DISQUALIFIED], _MACHINE, _MARKETING, _MANAGER)
    allow([Stage.DISQUALIFIED], [Stage.INQUIRY], _MACHINE, _MARKETING, _MANAGER)
    allow([Stage.SQL], [Stage.CLAIMED], _REP, _MANAGER)
    allow([Stage.CLAIMED], [Stage.SQL], _REP, _MANAGER, _MACHINE)
    allow([Stage.CLAIMED], [Stage.ACCEPTED, Stage.REJECTED], _REP)
    allow([Stage.ACCEPTED], [Stage.REJECTED], _REP)
    allow([Stage.ACCEPTED], [Stage.OPPORTUNITY, Stage.WON, Stage.LOST], _REP, _INTEGRATION)
    allow([Stage.OPPORTUNITY], [Stage.WON, Stage.LOST], _REP, _INTEGRATION)
    allow([Stage.REJECTED], [Stage.NURTURE, Stage.DISQUALIFIED], _MARKETING, _MANAGER)
    allow([Stage.REJECTED], [Stage.SQL], _MANAGER)
    allow([Stage.NURTURE], list(LADDER), _MACHINE)
    allow([Stage.WON, Stage.LOST], [Stage.NURTURE], _MARKETING, _MANAGER)
    living = [stage for stage in Stage if stage not in TOMBSTONES]
    allow(living, list(TOMBSTONES), _MARKETING, _MANAGER)
    return {pair: frozenset(actors) for pair, actors in moves.items()}


MOVES = _table()


class MoveNotAllowed(Exception):
    """The table of moves has no such move for this actor."""


def check_move(origin: str, target: str, actor: str) -> None:
    """Raise MoveNotAllowed unless `actor` may move a lead from `origin` to `target`."""
    if actor not in MOVES.get((origin, target), frozenset()):
        raise MoveNotAllowed(
            f"{Actor(actor).label} cannot move a lead from "
            f"{Stage(origin).label} to {Stage(target).label}."
        )


def origins(target: str, actor: str) -> list[str]:
    """The stages from which `actor` may move a lead to `target`."""
    return [
        str(origin)
        for (origin, becomes), actors in MOVES.items()
        if becomes == target and actor in actors
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
