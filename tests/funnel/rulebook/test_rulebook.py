"""The content of a version: what is refused and where, and the arithmetic written into it."""

from copy import deepcopy

import pytest

from funnel.conditions.values import ConditionError
from funnel.defaults import CONTENT
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import factors, prepared, with_ids
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType
from leads.facts.known import FACTS

WORDS = FACTS.with_facts(
    [
        Fact("attributes.renews", FactType.DATE, "Renews"),
        Fact(
            "attributes.purchase_timeline",
            FactType.CHOICE,
            "Purchase timeline",
            choices=tuple((c, c) for c in ("Now", "This quarter", "Within 6 months")),
        ),
    ]
)
CHAT = {"event": "chat"}
RULE = {"id": "r", "label": "R", "kind": "fit", "points": 5, "when": CHAT}
KNOWN = {"fact": "email", "op": "is_known"}


def content(**changes):
    plain = {
        "definitions": {rung: {"condition": KNOWN} for rung in ("lead", "mql", "sql")},
        "rules": [RULE],
    }
    return plain | changes


def definitions(**rungs):
    return {rung: {"condition": KNOWN} | rungs.get(rung, {}) for rung in ("lead", "mql", "sql")}


def rule(**changes):
    return content(rules=[{**RULE, **changes}])


def table(**changes):
    made = {key: value for key, value in RULE.items() if key not in ("points", "when")}
    return content(rules=[made | {"table": changes}])


def test_the_shipped_criteria_can_be_read():
    assert len(parse_content(prepared(CONTENT), WORDS).rules) == 16


