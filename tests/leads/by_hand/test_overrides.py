"""What a person may say against the machine: a stage or some points, until a day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from funnel.stages import Actor, MoveNotAllowed, Stage
from leads.by_hand import points as points_by_hand
from leads.by_hand import stages
from leads.by_hand.terms import OverrideRefused
from leads.explanation.stored import explain
from leads.judging.judgement import qualify
from leads.models import Adjustment, Handoff, Lead, Outcome
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def judged_mql() -> Lead:
    """A VP of 600 people who agreed to mail and did nothing yet: an MQL with fit 50, intent 0."""
    lead = factories.lead(job_title="VP Operations", consent={"marketing": True})
    qualify([lead.pk])
    lead.refresh_from_db()
    assert (lead.stage, lead.judgement.fit, lead.judgement.intent) == (Stage.MQL, 50, 0)
    return lead


def test_a_managers_override_hands_the_lead_over_and_the_machine_leaves_it_alone() -> None:
    lead, manager = judged_mql(), factories.marketing_manager()

    stages.override(lead, manager, to=Stage.SQL, reason="Met at the fair")
    qualify([lead.pk])

    lead.refresh_from_db()
    change = lead.stage_changes.first()
    assert lead.stage == Stage.SQL
    assert (change.actor, change.person, change.reason) == (
        Actor.MANAGER,
        manager,
        "Met at the fair",
    )
    assert lead.handoffs.get().state == "open"


def test_the_override_ends_on_its_day() -> None:
    lead = judged_mql()
    now = timezone.now()
    stages.override(
        lead, factories.marketing_manager(), to=Stage.SQL, reason="Fair", until=now + DAY, at=now
    )

    qualify([lead.pk], at=now + DAY)  # below its line from here on
    qualify([lead.pk], at=now + 5 * DAY)  # and the grace of three days has passed

    lead.refresh_from_db()
    assert lead.stage == Stage.MQL
    assert lead.handoffs.get().outcome == Outcome.WITHDRAWN


def test_the_end_of_an_override_is_when_the_lead_is_due() -> None:
    lead = judged_mql()
    until = timezone.now() + 2 * DAY

    stages.override(
        lead, factories.marketing_manager(), to=Stage.LEAD, reason="Too early", until=until
    )
    qualify([lead.pk])

    lead.refresh_from_db()
    assert (lead.stage, lead.judgement.rescore_at) == (Stage.LEAD, until)


def test_a_marketer_cannot_make_an_sql() -> None:
    lead = judged_mql()

    with pytest.raises(MoveNotAllowed), transaction.atomic():
        stages.override(lead, factories.marketer(), to=Stage.SQL, reason="I like them")

    lead.refresh_from_db()
    assert (lead.stage, Handoff.objects.count()) == (Stage.MQL, 0)


def test_no_override_outlives_a_withdrawn_consent() -> None:
    lead = judged_mql()
    stages.override(lead, factories.marketing_manager(), to=Stage.SQL, reason="Fair")

    Lead.objects.filter(pk=lead.pk).update(consent={"marketing": False})
    qualify([lead.pk])

    lead.refresh_from_db()
    assert (lead.stage, lead.held_until) == (Stage.LEAD, None)
    with pytest.raises(OverrideRefused, match="Without consent"):
        stages.override(lead, factories.marketing_manager(), to=Stage.SQL, reason="Fair")


def test_no_override_outlives_a_consent_withdrawn_below_the_line() -> None:
    lead, manager = judged_mql(), factories.marketing_manager()
    stages.override(lead, manager, to=Stage.MQL, reason="Fair")
    points_by_hand.adjust(lead, manager, kind="fit", points=-100, reason="A student after all")

    Lead.objects.filter(pk=lead.pk).update(consent={"marketing": False})
    qualify([lead.pk])

    lead.refresh_from_db()
    assert (lead.stage, lead.held_until) == (Stage.LEAD, None)


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_override_needs_a_reason(reason: str) -> None:
    with pytest.raises(OverrideRefused, match="Say why"):
        stages.override(judged_mql(), factories.marketer(), to=Stage.LEAD, reason=reason)


def test_a_lead_in_the_hands_of_sales_is_not_overridden() -> None:
    held = factories.lead(stage=Stage.CLAIMED, fit=50, intent=30)

    with pytest.raises(OverrideRefused):
        stages.override(held, factories.sales_manager(), to=Stage.MQL, reason="Mine")


def test_an_adjustment_is_a_line_of_its_own_and_counts_before_the_cap() -> None:
    lead, author = judged_mql(), factories.marketer()

    points_by_hand.adjust(lead, author, kind="intent", points=30, reason="Met at the fair")
    points_by_hand.adjust(lead, author, kind="fit", points=20, reason="Board member")
    qualify([lead.pk])

    lead.refresh_from_db()
    found = explain(lead)
    assert (lead.judgement.fit, lead.judgement.intent, lead.judgement.total) == (50, 30, 80)
    assert sum(line.points for line in found.lines) == 80
    labels = [(line.kind, line.label, line.points) for line in found.lines]
    assert ("intent", f"Adjusted by {author}", 30) in labels
    assert ("fit", "Fit is capped", -20) in labels


def test_an_adjustment_ends_by_itself_or_when_it_is_ended() -> None:
    lead, now = judged_mql(), timezone.now()
    short = points_by_hand.adjust(
        lead,
        factories.marketer(),
        kind="intent",
        points=10,
        reason="Fair",
        until=now + DAY,
        at=now,
    )
    long = points_by_hand.adjust(
        lead, factories.marketer(), kind="intent", points=5, reason="Call", at=now
    )

    qualify([lead.pk], at=now)
    lead.refresh_from_db()
    assert (lead.judgement.intent, lead.judgement.rescore_at) == (15, short.ends_at)

    qualify([lead.pk], at=now + DAY)
    lead.refresh_from_db()
    assert lead.judgement.intent == 5

    points_by_hand.end(long, factories.marketer(), at=now + 2 * DAY)
    lead.refresh_from_db()
    assert lead.stale_at == now + 2 * DAY
    qualify([lead.pk], at=now + 2 * DAY)
    lead.refresh_from_db()
    assert lead.judgement.intent == 0


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"points": 0}, "adjustment_has_points"),
        ({"reason": ""}, "adjustment_has_a_reason"),
        ({"kind": "luck"}, "adjustment_kind_known"),
        ({"ends_at": timezone.now() - 400 * DAY}, "adjustment_ends_after_it_began"),
    ],
)
def test_the_database_refuses_a_broken_adjustment(fields: dict[str, object], name: str) -> None:
    valid = {"kind": "fit", "points": 5, "reason": "Fair", "ends_at": timezone.now() + DAY}
    row = Adjustment(lead=factories.lead(), author=factories.marketer(), **(valid | fields))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save()


@pytest.mark.parametrize("points", [0, 101, -101])
def test_points_out_of_bounds_are_refused(points: int) -> None:
    with pytest.raises(OverrideRefused):
        points_by_hand.adjust(
            factories.lead(), factories.marketer(), kind="fit", points=points, reason="Fair"
        )
