"""As many rules as criteria may have, and none: PostgreSQL takes them, and explains them."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.explanation.stored import explain
from leads.judging.due import drain
from leads.models import Lead, StageChange
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGEING = [None, {"kind": "linear", "days": 20}, {"kind": "half_life", "days": 9}]
FREQUENCIES = [
    {"count": "once"},
    {"count": "each"},
    {"count": "each", "per_day": 1},
    {"count": "each", "in_all": 2},
]


def event_rule(number):
    rule = {
        "id": f"event-{number}",
        "label": f"Event {number}",
        "kind": "intent",
        "points": number % 7 - 2,
        "when": {"event": f"type_{number % 5}", "within_days": 10 + number % 30},
        "frequency": FREQUENCIES[number % 4],
        "maximum": 9,
    }
    ageing = AGEING[number % 3]
    return rule | ({"ageing": ageing} if ageing else {})


def fact_rule(number):
    asks = [
        {"fact": "job_title", "op": "contains_any_word", "value": [f"word {number}", "vp"]},
        {"fact": "company_employees", "op": "at_least", "value": number},
        {"not": {"fact": "city", "op": "is", "value": f"City {number}"}},
    ]
    when = {"any": asks} if number % 2 else {"all": asks}
    return {
        "id": f"fact-{number}",
        "label": f"Fact {number}",
        "kind": "fit",
        "points": number % 5 - 1,
        "when": when,
    }


def many():
    content = simple.content(mql=0, sql=0)
    content["rules"] = [event_rule(n) for n in range(120)] + [fact_rule(n) for n in range(80)]
    anything = [{"event": f"type_{n % 7}", "within_days": n + 1} for n in range(150)]
    content["definitions"]["sql"]["condition"] = {"any": anything}
    return content


def busy_lead():
    lead = factories.lead(created_at=NOW, stale_at=NOW)
    factories.consent(lead)
    for n in range(40):
        factories.event(lead, f"type_{n % 5}", occurred_at=NOW - timedelta(hours=7 * n))
    return lead


def test_two_hundred_rules_score_and_explain_a_lead():
    factories.switched_on(many(), at=NOW - timedelta(days=1))
    pk = busy_lead().pk

    assert drain(at=NOW) == 1

    lead = Lead.objects.select_related("version").get(pk=pk)
    assert (lead.stage, lead.judgement.parked_error, len(lead.judgement.points)) == ("sql", "", 200)
    explanation = explain(lead)
    for kind in ("fit", "intent"):
        told = [line for line in explanation.lines if line.kind == kind]
        assert sum(line.points for line in told) == getattr(lead, kind)
    evidence = StageChange.objects.get(lead=lead, target="sql").evidence
    assert len(evidence["criteria"]) == 151


def test_a_thousand_tests_score_and_explain_a_lead():
    content = many()
    content["rules"] = [
        {
            "id": f"r{n}",
            "label": f"Rule {n}",
            "kind": "intent",
            "points": 1,
            "when": {
                "any": [
                    {"event": f"type_{m}", "within_days": n + 1, "at_least": m + 1}
                    for m in range(8)
                ]
            },
        }
        for n in range(105)
    ]
    factories.switched_on(content, at=NOW - timedelta(days=1))
    pk = busy_lead().pk

    drain(at=NOW)

    lead = Lead.objects.select_related("version").get(pk=pk)
    assert (lead.stage, lead.judgement.parked_error, lead.judgement.intent) == ("sql", "", 50)
    assert sum(line.points for line in explain(lead).lines) == lead.judgement.total


def test_no_rules_at_all_are_criteria_too():
    content = simple.content(mql=0, sql=0) | {"rules": [], "disqualifiers": []}
    factories.switched_on(content, at=NOW - timedelta(days=1))
    pk = busy_lead().pk

    drain(at=NOW)

    lead = Lead.objects.select_related("version").get(pk=pk)
    assert (lead.stage, lead.judgement.total, lead.judgement.points, lead.judgement.grade) == (
        "sql",
        0,
        [],
        "D4",
    )
    assert explain(lead).lines == ()
    assert [item.event for item in explain(lead).unscored] == [f"type_{n}" for n in range(5)]


def test_a_lead_of_whom_nothing_is_known_is_scored_and_has_no_grade():
    factories.switched_on(simple.content(), at=NOW - timedelta(days=1))
    (lead,) = factories.begun([Lead(created_at=NOW, stale_at=NOW)])

    drain(at=NOW)

    lead.refresh_from_db()
    assert (lead.stage, lead.judgement.total, lead.judgement.grade) == ("inquiry", 0, "?")
    (line,) = explain(lead).lines
    assert (line.label, line.unknown, line.points) == ("Decides", True, 0)
