"""The ledger's evidence, which the judging statement joins as text, over random lives.

Said here once more the slow way: from what the criteria see in each lead, as Python objects.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.conditions.describing import describe
from funnel.conditions.tree import walk
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.parts import Rulebook
from funnel.rulebook.saving import prepared
from funnel.stages import LADDER
from leads.explanation.evidence import LINE, Seen, read_evidence
from leads.explanation.lines import lines, why_sentence
from leads.judging.basis import Basis
from leads.judging.judgement import judge
from leads.models import Handoff, Judgement, StageChange
from tests import factories
from tests.leads.scoring import strategies
from tests.leads.scoring.rows import portal, undone, write

pytestmark = pytest.mark.django_db


def evidence(seen: Seen, rulebook: Rulebook, rung: str, total: int) -> dict[str, Any]:
    values = {told["id"]: told["value"] for told in seen.definitions[rung]}
    definition = rulebook.definitions[rung]
    criteria = [
        {"id": test.id, "says": describe(test), "value": values[test.id]}
        for test in walk(definition.condition)
    ]
    if definition.line is not None:
        says = f"score is at least {definition.line}"
        criteria.append({"id": LINE, "says": says, "value": total})
    rules = list(zip(rulebook.rules, seen.points, seen.rules, strict=True))
    return {
        "criteria": criteria,
        "points": {rule.id: points for rule, points, _ in rules if points != 0},
        "rules": {rule.id: values for rule, points, values in rules if points != 0},
    }


@settings(max_examples=40)
@given(st.data())
def test_the_ledger_keeps_what_the_criteria_saw_at_each_rise(db, data):
    moment = data.draw(strategies.moments())
    vocabulary = strategies.vocabulary(data.draw(strategies.custom_fields()))
    people = data.draw(st.lists(strategies.people(moment.at), min_size=1, max_size=3))
    rulebook = parse_content(
        prepared(data.draw(strategies.contents(vocabulary, moment.at))), vocabulary
    )
    settings_ = portal(moment)

    with undone():
        ids = write(people)
        judge(ids, Basis(factories.live_version(), rulebook, settings_, moment.at))
        seen = read_evidence(ids, rulebook, at=moment.at, portal=settings_)
        totals = dict(Judgement.objects.values_list("lead", "total"))
        rises = [
            change
            for change in StageChange.objects.filter(actor="machine", lead__in=ids)
            if change.target in LADDER[1:]
        ]
        found = [change.evidence for change in rises]
        handoffs = list(Handoff.objects.filter(lead__in=ids))
        reasons = {
            handoff.lead_id: lines(
                rulebook,
                seen[handoff.lead_id].points,
                seen[handoff.lead_id].rules,
                zone=settings_.zone,
            )
            for handoff in handoffs
        }

    assert found == [
        evidence(seen[one.lead_id], rulebook, one.target, totals[one.lead_id]) for one in rises
    ]
    for handoff in handoffs:
        told = reasons[handoff.lead_id]
        assert handoff.reasons == [line.as_dict() for line in told]
        assert handoff.why == why_sentence(told)[:300]
