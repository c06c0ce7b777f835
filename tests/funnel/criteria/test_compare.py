"""What changed between two rulebooks is said in sentences, each kind of change in its place."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from funnel.criteria.compare import Change, Comparison, compare
from funnel.defaults import CONTENT
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from leads.facts import known

pytestmark = pytest.mark.django_db

Edit = Callable[[dict[str, Any]], None]


def rulebook(content):
    return parse_content(prepared(content), known.record_vocabulary())


def compared(edit: Edit) -> Comparison:
    after = deepcopy(CONTENT)
    edit(after)
    return compare(rulebook(CONTENT), rulebook(after))


def only(comparison: Comparison, title: str) -> Change:
    """The one change there is, which stands in the part of this title."""
    (found,) = [(part.title, change) for part in comparison.parts for change in part.changes]
    assert found[0] == title
    return found[1]


def rule(content, id_):
    return next(one for one in content["rules"] if one["id"] == id_)


def test_equal_rulebooks_are_the_same():
    comparison = compared(lambda content: None)

    assert comparison.is_same
    assert comparison.count == 0
    assert {part.title: part.folded for part in comparison.parts}["Fit rules"] == (
        "6 rules are the same"
    )


def test_a_line_that_moved():
    def edit(content):
        content["definitions"]["sql"]["line"] = 75

    change = only(compared(edit), "The two lines")

    assert change == Change(
        "The SQL line", ("An SQL needs 70 points",), ("An SQL needs 75 points",)
    )


def test_a_line_that_is_taken_away():
    def edit(content):
        del content["definitions"]["mql"]["line"]

    change = only(compared(edit), "The two lines")

    assert change.after == ("An MQL needs no points",)


def test_a_definition_says_only_the_clauses_that_changed():
    def edit(content):
        content["definitions"]["sql"]["condition"]["all"][0]["value"] = 25

    change = only(compared(edit), "Definitions")

    assert change.label == "An SQL"
    assert change.before == ("Intent is at least 20 points",)
    assert change.after == ("Intent is at least 25 points",)


def test_a_definition_whose_clauses_need_not_all_hold_any_more():
    def edit(content):
        condition = content["definitions"]["mql"]["condition"]
        condition["any"] = condition.pop("all")

    change = only(compared(edit), "Definitions")

    assert "Consent to marketing is given" in change.before
    assert "At least one of these: Consent to marketing is given" in change.after


def test_a_rule_with_other_points():
    comparison = compared(lambda content: rule(content, "pricing").update(points=20))

    change = only(comparison, "Intent rules")

    assert change.before == ("Gives +15",)
    assert change.after == ("Gives +20",)
    assert (change.kind, comparison.of("pricing")) == ("changed", change)


def test_a_new_rule_is_said_in_full():
    def edit(content):
        content["rules"].append(
            {
                "id": "quote",
                "label": "Asked for a quote",
                "kind": "intent",
                "points": 18,
                "when": {"id": "quote-1", "event": "quote", "within_days": 60},
                "frequency": {"count": "each", "per_day": 1},
                "ageing": {"kind": "half_life", "days": 30},
            }
        )

    change = only(compared(edit), "Intent rules")

    assert (change.kind, change.before) == ("new", ())
    assert change.after[0] == "Gives +18"
    assert "counts each time, at most once a day" in change.after
    assert "halves every 30 days" in change.after


def test_a_removed_rule_is_said_in_full():
    def edit(content):
        content["rules"] = [one for one in content["rules"] if one["id"] != "chat"]

    change = only(compared(edit), "Intent rules")

    assert (change.kind, change.after) == ("gone", ())
    assert change.before == ("Gives +6", "Asked in the chat in the last 30 days")


def test_a_rule_with_another_condition_keeps_quiet_about_its_points():
    def edit(content):
        rule(content, "pricing")["when"]["at_least"] = 4

    change = only(compared(edit), "Intent rules")

    assert len(change.before) == len(change.after) == 1
    assert "3 times" in change.before[0]
    assert "4 times" in change.after[0]


@pytest.mark.parametrize(
    ("id_", "more", "before", "after"),
    [
        ("click", {"frequency": {"count": "each", "per_day": 2}}, "once a day", "2 a day"),
        ("demo", {"ageing": {"kind": "linear", "days": 40}}, "halves every 30", "fades evenly"),
        ("webinar", {"maximum": 24}, "+16 in all", "+24 in all"),
        ("webinar", {"minimum": 4}, "", "+4 at least"),
    ],
)
def test_frequency_ageing_and_limits_of_a_rule(id_, more, before, after):
    change = only(compared(lambda content: rule(content, id_).update(more)), "Intent rules")

    assert before in "; ".join(change.before)
    assert after in "; ".join(change.after)


def test_one_line_of_a_table():
    def edit(content):
        rule(content, "size")["table"]["bands"][1]["points"] = 8

    change = only(compared(edit), "Fit rules")

    assert len(change.before) == len(change.after) == 1
    assert change.before[0].endswith("50 to 199 people: +10")
    assert change.after[0].endswith("50 to 199 people: +8")


def test_a_renamed_rule_is_the_same_rule():
    def edit(content):
        rule(content, "chat")["label"] = "Wrote in the chat"

    change = only(compared(edit), "Intent rules")

    assert change.before == ("Is called “Asked in the chat”",)
    assert change.after == ("Is called “Wrote in the chat”",)


def test_a_rule_that_became_one_of_the_other_kind_leaves_and_comes():
    comparison = compared(lambda content: rule(content, "timeline").update(kind="fit"))

    by_title = {part.title: [one.kind for one in part.changes] for part in comparison.parts}
    assert (by_title["Fit rules"], by_title["Intent rules"]) == (["new"], ["gone"])


def test_another_order_is_said_since_it_is_signed():
    def edit(content):
        content["rules"][0], content["rules"][1] = content["rules"][1], content["rules"][0]

    change = only(compared(edit), "Fit rules")

    assert change.label == "Their order"
    assert change.before[0].startswith("Decides or signs, Company size")
    assert change.after[0].startswith("Company size, Decides or signs")


def test_caps():
    change = only(compared(lambda content: content["caps"].update(intent=60)), "Caps and grades")

    assert change.before == ("Intent gives at most 50 points",)
    assert change.after == ("Intent gives at most 60 points",)


def test_grades():
    change = only(
        compared(lambda content: content["bands"].update(fit=[80, 50, 25])), "Caps and grades"
    )

    assert change.before == ("A, B, C start at 75, 50 and 25 % of it",)
    assert change.after == ("A, B, C start at 80, 50 and 25 % of it",)


def test_who_is_kept_out():
    def edit(content):
        content["disqualifiers"] = [
            {
                "id": "rival",
                "label": "Works for a competitor",
                "condition": {"id": "r", "fact": "company", "op": "is", "value": "Rival"},
            }
        ]

    (part,) = [part for part in compared(edit).parts if part.title == "Kept out"]

    assert [(one.kind, one.label) for one in part.changes] == [
        ("gone", "Uses a disposable e-mail address"),
        ("new", "Works for a competitor"),
    ]


def test_there_and_back_are_mirror_images():
    after = deepcopy(CONTENT)
    rule(after, "pricing")["points"] = 20
    there = compare(rulebook(CONTENT), rulebook(after))
    back = compare(rulebook(after), rulebook(CONTENT))

    assert (there.of("pricing").before, there.of("pricing").after) == (
        back.of("pricing").after,
        back.of("pricing").before,
    )
