"""The table of moves: who may move a lead from where to where."""

from itertools import product

import pytest

from funnel.stages import (
    LADDER,
    MARKETING_HOLDS,
    MOVES,
    SALES_HOLDS,
    TOMBSTONES,
    Actor,
    MoveNotAllowed,
    Stage,
    check_move,
    origins,
    steps,
)


def test_the_machine_moves_a_lead_one_rung_at_a_time():
    for origin, target in product(LADDER, LADDER):
        apart = abs(LADDER.index(origin) - LADDER.index(target))
        assert (Actor.MACHINE in MOVES.get((origin, target), ())) == (apart == 1)


def test_the_machine_never_moves_what_sales_holds_but_back_to_its_queue():
    moved = {
        (origin, target)
        for (origin, target), actors in MOVES.items()
        if origin in SALES_HOLDS and Actor.MACHINE in actors
    }

    assert moved == {("claimed", "sql")}


def test_only_sales_takes_a_lead_over_the_line():
    crossing = {
        (origin, target): actors
        for (origin, target), actors in MOVES.items()
        if target in SALES_HOLDS and origin not in SALES_HOLDS
    }

    assert set(crossing) == {("sql", "claimed")}
    assert crossing["sql", "claimed"] == {Actor.REP, Actor.MANAGER}


def test_only_a_manager_puts_a_lead_among_the_sqls_by_hand():
    for origin in MARKETING_HOLDS:
        assert Actor.MARKETING not in MOVES.get((origin, Stage.SQL), ())


@pytest.mark.parametrize("gone", sorted(TOMBSTONES))
def test_nothing_comes_back_from_a_tombstone(gone):
    assert not [pair for pair in MOVES if pair[0] == gone]


def test_every_stage_is_reached_by_somebody():
    assert {target for _, target in MOVES} == set(Stage)


@pytest.mark.parametrize(
    ("origin", "target", "actor"),
    [
        ("inquiry", "sql", Actor.MACHINE),
        ("inquiry", "claimed", Actor.REP),
        ("claimed", "accepted", Actor.MACHINE),
        ("rejected", "nurture", Actor.REP),
        ("won", "accepted", Actor.REP),
        ("nurture", "claimed", Actor.MACHINE),
    ],
)
def test_a_move_not_in_the_table_is_refused(origin, target, actor):
    with pytest.raises(MoveNotAllowed, match="cannot move a lead from"):
        check_move(origin, target, actor)


@pytest.mark.parametrize(
    ("origin", "target", "path"),
    [
        ("inquiry", "inquiry", []),
        ("inquiry", "sql", ["lead", "mql", "sql"]),
        ("sql", "lead", ["mql", "lead"]),
        ("disqualified", "inquiry", ["inquiry"]),
        ("disqualified", "mql", ["inquiry", "lead", "mql"]),
        ("mql", "disqualified", ["disqualified"]),
        ("claimed", "accepted", ["accepted"]),
    ],
)
def test_a_long_way_is_walked_step_by_step(origin, target, path):
    found = steps(origin, target)

    assert [there for _, there in found] == path
    assert [here for here, _ in found] == [origin, *path][: len(path)]


def test_the_table_names_where_an_actor_may_move_a_lead_from():
    assert origins(Stage.CLAIMED, Actor.REP) == [Stage.SQL]
    assert origins(Stage.LOST, Actor.REP) == [Stage.ACCEPTED, Stage.OPPORTUNITY]
    assert origins(Stage.CLAIMED, Actor.MACHINE) == []
