"""Criteria in words."""

import pytest

from funnel.conditions.parsing import parse
from funnel.criteria import words
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.vocabulary.facts import Use, uncapital
from leads.facts.known import FACTS


def clause(data: dict) -> words.Clause:
    return words.clause(parse(data, FACTS, use=Use.DEFINITION))


KNOWN = {"fact": "email", "op": "is_known"}
PHONE = {"fact": "phone", "op": "is_known"}


def test_groups_become_nested_lists_under_what_they_ask():
    found = clause({"all": [KNOWN, {"any": [PHONE, {"event": "demo_request"}]}]})

    assert found == words.Clause(
        "All of these",
        (
            words.Clause("E-mail is known"),
            words.Clause(
                "At least one of these",
                (words.Clause("Phone is known"), words.Clause("Asked for a demo")),
            ),
        ),
    )


def test_a_group_of_one_is_the_one():
    assert clause({"any": [KNOWN]}) == words.Clause("E-mail is known")


def test_what_must_not_hold_is_said_so():
    assert clause({"not": {"any": [KNOWN, PHONE]}}).text == "None of these"
    assert clause({"not": {"all": [KNOWN, PHONE]}}).text == "Not all of these"
    assert clause({"not": KNOWN}).text == "It is not so that E-mail is known"


def read(*rules: dict, **content: object) -> words.RulebookText:
    whole = {
        "definitions": {rung: {"condition": KNOWN} for rung in ("lead", "mql", "sql")},
        "rules": list(rules),
        **content,
    }
    return words.in_words(parse_content(prepared(whole), FACTS))


def intent(**more: object) -> dict:
    when = {"event": "download", "within_days": 60}
    return {"id": "r", "label": "R", "kind": "intent", "points": 5, "when": when} | more


def test_the_small_print_of_a_rule_is_words():
    rule = intent(
        frequency={"count": "each", "per_day": 1, "in_all": 4},
        ageing={"kind": "linear", "days": 60},
        maximum=10,
    )

    (found,) = read(rule).groups[1].rules

    assert found.notes == (
        "counts each time, at most once a day and 4 in all",
        "fades evenly to nothing over 60 days",
        "+10 in all at most",
    )


def test_a_table_names_each_band():
    rule = {
        "id": "size",
        "label": "Size",
        "kind": "fit",
        "table": {
            "fact": "company_employees",
            "bands": [
                {"to": 9, "points": -2},
                {"from": 10, "to": 1000, "points": 15},
                {"from": 1001, "points": 12},
            ],
        },
    }

    (found,) = read(rule).groups[0].rules

    assert found.points == 15
    assert found.sentence == "Points by company size"
    assert found.bands == (
        ("up to 9 people", -2),
        ("10 to 1,000 people", 15),
        ("1,001 people or more", 12),
    )


def test_bands_start_at_the_least_whole_points_that_reach_them():
    found = read(intent(), caps={"fit": 50, "intent": 40}).bands

    assert [(name, points) for name, kind, points in found if kind == "fit"] == [
        ("A", 38),
        ("B", 25),
        ("C", 13),
        ("D", 0),
    ]
    assert [points for _, kind, points in found if kind == "intent"] == [30, 20, 10, 0]


def test_a_single_test_still_reads_as_a_list():
    rung = read().rungs[0]

    assert rung.clause == words.Clause("This", (words.Clause("E-mail is known"),))


@pytest.mark.parametrize("label", ["MQL date", "Lead Origin", "TotalVisits", "E-mail"])
def test_a_label_with_capitals_of_its_own_keeps_them_in_a_sentence(label: str) -> None:
    assert uncapital(label) == label


def test_an_ordinary_label_begins_small_in_a_sentence() -> None:
    assert uncapital("Company size") == "company size"
