"""A draft beside what it would replace: marked rows, and edits that change only what they say."""

from copy import deepcopy

import pytest

from funnel.defaults import CONTENT
from funnel.drafts import drafts
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from leads.facts import known

pytestmark = pytest.mark.django_db


def rulebook(content):
    return parse_content(prepared(content), known.record_vocabulary())


def rows(content, base=CONTENT):
    found = drafts.sections(rulebook(content), rulebook(base) if base else None)
    return {row.id: row for section in found for row in section.rows}


def ids(content):
    return [rule["id"] for rule in content["rules"]]


def test_rules_stand_by_kind_and_those_that_take_away_apart():
    sections = {one.name: one for one in drafts.sections(rulebook(CONTENT), None)}

    assert sections["fit"].says == "who they are, up to 50 points"
    assert [row.id for row in sections["away"].rows] == ["free-mail", "learner", "unsubscribed"]
    assert {row.status for section in sections.values() for row in section.rows} == {""}


def test_what_did_not_change_is_not_marked():
    assert {row.status for row in rows(CONTENT).values()} == {""}


def test_other_points_are_shown_beside_the_old_ones():
    row = rows(drafts.with_points(CONTENT, "pricing", 20))["pricing"]

    assert (row.status, row.text.points, row.was_points, row.was_lines) == ("chg", 20, 15, ())


def test_another_condition_is_shown_beside_the_old_sentence():
    content = deepcopy(CONTENT)
    next(one for one in content["rules"] if one["id"] == "pricing")["when"]["at_least"] = 4

    row = rows(content)["pricing"]

    assert (row.status, row.was_points) == ("chg", None)
    assert len(row.was_lines) == 1
    assert "3 times" in row.was_lines[0]


def test_new_rules_are_marked_and_removed_ones_stay_in_sight():
    before = drafts.without_rule(CONTENT, "chat")

    assert rows(CONTENT, base=before)["chat"].status == "new"
    assert rows(before)["chat"].status == "del"


def test_a_line_of_a_table_gets_other_points():
    content = drafts.with_band(CONTENT, "size", 1, 8)

    row = rows(content)["size"]

    assert [(band.says, band.points, band.was) for band in row.bands][:2] == [
        ("10 to 49 people", 4, None),
        ("50 to 199 people", 8, 10),
    ]
    assert row.status == "chg"


def test_an_edit_leaves_the_given_content_alone():
    before = deepcopy(CONTENT)

    drafts.with_band(CONTENT, "size", 1, 8)
    drafts.with_points(CONTENT, "pricing", 20)
    drafts.with_line(CONTENT, "sql", 80)
    drafts.swapped(CONTENT, "demo", "call")

    assert before == CONTENT


def test_a_line_is_set_and_taken_away():
    assert drafts.with_line(CONTENT, "sql", 80)["definitions"]["sql"]["line"] == 80
    assert "line" not in drafts.with_line(CONTENT, "mql", None)["definitions"]["mql"]


@pytest.mark.parametrize("id_", ["decides", "chat", "unsubscribed"])
def test_what_was_removed_is_put_back_in_its_place(id_):
    content = drafts.put_back(drafts.without_rule(CONTENT, id_), CONTENT, id_)

    assert content == CONTENT


def test_nothing_is_put_back_twice_or_from_nowhere():
    assert drafts.put_back(CONTENT, CONTENT, "chat") == CONTENT
    assert drafts.put_back(CONTENT, CONTENT, "no such rule") == CONTENT


def test_rows_know_their_neighbours_and_swap_places():
    row = rows(CONTENT)["call"]
    assert (row.above, row.below) == ("demo", "pricing")

    moved = drafts.swapped(CONTENT, "call", row.above)

    assert ids(moved).index("call") + 1 == ids(moved).index("demo")
    assert rows(moved)["call"].above == ""
    assert drafts.swapped(CONTENT, "call", "no such rule") == CONTENT
