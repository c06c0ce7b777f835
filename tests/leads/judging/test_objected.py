"""Who objects to being scored is let go of by the criteria, and people decide."""

import pytest

from funnel.stages import Stage
from leads.by_hand import disqualifying, points, stages
from leads.by_hand.terms import OverrideRefused
from leads.explanation.stored import explain
from leads.handoffs import claims
from leads.impact import reading
from leads.invariants import invariants
from leads.judging import objected
from leads.judging.due import oldest_due
from leads.judging.judgement import qualify
from leads.models import DayScore, Handoff, Judgement, Lead, News, Override, StageChange
from tests import factories
from tests.leads.judging import simple
from tests.leads.judging.conftest import NOON, later

pytestmark = pytest.mark.django_db
NO, AGAIN = {"scoring": False}, {"scoring": {"given": True, "text": "You may score me again"}}
REASON = "They objected to being scored"


@pytest.fixture
def sql(arrive, happen, judged):
    """Somebody in the queue."""
    lead = arrive()
    happen(lead)
    return judged(lead)


def moves(lead):
    rows = StageChange.objects.filter(lead=lead).order_by("id")
    return list(rows.values_list("origin", "target", "reason"))


def score(lead):
    return Judgement.objects.values_list("total", "version", "scored_at", "points").get(pk=lead.pk)


def holds():
    assert [a.name for a in invariants.violations() if a.offences] == []
    return True


def test_who_objects_has_no_score_and_is_an_inquiry_again(sql, arrive, judged):
    arrive(at=later(hours=1), consent=NO)

    lead = judged(sql, later(hours=1))

    assert lead.stage == Stage.INQUIRY
    assert score(lead) == (None, None, None, [])
    assert explain(lead) is None
    assert not DayScore.objects.exists()
    assert moves(lead)[-3:] == [
        ("sql", "mql", REASON),
        ("mql", "lead", REASON),
        ("lead", "inquiry", REASON),
    ]
    handoff = Handoff.objects.get()
    assert (handoff.state, handoff.outcome, handoff.total) == ("closed", "withdrawn", 30)
    assert holds()


def test_nothing_makes_them_due_again(sql, arrive, happen, judged):
    arrive(at=later(hours=1), consent=NO)
    judged(sql, later(hours=1))

    happen(sql, "chat", at=later(hours=2))
    factories.switched_on(simple.content(sql=20), at=later(hours=3))
    lead = judged(sql, later(hours=4))

    assert (lead.stage, score(lead)[0]) == (Stage.INQUIRY, None)
    assert not News.objects.exists()
    assert oldest_due(at=later(days=99)) is None
    assert holds()


def test_others_of_the_batch_are_judged(criteria, arrive, judged):
    no = arrive(consent={"marketing": True} | NO)
    yes = arrive(email="yes@brightwater.example")

    lead = judged(yes)

    assert lead.stage == Stage.MQL
    assert (score(no)[0], score(yes)[0]) == (None, 10)
    assert holds()


def test_who_stands_between_those_of_a_batch_is_none_of_it(criteria, arrive):
    first, between, last = (arrive(email=f"{n}@brightwater.example") for n in range(3))
    for lead in (between, last):
        lead.consent = NO
        lead.save()

    assert objected.among([last.pk, first.pk]) == {last.pk}
    assert objected.among([between.pk]) == {between.pk}
    assert objected.among([first.pk]) == set()


def test_asked_for_at_once_there_is_no_decision(arrive):
    lead = arrive(consent=NO)

    qualify([lead.pk], at=NOON)

    assert score(lead)[:2] == (None, None)


def test_who_lets_themselves_be_scored_again_is(sql, arrive, judged):
    arrive(at=later(hours=1), consent=NO)
    judged(sql, later(hours=1))
    arrive(at=later(hours=2), consent={"scoring": True})
    assert score(judged(sql, later(hours=2)))[0] is None

    arrive(at=later(hours=3), consent=AGAIN)
    lead = judged(sql, later(hours=3))

    assert (lead.stage, score(lead)[0]) == (Stage.SQL, 30)
    assert holds()


def test_what_sales_works_with_stays(sql, arrive, judged):
    claims.claim(Handoff.objects.get(), factories.rep(), at=NOON)

    arrive(at=later(hours=1), consent=NO)
    lead = judged(sql, later(hours=1))

    assert (lead.stage, score(lead)[0]) == (Stage.CLAIMED, None)
    assert holds()


def test_what_the_criteria_kept_out_is_an_inquiry_and_what_a_person_did_is_not(arrive, judged):
    lead = judged(arrive(job_title="VP of a rival"))
    assert lead.stage == Stage.DISQUALIFIED
    other = arrive(email="other@brightwater.example")
    disqualifying.disqualify(other, factories.marketer(), reason="Spam", at=NOON)

    arrive(at=later(hours=1), consent=NO)
    arrive(at=later(hours=1), email="other@brightwater.example", consent=NO)
    judged(lead, later(hours=1))

    assert dict(Lead.objects.values_list("pk", "stage")) == {
        lead.pk: Stage.INQUIRY,
        other.pk: Stage.DISQUALIFIED,
    }
    assert holds()


def test_a_person_may_move_them_and_keeps_them_there_until_the_day(arrive, judged):
    lead = judged(arrive(consent={"marketing": True} | NO))
    manager = factories.sales_manager()

    lead = stages.override(
        lead, manager, to=Stage.SQL, reason="She asked", until=later(days=2), at=NOON
    )

    assert (lead.stage, score(lead)[0]) == (Stage.SQL, None)
    handoff = Handoff.objects.get()
    assert (handoff.state, handoff.total, handoff.reasons) == ("open", 0, [])
    assert judged(lead, later(days=1)).stage == Stage.SQL
    assert holds()

    lead = judged(lead, later(days=2))
    assert (lead.stage, lead.held_until) == (Stage.INQUIRY, None)
    assert holds()


def test_no_override_outlives_a_consent_of_theirs_either(arrive, judged):
    lead = judged(arrive(consent={"marketing": True} | NO))
    stages.override(lead, factories.marketer(), to=Stage.MQL, reason="She asked", at=NOON)

    arrive(at=later(hours=1), consent={"marketing": False})
    lead = judged(lead, later(hours=1))

    assert (lead.stage, lead.held_until) == (Stage.INQUIRY, None)
    assert Override.objects.get().ends_at == later(hours=1)
    assert holds()


def test_no_points_are_given_to_them_by_hand(arrive, judged):
    lead = judged(arrive(consent=NO))

    with pytest.raises(OverrideRefused, match="objected to being scored"):
        points.adjust(lead, factories.marketer(), kind="fit", points=5, reason="Known")


def test_no_draft_says_what_it_would_do_with_them(arrive, judged):
    no = judged(arrive(consent={"marketing": True} | NO))
    version = factories.signed(simple.content(mql=1), at=NOON)

    found = reading.of(version, [no.pk], at=NOON)

    assert (found.judged, dict(found.moves)) == (0, {})
