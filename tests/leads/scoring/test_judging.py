"""Judging as it happens, with what people said against the machine: explained, and left alone.

The scores themselves are compared in test_agreement; here are adjustments, overrides, graces and
the stored result.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared
from funnel.stages import LADDER, Stage
from funnel.versions import current
from leads.explanation.stored import explain
from leads.judging.basis import Basis
from leads.judging.judgement import judge
from leads.models import Adjustment, Lead
from tests import factories
from tests.leads.scoring import strategies
from tests.leads.scoring.rows import portal, undone, write

pytestmark = pytest.mark.django_db
# What judging decides; `scored_at` tells whether it wrote anything.
RESULT = (
    "stage",
    "fit",
    "intent",
    "total",
    "grade",
    "points",
    "disqualifier",
    "below_since",
    "held_until",
    "scored_at",
)


def spans(most: int) -> st.SearchStrategy[timedelta]:
    """Up to so many days, often whole ones."""
    whole = st.integers(0, most).map(lambda days: timedelta(days=days))
    return whole | st.timedeltas(timedelta(0), timedelta(days=most))


@st.composite
def adjustments(draw: st.DrawFn, at: datetime) -> list[dict]:
    made = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["fit", "intent"]),
            "points": st.integers(-90, 90).filter(bool),
            "created_at": spans(20).map(lambda span: at - span),
            "lasts": spans(40),
        }
    )
    return draw(st.lists(made, max_size=3))


@st.composite
def standings(draw: st.DrawFn, at: datetime) -> dict:
    """Where a lead may stand before it is judged."""
    stage = draw(st.sampled_from([*LADDER, Stage.DISQUALIFIED, Stage.CLAIMED]))
    fields: dict = {"stage": stage, "stale_at": at}
    if stage == Stage.DISQUALIFIED:
        fields["disqualifier"] = draw(st.sampled_from(["", "dq-0", "dq-9"]))
    elif stage in LADDER:
        fields["held_until"] = draw(st.none() | spans(9).map(lambda span: at + span))
        fields["below_since"] = draw(st.none() | spans(5).map(lambda span: at - span))
    return fields


def way_to(stage: Stage) -> list[Stage]:
    """The moves of a new lead that end there."""
    if stage == Stage.DISQUALIFIED:
        return [stage]
    path = [*LADDER, Stage.CLAIMED]
    return path[1 : path.index(stage) + 1]


class Case:
    """One lead as it was judged, by random criteria, at a random moment."""

    def __init__(self, data: st.DataObject) -> None:
        self.moment = data.draw(strategies.moments())
        at = self.moment.at
        words = strategies.vocabulary(data.draw(strategies.custom_fields()))
        self.person = data.draw(strategies.people(at))
        self.adjusted = data.draw(adjustments(at))
        self.standing = data.draw(standings(at))
        content = data.draw(strategies.contents(words, at))
        self.rulebook = parse_content(prepared(content), words)

    def write(self) -> int:
        (pk,) = write([self.person])
        boss = factories.sales_manager()
        # Judged before by the same version, so that a grace counts.
        scored = factories.scored(0, 0, self.moment.at - timedelta(days=1))
        standing = dict(self.standing)
        factories.moved(Lead.objects.get(pk=pk), *way_to(standing.pop("stage")), at=self.moment.at)
        Lead.objects.filter(pk=pk).update(**scored | standing)
        for item in self.adjusted:
            lasts = item["lasts"]
            fields = {name: value for name, value in item.items() if name != "lasts"}
            ends_at = item["created_at"] + lasts
            Adjustment.objects.create(
                lead_id=pk, reason="Met them", author=boss, ends_at=ends_at, **fields
            )
        return pk

    def judge(self, pk: int, at: datetime) -> Lead:
        judge([pk], Basis(current.live(), self.rulebook, portal(self.moment), at))
        return Lead.objects.select_related("version").get(pk=pk)


@settings(max_examples=40)
@given(st.data())
def test_a_stored_score_is_reproduced_by_its_lines(db, data):
    case = Case(data)

    with undone():
        lead = case.judge(case.write(), case.moment.at)
        found = explain(lead, rulebook=case.rulebook, portal=portal(case.moment))

    for kind in ("fit", "intent"):
        told = [line for line in found.lines if line.kind == kind]
        assert sum(line.points for line in told) == getattr(lead, kind) == getattr(found, kind)
        exact = sum(line.points for line in told if not line.cut)
        assert min(max(exact, 0), case.rulebook.caps[kind]) == getattr(lead, kind)
    assert found.total == lead.judgement.total == lead.judgement.fit + lead.judgement.intent
    of_rules = {line.rule: None if line.unknown else line.points for line in found.lines}
    stored = zip(case.rulebook.rules, lead.judgement.points, strict=True)
    assert all(of_rules.get(rule.id, 0) == points for rule, points in stored)


@settings(max_examples=40)
@given(st.data())
def test_judging_before_the_moment_named_changes_nothing(db, data):
    case = Case(data)
    shares = data.draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=2))

    with undone():
        pk = case.write()
        at = case.moment.at
        lead = case.judge(pk, at)
        end = lead.judgement.rescore_at or at + timedelta(days=4000)
        assert end > at
        before = [getattr(lead, name) for name in RESULT]
        for share in [*sorted(shares), 1]:
            then = min(at + (end - at) * share, end - timedelta(microseconds=1))
            lead = case.judge(pk, then)
            assert [getattr(lead, name) for name in RESULT] == before, then


@settings(max_examples=30)
@given(st.data())
def test_a_second_judgement_at_the_same_moment_changes_nothing(db, data):
    case = Case(data)

    with undone():
        pk = case.write()
        first = case.judge(pk, case.moment.at)
        again = case.judge(pk, case.moment.at)

    names = (*RESULT, "rescore_at", "stale_at")
    assert [getattr(first, n) for n in names] == [getattr(again, n) for n in names]