@pytest.mark.parametrize(
    ("wrong", "path", "says"),
    [
        (None, "", "object"),
        ([], "", "object"),
        (content(more=1), "more", "no key"),
        (content(rules=None), "rules", "list"),
        (content(rules={}), "rules", "list"),
        (content(rules=["x"]), "rules.0", "object"),
        (content(rules=[RULE] * 201), "rules", "at most 200"),
        (content(rules=[RULE, RULE]), "rules.1.id", "twice"),
        (content(definitions=None), "definitions", "Define"),
        (content(definitions={"lead": {"condition": KNOWN}}), "definitions.mql", "MQL"),
        (content(definitions=definitions() | {"x": {}}), "definitions.x", "no key"),
        (
            content(definitions=definitions(mql={"condition": {"fact": "shoe", "op": "is"}})),
            "definitions.mql.condition.fact",
            "no fact",
        ),
        (content(definitions=definitions(lead={"line": 3})), "definitions.lead.line", "Only"),
        (content(definitions=definitions(mql={"line": 101})), "definitions.mql.line", "0 to 100"),
        (content(definitions=definitions(mql={"line": 4.5})), "definitions.mql.line", "whole"),
        (
            content(definitions=definitions(mql={"line": 60}, sql={"line": 50})),
            "definitions.sql.line",
            "not below",
        ),
        (content(caps={"fit": 0}), "caps.fit", "1 to"),
        (content(caps={"total": 5}), "caps.total", "no key"),
        (content(bands={"fit": [75, 75, 25]}), "bands.fit", "strictly"),
        (content(bands={"fit": [75, 50]}), "bands.fit", "three"),
        (content(disqualifiers={}), "disqualifiers", "list"),
        (content(disqualifiers=[{"id": "d", "label": "D"}]), "disqualifiers.0.condition", "object"),
        (
            content(disqualifiers=[{"id": "d", "label": "D", "condition": KNOWN}] * 2),
            "disqualifiers.1.id",
            "twice",
        ),
        (rule(kind="total"), "rules.0.kind", "fit or intent"),
        (rule(points=1.5), "rules.0.points", "whole"),
        (rule(points=True), "rules.0.points", "whole"),
        (rule(points=1001), "rules.0.points", "1,000"),
        (rule(label=" "), "rules.0.label", "1 to 120"),
        (rule(label="\x00"), "rules.0.label", "1 to 120"),
        (rule(when=None), "rules.0", "condition with points"),
        (rule(colour="red"), "rules.0.colour", "no key"),
        (rule(when={"fact": "fit", "op": "is", "value": 1}), "rules.0.when.fact", "scoring rules"),
        (rule(when=KNOWN, frequency={"count": "each"}), "rules.0.frequency", "one event"),
        (rule(when=KNOWN, maximum=3), "rules.0.maximum", "one event"),
        (rule(frequency={"count": "twice"}), "rules.0.frequency.count", "once or each"),
        (rule(frequency={"per_day": 1}), "rules.0.frequency", "each time"),
        (rule(frequency={"count": "each", "per_day": 0}), "rules.0.frequency.per_day", "1 to"),
        (rule(minimum=5, maximum=4), "rules.0.maximum", "not below"),
        (rule(ageing={"kind": "window", "days": 3}), "rules.0.ageing.kind", "within_days"),
        (rule(ageing={"kind": "linear", "days": 0}), "rules.0.ageing.days", "1 to"),
        (rule(ageing={"kind": "linear", "days": 10**400}), "rules.0.ageing.days", "1 to"),
        (rule(ageing={"kind": "half_life", "days": 1001}), "rules.0.ageing.days", "1,000"),
        (rule(ageing="linear"), "rules.0.ageing", "object"),
        (table(fact="shoe", bands=[]), "rules.0.table.fact", "cannot use"),
        (table(id=7, fact="cycle", bands=[{"points": 1}]), "rules.0.table.id", "1 to 40"),
        (table(fact="cycle", bands=[{"points": 1}], choices={}), "rules.0.table", "has bands"),
        (table(fact=["email"], bands=[]), "rules.0.table.fact", "cannot use"),
        (table(fact="total", bands=[{"points": 1}]), "rules.0.table.fact", "cannot use"),
        (table(fact="days_active", bands=[{"points": 1}]), "rules.0.table.fact", "cannot use"),
        (table(fact="attributes.renews", choices={"x": 1}), "rules.0.table.fact", "cannot use"),
        (table(fact="cycle", choices={"1": 1}), "rules.0.table", "has bands"),
        (table(fact="cycle", bands=[]), "rules.0.table.bands", "1 to 50"),
        (table(fact="cycle", bands=[{"from": 1}]), "rules.0.table.bands.0.points", "whole"),
        (
            table(fact="cycle", bands=[{"from": "1", "points": 1}]),
            "rules.0.table.bands.0.from",
            "number",
        ),
        (
            table(fact="cycle", bands=[{"from": float("nan"), "points": 1}]),
            "rules.0.table.bands.0.from",
            "number",
        ),
        (
            table(fact="cycle", bands=[{"from": 9, "to": 1, "points": 1}]),
            "rules.0.table.bands.0.to",
            "above",
        ),
        (table(fact="country", choices={"XX": 1}), "rules.0.table.choices.XX", "one of"),
        (
            table(fact="attributes.purchase_timeline", choices={"Noww": 5}),
            "rules.0.table.choices.Noww",
            "one of",
        ),
        (
            table(fact="consent_marketing", choices={"yes": 5}),
            "rules.0.table.choices.yes",
            "true, false",
        ),
    ],
)
def test_wrong_criteria_are_refused_at_the_exact_place(wrong, path, says):
    with pytest.raises(ConditionError) as refused:
        parse_content(prepared(wrong), WORDS)

    assert (refused.value.path, says in refused.value.message) == (path, True), refused.value


def test_preparing_leaves_what_it_was_given_alone():
    given = content(rules=[RULE | {"ageing": {"kind": "linear", "days": 10}}])
    before = deepcopy(given)

    prepared(given)

    assert given == before


def test_linear_points_fall_evenly_to_nothing():
    assert factors("linear", 4, 10) == (10_000, 7_500, 5_000, 2_500)


def test_half_of_the_points_are_left_after_the_half_life():
    shares = factors("half_life", 30, 25)

    assert (shares[0], shares[30], shares[60]) == (10_000, 5_000, 2_500)
    assert list(shares) == sorted(shares, reverse=True)


