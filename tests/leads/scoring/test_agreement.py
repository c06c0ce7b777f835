"""SQL says of every lead what the plain reading of the criteria says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.conditions.parsing import parse
from funnel.conditions.tree import dump
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.vocabulary.facts import Use
from tests.leads.scoring import reference, strategies
from tests.leads.scoring.rows import sql_holds, sql_scores, undone, write

pytestmark = pytest.mark.django_db


@settings(max_examples=150)
@given(st.data())
def test_a_condition_holds_in_sql_exactly_where_it_holds_by_hand(db, data):
    moment = data.draw(strategies.moments())
    vocabulary = strategies.vocabulary(data.draw(strategies.custom_fields()))
    people = data.draw(st.lists(strategies.people(moment.at), min_size=1, max_size=4))
    # Several trees a group of people: writing the people is the slow part.
    trees = [
        parse(
            data.draw(strategies.conditions(vocabulary, Use.RULE, moment.at)),
            vocabulary,
            use=Use.RULE,
        )
        for _ in range(3)
    ]

    with undone():
        ids = write(people)
        for tree in trees:
            found = sql_holds(tree, ids, moment)
            expected = [reference.holds(tree, person, moment) for person in people]
            assert found == expected, dump(tree)


@settings(max_examples=100)
@given(st.data())
def test_scores_grade_and_stage_in_sql_are_those_computed_by_hand(db, data):
    moment = data.draw(strategies.moments())
    vocabulary = strategies.vocabulary(data.draw(strategies.custom_fields()))
    people = data.draw(st.lists(strategies.people(moment.at), min_size=1, max_size=3))
    content = data.draw(strategies.contents(vocabulary, moment.at))
    rulebook = parse_content(prepared(content), vocabulary)

    with undone():
        ids = write(people)
        found = [score for score, _ in sql_scores(rulebook, ids, moment)]

    assert found == [reference.judge(rulebook, person, moment) for person in people]


@settings(max_examples=60)
@given(st.data())
def test_time_alone_changes_nothing_before_the_moment_named(db, data):
    moment = data.draw(strategies.moments())
    vocabulary = strategies.vocabulary(data.draw(strategies.custom_fields()))
    person = data.draw(strategies.people(moment.at))
    content = data.draw(strategies.contents(vocabulary, moment.at))
    rulebook = parse_content(prepared(content), vocabulary)

    with undone():
        ids = write([person])
        ((score, changes_at),) = sql_scores(rulebook, ids, moment)
        end = changes_at or moment.at + timedelta(days=4000)
        assert end > moment.at
        span = end - moment.at
        shares = [0.5, data.draw(st.floats(0, 1, exclude_max=True))]
        for later in [end - timedelta(microseconds=1), *(moment.at + span * s for s in shares)]:
            then = replace(moment, at=min(later, end - timedelta(microseconds=1)))
            ((same, _),) = sql_scores(rulebook, ids, then)
            assert same == score, then.at
