"""The tables of stages and moves: who holds a lead where, and who may move it from there."""

import re
from itertools import product

import pytest
from django.template import Context, Template

from accounts.models import User
from accounts.roles import Side
from funnel.stages import (
    LADDER,
    LIVING,
    MACHINE_MOVES,
    MARKETING_HOLDS,
    MOVES,
    SALES_HOLDS,
    STAGES,
    TOMBSTONES,
    Actor,
    MoveNotAllowed,
    Stage,
    check_move,
    origins,
    steps,
)
from funnel.vocabulary.standard import STANDARD
from leads.lead.words.path import lane
from leads.metrics.catalogue import STEPS
from leads.models import Lead

WHO = {(move.origin, move.target): move.who for move in MOVES}


def badge(stage):
    return Template("{% stage_badge stage %}").render(Context({"stage": stage}))


# --- stages ------------------------------------------------------------------------------------


def test_every_stage_is_a_row():
    assert [(row.value, row.label) for row in STAGES] == Stage.choices
    assert [Stage(row.value) for row in STAGES] == list(Stage)


def test_left_of_the_handoff_line_marketing_holds_a_lead_and_right_of_it_sales():
    assert {*LADDER, Stage.REJECTED, Stage.NURTURE} == MARKETING_HOLDS
    assert {"claimed", "accepted", "opportunity", "won", "lost"} == SALES_HOLDS
    assert {"disqualified", "merged", "erased"} == {*STAGES} - MARKETING_HOLDS - SALES_HOLDS


def test_the_badge_shows_who_holds_a_lead_and_where_it_may_cross():
    filled = {Side.MARKETING: "mk", Side.SALES: "sa", None: "none"}

    odd = [row for row in STAGES if row.badge != filled[row.holder]]

    assert odd == [Stage.SQL]
    assert Stage.SQL.badge == "over"


@pytest.mark.parametrize(
    ("stage", "filled", "word"),
    [
        ("inquiry", "mk", "Inquiry"),
        ("lead", "mk", "Lead"),
        ("mql", "mk", "MQL"),
        ("sql", "over", "SQL"),
        ("claimed", "sa", "Claimed"),
        ("lost", "sa", "Lost"),
        ("rejected", "mk", "Rejected"),
        ("disqualified", "none", "Disqualified"),
        ("erased", "none", "Erased"),
    ],
)
def test_the_filled_half_of_the_baton_holds_the_lead(stage, filled, word):
    assert badge(stage) == f'<span class="stage {filled}">{word}</span>'


def test_a_stage_nobody_knows_has_no_badge():
    with pytest.raises(ValueError, match="customer"):
        badge("customer")


@pytest.mark.parametrize("stage", STAGES)
def test_the_path_of_a_lead_is_coloured_by_who_holds_it(stage):
    path = lane(Lead(stage=stage), [], None, User())

    (now,) = [step for step in path if step["state"] == "now"]
    assert now["side"] == {Side.MARKETING: "mk", Side.SALES: "sa", None: ""}[stage.holder]
    assert now["label"] == stage.label


def test_the_funnel_of_a_cohort_is_coloured_by_who_holds_the_leads():
    assert [(step.label, step.side) for step in STEPS[1:]] == [
        (Stage(step.stage).label, Stage(step.stage).side) for step in STEPS[1:]
    ]


def test_criteria_choose_among_the_stages_where_a_lead_can_be_found():
    assert STANDARD["stage"].choices == tuple((row.value, row.label) for row in LIVING)
    assert set(LIVING) == set(STAGES) - TOMBSTONES


@pytest.mark.parametrize(
    ("stage", "said"), [("lead", "a lead"), ("mql", "an MQL"), ("inquiry", "an inquiry")]
)
def test_a_stage_says_in_a_sentence_who_stands_there(stage, said):
    assert Stage(stage).one == said


# --- moves -------------------------------------------------------------------------------------


def test_a_move_is_told_once():
    assert len(WHO) == len(MOVES)