@pytest.mark.parametrize("points", [1, -1, 25, -40, 1000])
def test_points_worth_less_than_a_twentieth_count_nothing(points):
    shares = factors("half_life", 7, points)

    assert abs(points) * shares[-1] >= 500
    next_share = 10_000 * 0.5 ** (len(shares) / 7)
    assert abs(points) * next_share < 501


def test_no_points_have_no_ageing():
    assert factors("linear", 30, 0) == ()


def test_the_factors_a_version_keeps_are_those_it_is_scored_with():
    ready = prepared(rule(ageing={"kind": "linear", "days": 2}))
    ready["rules"][0]["ageing"]["factors"] = [10_000, 1]

    assert parse_content(ready, WORDS).rules[0].ageing.factors == (10_000, 1)
    # A person who types factors gets the computed ones.
    assert prepared(ready)["rules"][0]["ageing"]["factors"] == [10_000, 5_000]


@pytest.mark.parametrize(
    "shares", [[10_000, 1, 2], [10_001], [5, -1], [1.5], [True], "10000", None, [10_000, 0]]
)
def test_factors_that_nobody_computed_are_refused(shares):
    made = rule(ageing={"kind": "linear", "days": 2, "factors": shares})

    with pytest.raises(ConditionError, match=r"^rules\.0\.ageing\.factors: "):
        parse_content(made, WORDS)


@pytest.mark.parametrize(("kind", "days"), [("linear", 3650), ("half_life", 1000)])
def test_the_slowest_ageing_runs_to_its_end(kind, days):
    shares = factors(kind, days, 1000)

    assert shares[-1] <= 2
    assert prepared(rule(points=1000, ageing={"kind": kind, "days": days}))


def in_table(when, **more):
    made = {key: value for key, value in RULE.items() if key != "points"}
    bands = {"fact": "cycle", "bands": [{"points": 1}]} | more
    return content(rules=[made | {"when": when, "table": bands}])


@pytest.mark.parametrize(
    "when",
    [
        {"id": "table", "fact": "email", "op": "is_known"},
        {"id": "x", "any": [{"id": "table", "not": CHAT}]},
        {"id": "table", "all": [{"id": "table-2", "event": "chat"}]},
    ],
)
def test_a_table_and_the_condition_before_it_have_ids_of_their_own(when):
    made = in_table(when)
    rulebook = parse_content(made, WORDS)

    saved = with_ids(made, rulebook)

    id_ = rulebook.rules[0].table[0].id
    assert id_ in ("table-2", "table-3")
    assert saved["rules"][0]["table"]["id"] == id_
    assert parse_content(saved, WORDS) == rulebook


def test_the_id_of_a_table_written_twice_by_hand_is_refused():
    made = in_table({"id": "size", "fact": "email", "op": "is_known"}, id="size")

    with pytest.raises(ConditionError) as refused:
        parse_content(made, WORDS)

    assert refused.value.path == "rules.0.table.id"


def test_what_is_saved_leaves_nothing_to_a_default():
    made = {"definitions": definitions(mql={"line": None})}

    saved = with_ids(made, parse_content(made, WORDS))

    assert saved == {
        "definitions": {
            rung: {"condition": {"id": "c1", **KNOWN}} for rung in ("lead", "mql", "sql")
        },
        "disqualifiers": [],
        "rules": [],
        "caps": {"fit": 50, "intent": 50},
        "bands": {"fit": [75, 50, 25], "intent": [75, 50, 25]},
    }


def test_criteria_ask_a_thousand_questions_at_most():
    some = {"any": [CHAT] * 100}
    rules = [{**RULE, "id": f"r{n}", "when": some} for n in range(10)]

    with pytest.raises(ConditionError, match="at most 1,000 tests"):
        parse_content(content(rules=rules), WORDS)

    assert len(parse_content(content(rules=rules[1:]), WORDS).tests()) == 903
