"""Conditions are refused where they are wrong, and read back as they were written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.conditions.describing import describe, sentence
from funnel.conditions.parsing import parse
from funnel.conditions.tree import dump, facts
from funnel.conditions.values import ConditionError
from funnel.vocabulary.facts import Fact, Use
from funnel.vocabulary.operators import FactType
from leads.facts.known import FACTS
from tests.leads.scoring import strategies

WORDS = FACTS.with_facts(
    [
        Fact("attributes.renews", FactType.DATE, "Renews"),
        Fact("attributes.seats", FactType.NUMBER, "Seats", unit="seats"),
        Fact(
            "attributes.plan", FactType.CHOICE, "Plan", choices=(("Pro", "Pro"), ("Free", "Free"))
        ),
        Fact("attributes.uses", FactType.CHOICES, "Uses", choices=(("CRM", "CRM"), ("ERP", "ERP"))),
    ]
)
RENEWS = {"fact": "days_until.attributes.renews", "op": "at_most", "value": 30}
KNOWN = {"fact": "email", "op": "is_known"}


def read(data, use=Use.RULE):
    return parse(data, WORDS, use=use)


def nested(depth, leaf=KNOWN):
    for _ in range(depth - 1):
        leaf = {"not": leaf}
    return leaf


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        (None, "", "Give an object"),
        ([], "", "Give an object"),
        ({}, "", "exactly one of"),
        ({"all": [KNOWN], "any": [KNOWN]}, "", "exactly one of"),
        ({"all": []}, "all", "at least one"),
        ({"any": KNOWN}, "any", "at least one"),
        ({"all": [KNOWN, "x"]}, "all.1", "Give an object"),
        ({"all": [KNOWN], "extra": 1}, "extra", "no key"),
        ({"not": KNOWN, "value": 1}, "value", "no key"),
        ({"fact": "shoe_size", "op": "is", "value": 1}, "fact", "no fact"),
        ({"fact": ["email"], "op": "is_known"}, "fact", "no fact"),
        ({"fact": "email", "op": "at_least", "value": 1}, "op", "can be tested with"),
        ({"fact": "email"}, "op", "can be tested with"),
        ({"fact": "email", "op": ["is"]}, "op", "can be tested with"),
        ({"fact": "email", "op": "is"}, "value", "needs one value"),
        ({"fact": "email", "op": "is", "value": 3}, "value", "text"),
        ({"fact": "email", "op": "is", "value": "   "}, "value", "text"),
        ({"fact": "email", "op": "is", "value": "a\x00b"}, "value", "text"),
        ({"fact": "email", "op": "is", "value": "\ud800"}, "value", "text"),
        ({"fact": "email", "op": "is", "value": "x" * 201}, "value", "text"),
        ({"fact": "email", "op": "is_known", "value": True}, "value", "no value"),
        ({"fact": "email", "op": "is_any_of", "value": "a"}, "value", "list"),
        ({"fact": "email", "op": "is_any_of", "value": []}, "value", "list"),
        ({"fact": "email", "op": "is_any_of", "value": ["a", 2]}, "value.1", "text"),
        ({"fact": "email", "op": "is_any_of", "value": ["a"] * 501}, "value", "1 to 500"),
        ({"fact": "email", "op": "is_known", "within_days": 3}, "within_days", "no window"),
        ({"fact": "email", "op": "is_known", "event": "chat"}, "event", "no event"),
        ({"fact": "cycle", "op": "is", "value": True}, "value", "number"),
        ({"fact": "cycle", "op": "is", "value": float("nan")}, "value", "number"),
        ({"fact": "cycle", "op": "is", "value": float("inf")}, "value", "number"),
        ({"fact": "cycle", "op": "is", "value": 10**400}, "value", "number"),
        ({"fact": "cycle", "op": "between", "value": [3, 1]}, "value", "lower first"),
        ({"fact": "cycle", "op": "between", "value": [1, 2, 3]}, "value", "two values"),
        ({"fact": "consent_marketing", "op": "is", "value": "yes"}, "value", "true"),
        ({"fact": "country", "op": "is", "value": "XX"}, "value", "one of"),
        ({"fact": "attributes.plan", "op": "is", "value": "pro"}, "value", "one of: Pro, Free"),
        ({"fact": "attributes.plan", "op": "is", "value": []}, "value", "one of"),
        ({"fact": "attributes.uses", "op": "is", "value": "CRM"}, "op", "includes_any_of"),
        ({"fact": "attributes.renews", "op": "is", "value": "soon"}, "value", "date"),
        ({"fact": "attributes.renews", "op": "within_next", "value": 0}, "value", "1 to 3,650"),
        ({"fact": "attributes.renews", "op": "within_next", "value": 1.5}, "value", "whole days"),
        ({"fact": "days_active", "op": "at_least", "value": 1}, "within_days", "needs a window"),
        ({"fact": "days_since", "op": "at_least", "value": 1}, "event", "needs event"),
        ({"event": ""}, "event", "Name an event"),
        ({"event": {"x": 1}}, "event", "Name an event"),
        ({"event": "chat", "at_least": 0}, "at_least", "from 1 to 10,000"),
        ({"event": "chat", "at_least": True}, "at_least", "from 1 to 10,000"),
        ({"event": "chat", "within_days": 3651}, "within_days", "1 to 3,650"),
        ({"event": "chat", "value": 1}, "value", "no key"),
        ({"event": "chat", "where": {}}, "where", "list"),
        ({"event": "chat", "where": ["x"]}, "where.0", "object"),
        ({"event": "chat", "where": [{"op": "is", "value": "x"}]}, "where.0.property", "property"),
        (
            {"event": "chat", "where": [{"property": "n", "op": "at_least", "value": "3"}]},
            "where.0.value",
            "number",
        ),
        ({"event": "chat", "where": [{"property": "n", "op": "is_not"}]}, "where.0.op", "property"),
        (
            {"event": "chat", "where": [{"property": "n", "op": "is", "value": []}]},
            "where.0.value",
            "1 to 200",
        ),
        (
            {"event": "chat", "where": [{"property": "n", "op": "is_any_of", "value": [1, None]}]},
            "where.0.value.1",
            "1 to 200",
        ),
        (
            {"event": "chat", "where": [{"property": "n", "op": "contains", "value": 3}]},
            "where.0.value",
            "1 to 200",
        ),
        ({"fact": "region", "op": "is", "value": "EMEA"}, "value", "one of: Northern America"),
        ({"fact": "days_until.created", "op": "is", "value": 1}, "fact", "no fact"),
        ({"fact": "consent_smoking", "op": "is", "value": True}, "fact", "no fact"),
        ({"id": "line", "event": "chat"}, "id", "definition's line"),
        ({"id": "", "event": "chat"}, "id", "1 to 40"),
        ({"id": 7, "event": "chat"}, "id", "1 to 40"),
        ({"id": "a", "not": {"id": "a", "event": "chat"}}, "not.id", "twice"),
        ({"any": [KNOWN, {"not": {"fact": "email", "op": "no"}}]}, "any.1.not.op", "tested with"),
    ],
)
def test_a_wrong_condition_is_refused_at_the_exact_place(data, path, says):
    with pytest.raises(ConditionError) as refused:
        read(data)

    assert (refused.value.path, says in refused.value.message) == (path, True), refused.value


def test_conditions_nest_six_deep_and_not_seven():
    assert read(nested(6))

    with pytest.raises(ConditionError, match="at most 6 deep") as refused:
        read(nested(7))
    assert refused.value.path == ".".join(["not"] * 6)


def test_a_condition_has_two_hundred_tests_and_not_one_more():
    assert read({"any": [KNOWN] * 200})

    with pytest.raises(ConditionError, match="at most 200 tests") as refused:
        read({"any": [KNOWN] * 201})
    assert refused.value.path == "any.200"


@pytest.mark.parametrize("fact", ["fit", "intent", "total"])
def test_a_score_is_no_fact_for_the_rules_that_make_it(fact):
    data = {"fact": fact, "op": "at_least", "value": 20}

    with pytest.raises(ConditionError, match="cannot be used in scoring rules"):
        read(data, Use.RULE)
    assert read(data, Use.DEFINITION) and read(data, Use.ROUTING)


@pytest.mark.parametrize("use", [Use.RULE, Use.DEFINITION])
def test_the_stage_is_a_fact_for_routing_only(use):
    data = {"fact": "stage", "op": "is", "value": "sql"}

    with pytest.raises(ConditionError, match="Stage cannot be used in"):
        read(data, use)
    assert read(data, Use.ROUTING)


def test_missing_ids_are_given_and_kept():
    tree = read({"all": [KNOWN, {"id": "mine", "event": "chat"}]})

    assert dump(tree)["all"][1]["id"] == "mine"
    assert len({tree.id, *(item.id for item in tree.items)}) == 3


def test_an_id_that_is_given_is_never_one_written_further_on():
    tree = read(
        {"any": [{"event": "chat"}, {"id": "c1", "event": "download"}, {"id": "c2"} | KNOWN]}
    )

    assert [item.id for item in tree.items] == ["c4", "c1", "c2"]
    assert tree.id == "c3"


def test_a_condition_names_the_facts_it_asks():
    tree = read({"all": [KNOWN, {"not": {"event": "chat"}}, {"any": [RENEWS]}]})

    assert facts(tree) == {"email", "days_until.attributes.renews"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_written_reads_back_as_it_was(data):
    words = strategies.vocabulary(data.draw(strategies.custom_fields()))
    at = strategies.MOMENTS[0]
    tree = parse(
        data.draw(strategies.conditions(words, Use.DEFINITION, at)), words, use=Use.DEFINITION
    )

    assert parse(dump(tree), words, use=Use.DEFINITION) == tree
    assert dump(parse(dump(tree), words, use=Use.DEFINITION)) == dump(tree)
    assert describe(tree)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (KNOWN, "E-mail is known."),
        ({"fact": "job_title", "op": "is", "value": "VP"}, "Job title is “VP”."),
        (
            {"fact": "job_title", "op": "contains_any_word", "value": ["vp", "head", "ceo"]},
            "Job title contains any of the words “vp”, “head” or “ceo”.",
        ),
        (
            {"fact": "company_employees", "op": "between", "value": [200, 1000]},
            "Company size is between 200 and 1,000 people.",
        ),
        (
            {"fact": "country", "op": "is_any_of", "value": ["SE", "NO"]},
            "Country is any of Sweden or Norway.",
        ),
        ({"fact": "country_we_sell_to", "op": "is", "value": True}, "Is in a country we sell to."),
        (
            {"fact": "consent_marketing", "op": "is", "value": True},
            "Consent to marketing is given.",
        ),
        (
            {"fact": "attributes.renews", "op": "within_next", "value": 30},
            "Renews is within the next 30 days.",
        ),
        (
            {"fact": "attributes.renews", "op": "before", "value": "2026-03-31"},
            "Renews is before 31 March 2026.",
        ),
        (
            {"fact": "attributes.renews", "op": "more_than_days_ago", "value": 1},
            "Renews was more than a day ago.",
        ),
        (
            {"fact": "days_active", "op": "at_least", "value": 3, "within_days": 30},
            "Days active is at least 3 days in the last 30 days.",
        ),
        (
            {"fact": "days_since", "op": "at_most", "value": 7, "event": "demo_request"},
            "Days since they asked for a demo is at most 7 days.",
        ),
        (RENEWS, "Days until renews is at most 30 days."),
        (
            {"fact": "sales_area", "op": "is_any_of", "value": ["EMEA", "APAC"]},
            "Sales area is any of EMEA or APAC.",
        ),
        (
            {
                "event": "trial_started",
                "where": [
                    {"property": "seats", "op": "is_any_of", "value": [5, "five"]},
                    {"property": "paid", "op": "is", "value": True},
                ],
            },
            "Started a trial whose seats is any of 5 or “five” and paid is yes.",
        ),
        ({"event": "demo_request"}, "Asked for a demo."),
        (
            {
                "event": "page_view",
                "where": [{"property": "path", "op": "starts_with", "value": "/pricing"}],
                "at_least": 3,
                "within_days": 7,
            },
            "Visited a page whose path starts with “/pricing” at least 3 times in the last 7 days.",
        ),
        ({"event": "beta_signup"}, "Did “beta signup”."),
        (
            {"all": [KNOWN, {"any": [{"event": "chat"}, {"not": {"event": "download"}}]}]},
            "E-mail is known and (asked in the chat or it is not so that downloaded something).",
        ),
    ],
)
def test_every_condition_says_itself_in_one_english_sentence(data, says):
    assert sentence(read(data)) == says