def test_every_move_says_who_makes_it_what_it_needs_and_which_event_it_is():
    for move in MOVES:
        assert move.who
        assert move.needs
        assert re.fullmatch(r"lead\.[a-z_]+", move.event), move


@pytest.mark.parametrize(
    ("origin", "target", "event"),
    [
        ("", "inquiry", "lead.created"),
        ("inquiry", "lead", "lead.stage_changed"),
        ("mql", "disqualified", "lead.stage_changed"),
        ("sql", "claimed", "lead.claimed"),
        ("claimed", "sql", "lead.stage_changed"),
        ("claimed", "accepted", "lead.accepted"),
        ("accepted", "rejected", "lead.rejected"),
        ("rejected", "nurture", "lead.answered"),
        ("rejected", "disqualified", "lead.answered"),
        ("opportunity", "won", "lead.won"),
        ("accepted", "lost", "lead.lost"),
        ("mql", "merged", "lead.merged"),
        ("won", "erased", "lead.erased"),
    ],
)
def test_a_move_is_the_event_that_others_hear_of(origin, target, event):
    (move,) = [move for move in MOVES if (move.origin, move.target) == (origin, target)]

    assert move.event == event


def test_a_lead_begins_as_an_inquiry_only():
    assert [move.target for move in MOVES if not move.origin] == [Stage.INQUIRY]


def test_the_machine_moves_leads_that_are_left_of_the_line_and_not_settled():
    assert {*LADDER, Stage.DISQUALIFIED, Stage.NURTURE} == MACHINE_MOVES


def test_the_machine_moves_a_lead_one_rung_at_a_time():
    for origin, target in product(LADDER, LADDER):
        apart = abs(LADDER.index(origin) - LADDER.index(target))
        assert (Actor.MACHINE in WHO.get((origin, target), ())) == (apart == 1)


def test_the_machine_never_moves_what_sales_holds_but_back_to_its_queue():
    moved = {
        (origin, target)
        for (origin, target), actors in WHO.items()
        if origin in SALES_HOLDS and Actor.MACHINE in actors
    }

    assert moved == {("claimed", "sql")}


def test_only_sales_takes_a_lead_over_the_line():
    crossing = {
        (origin, target): actors
        for (origin, target), actors in WHO.items()
        if target in SALES_HOLDS and origin not in SALES_HOLDS
    }

    # The others are undone a moment later.
    undone = {("rejected", "claimed"), ("rejected", "accepted")}
    # An import tells what sales took over before there was a line.
    past = set(product(LADDER, [Stage.WON, Stage.LOST]))
    # Two leads that were one for a time.
    parted = set(product([Stage.MERGED], SALES_HOLDS))
    assert set(crossing) == {("sql", "claimed")} | undone | past | parted
    assert crossing["sql", "claimed"] == {Actor.REP, Actor.MANAGER}
    assert {crossing[move] for move in past} == {frozenset({Actor.INTEGRATION})}


def test_only_a_manager_puts_a_lead_among_the_sqls_by_hand():
    for origin in MARKETING_HOLDS:
        assert Actor.MARKETING not in WHO.get((origin, Stage.SQL), ())


def test_nothing_comes_back_from_a_tombstone_but_by_undoing_a_merge():
    back = {pair: actors for pair, actors in WHO.items() if pair[0] in TOMBSTONES}

    assert set(back) == {(Stage.MERGED, stage) for stage in LIVING}
    assert set(back.values()) == {frozenset({Actor.MARKETING, Actor.MANAGER})}


def test_every_stage_is_reached_by_somebody():
    assert {target for _, target in WHO} == set(Stage)


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
    assert origins(Stage.CLAIMED, Actor.MANAGER) == [Stage.SQL]
    assert origins(Stage.CLAIMED, Actor.REP) == [Stage.SQL, Stage.ACCEPTED, Stage.REJECTED]
    assert origins(Stage.LOST, Actor.REP) == [Stage.ACCEPTED, Stage.OPPORTUNITY]
    assert origins(Stage.CLAIMED, Actor.MACHINE) == []
