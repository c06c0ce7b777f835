"""Numbers against small worlds that were counted by hand."""

from datetime import timedelta

import pytest

from funnel.stages import Stage
from leads.metrics.answers import cohort as cohort_answers
from leads.metrics.answers import handoffs, reps, statements, verdicts
from leads.metrics.shares import Share
from leads.models import Outcome
from tests import factories

pytestmark = pytest.mark.django_db


def test_handoffs_of_the_period_add_up_and_those_before_stand_apart(month, settled, now):
    rep = factories.rep()
    settled(rep, days=1)
    settled(rep, Outcome.REJECTED, days=29)
    settled(rep, days=31)
    settled(rep, days=62)
    factories.handoff(opened_at=now - timedelta(minutes=10))
    factories.withdrawn(factories.lead(stage=Stage.MQL), at=now - timedelta(days=2))

    this, before = handoffs.overall(month)

    assert (this.handed, this.decided, this.accepted, this.rejected) == (4, 2, 1, 1)
    assert (before.handed, before.decided, before.accepted, before.rejected) == (1, 1, 1, 0)
    assert this.acceptance == Share(1, 2)


def test_a_claim_is_due_once_made_or_late_and_a_withdrawn_handoff_owes_none(month, settled, now):
    rep = factories.rep()
    settled(rep, claim=30)
    settled(rep, claim=31)
    factories.handoff(opened_at=now - timedelta(minutes=29))
    factories.handoff(opened_at=now - timedelta(minutes=31))
    factories.withdrawn(factories.lead(stage=Stage.MQL), at=now - timedelta(days=2))

    this, _ = handoffs.overall(month)

    assert this.claims_in_time == Share(1, 3)


def test_a_first_touch_is_due_once_logged_or_late(month, settled, now):
    rep = factories.rep()
    settled(rep, claim=10, touch=130)
    settled(rep, claim=10, touch=131)
    settled(rep, claim=10, touch=None)
    factories.claimed(rep, at=now - timedelta(minutes=119))
    factories.claimed(rep, at=now - timedelta(minutes=121))

    this, _ = handoffs.overall(month)

    assert this.touches_in_time == Share(1, 4)


def test_medians_run_from_the_handoff(month, settled):
    rep = factories.rep()
    for claim, touch in ((5, 20), (10, 30), (60, 400)):
        settled(rep, claim=claim, touch=touch)

    this, _ = handoffs.overall(month)

    assert (this.to_claim, this.to_touch) == (600, 1800)


def test_nothing_at_all_is_zeros_and_no_median(month):
    this, before = handoffs.overall(month)

    assert this == before == statements.Numbers()
    assert cohort_answers.cohorts(month).everybody.reached == [0] * 7
    assert handoffs.waiting(month.ends) == handoffs.Waiting(0, 0, None)
    assert verdicts.rejection_reasons(month).overall == {}


def test_every_week_has_its_entry_by_the_company_clock(month, settled, now):
    rep = factories.rep()
    settled(rep, days=0.1)
    settled(rep, days=7)
    # Sunday 23:30 in UTC is Monday in Amsterdam.
    monday = timedelta(days=2, hours=13, minutes=30)
    settled(rep, days=monday / timedelta(days=1))

    weeks = handoffs.by_week(month)

    assert [week.handed for week in weeks] == [0] * 14 + [1, 2]


def test_the_queue_is_as_of_now_whenever_it_was_opened(month, now):
    factories.handoff(opened_at=now - timedelta(days=90))
    factories.handoff(opened_at=now - timedelta(minutes=5))

    found = handoffs.waiting(month.ends)

    assert (found.waiting, found.late, found.oldest) == (2, 1, now - timedelta(days=90))


def test_the_cohort_counts_the_furthest_stage_reached(month, now):
    at = now - timedelta(days=5)
    for stage in (Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.SQL, Stage.WON, Stage.REJECTED):
        factories.lead(stage=stage, created_at=at)
    fallen = factories.lead(stage=Stage.SQL, created_at=at)
    factories.moved(fallen, Stage.MQL, at=now)
    factories.lead(stage=Stage.WON, created_at=now - timedelta(days=40))

    everybody = cohort_answers.cohorts(month).everybody

    assert everybody.reached == [7, 5, 4, 2, 1, 1, 1]
    assert everybody.sent_back == 1


def test_a_merged_lead_is_not_counted_twice(month, now):
    heir = factories.lead(created_at=now - timedelta(days=2))
    twin = factories.lead(created_at=now - timedelta(days=2))
    factories.merged(twin, heir)

    assert cohort_answers.cohorts(month).everybody.reached[0] == 1


def test_sources_and_campaigns_add_up_to_the_whole(month, settled, now):
    rep = factories.rep()
    demo, fair = factories.source("Demo form"), factories.source("Trade fair")
    spring = factories.campaign("Spring", source=fair)
    settled(rep, source=demo)
    settled(rep, Outcome.REJECTED, source=fair, campaign=spring)
    settled(rep, source=fair)
    factories.lead(source=None, created_at=now - timedelta(days=1))

    cohorts = cohort_answers.cohorts(month)
    sources, campaigns = verdicts.verdicts(month)

    leads = {cohort.name: cohort.reached[0] for cohort in cohorts.sources.values()}
    assert leads == {"Demo form": 1, "Trade fair": 2, "": 1}
    assert cohorts.everybody.reached[0] == 4
    assert {one.name: one.acceptance for one in sources.values()} == {
        "Demo form": Share(1, 1),
        "Trade fair": Share(1, 2),
    }
    assert campaigns[spring.pk].acceptance == Share(0, 1)
    assert (campaigns[spring.pk].name, campaigns[spring.pk].source) == ("Spring", "Trade fair")


def test_reasons_are_counted_overall_and_by_source(month, settled):
    rep = factories.rep()
    demo, fair = factories.source("Demo form"), factories.source("Trade fair")
    for source, why in ((demo, "Too small"), (fair, "Too small"), (fair, "No budget")):
        settled(rep, Outcome.REJECTED, source=source, why=why)
    settled(rep, Outcome.REJECTED, days=40)

    found = verdicts.rejection_reasons(month)

    ids = {label: pk for pk, label in found.labels.items()}
    small, poor = ids["Too small"], ids["No budget"]
    assert found.overall == {small: 2, poor: 1}
    assert found.of_source(fair.pk) == {small: 1, poor: 1}
    assert found.of_reason(small) == {demo.pk: 1, fair.pk: 1}
    assert found.from_sources == {demo.pk: 1, fair.pk: 2}
    assert found.source_names == {demo.pk: "Demo form", fair.pk: "Trade fair"}


def test_reps_are_listed_by_name_with_what_is_late_now(month, settled, now):
    dana, noor = factories.rep("Dana Okafor"), factories.outsider()
    factories.person(name="Gone Before", is_active=False)
    settled(dana, claim=8)
    factories.claimed(dana, at=now - timedelta(hours=3))

    found = reps.reps(month)

    assert [rep.name for rep in found] == [dana.name, noor.name]
    assert (found[0].numbers.claimed, found[0].numbers.touches_in_time) == (2, Share(1, 2))
    assert (found[0].late, found[0].late_since) == (1, now - timedelta(hours=3))
    assert (found[1].numbers, found[1].late) == (statements.Numbers(), 0)


def test_a_version_answers_for_all_it_ever_handed_over(month, settled):
    rep = factories.rep()
    settled(rep, days=300)
    settled(rep, Outcome.REJECTED, days=1)
    version = factories.live_version()

    assert handoffs.by_version([version.pk])[version.pk].acceptance == Share(1, 2)
