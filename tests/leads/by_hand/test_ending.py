"""Overrides and adjustments as rows: who said it, and who ended it when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from funnel.stages import MoveNotAllowed, Stage
from leads.by_hand import disqualifying, points, stages
from leads.by_hand.terms import OverrideRefused
from leads.judging.judgement import qualify
from leads.models import Adjustment, Lead, Override
from tests import factories
from tests.leads.by_hand.test_overrides import DAY, judged_mql

pytestmark = pytest.mark.django_db


def test_an_override_says_who_why_from_where_and_until_when() -> None:
    lead, manager, until = judged_mql(), factories.marketing_manager(), timezone.now() + 9 * DAY

    stages.override(lead, manager, to=Stage.SQL, reason=" Met at the fair ", until=until)

    row = Override.objects.get()
    assert (row.lead, row.author, row.reason) == (lead, manager, "Met at the fair")
    assert (row.origin, row.stage, row.ends_at) == (Stage.MQL, Stage.SQL, until)


def test_a_lead_is_kept_where_it_is_without_a_move() -> None:
    lead = judged_mql()
    moves = lead.stage_changes.count()

    stages.override(lead, factories.marketer(), to=Stage.MQL, reason="Wait for the audit")

    lead.refresh_from_db()
    assert lead.held_until == Override.objects.get().ends_at
    assert lead.stage_changes.count() == moves


def test_a_new_override_ends_the_one_before() -> None:
    lead, marketer = judged_mql(), factories.marketer()
    stages.override(lead, marketer, to=Stage.LEAD, reason="Too early")

    at = timezone.now()
    stages.override(lead, marketer, to=Stage.MQL, reason="On second thoughts", at=at)

    first, second = Override.objects.all()
    assert (first.ends_at, first.ended_by) == (at, marketer)
    assert second.ends_at > at


def test_an_ended_override_leaves_the_lead_to_the_machine() -> None:
    lead, marketer = judged_mql(), factories.marketer()
    stages.override(lead, marketer, to=Stage.LEAD, reason="Too early")

    assert stages.end_override(lead, marketer)
    qualify([lead.pk])

    lead.refresh_from_db()
    assert (lead.stage, lead.held_until) == (Stage.MQL, None)
    assert Override.objects.get().ended_by == marketer


def test_what_is_over_is_not_ended_again() -> None:
    lead, marketer = judged_mql(), factories.marketer()
    adjustment = points.adjust(lead, marketer, kind="fit", points=5, reason="Board")
    points.end(adjustment, marketer)

    assert not points.end(adjustment, factories.sales_manager())
    assert not stages.end_override(lead, marketer)
    assert Adjustment.objects.get().ended_by == marketer


def test_the_override_of_an_sql_is_a_managers_to_end() -> None:
    lead = judged_mql()
    stages.override(lead, factories.marketing_manager(), to=Stage.SQL, reason="Fair")

    with pytest.raises(MoveNotAllowed):
        stages.end_override(lead, factories.marketer())
    assert stages.end_override(lead, factories.sales_manager())


def test_a_withdrawn_consent_ends_the_override_in_the_record_too() -> None:
    lead, at = judged_mql(), timezone.now()
    stages.override(lead, factories.marketing_manager(), to=Stage.SQL, reason="Fair", at=at)
    Lead.objects.filter(pk=lead.pk).update(consent={"marketing": False})

    qualify([lead.pk], at=at + DAY)

    row = Override.objects.get()
    assert (row.ends_at, row.ended_by) == (at + DAY, None)


@pytest.mark.parametrize(
    ("who", "stage", "expected"),
    [
        ("marketer", Stage.MQL, [Stage.INQUIRY, Stage.LEAD, Stage.MQL]),
        ("marketer", Stage.SQL, []),
        ("sales_manager", Stage.SQL, [Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.SQL]),
        ("marketing_manager", Stage.INQUIRY, [Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.SQL]),
        ("marketing_manager", Stage.CLAIMED, []),
        ("rep", Stage.LEAD, []),
        ("admin", Stage.LEAD, []),
    ],
)
def test_where_a_person_may_put_a_lead(who: str, stage: Stage, expected: list[Stage]) -> None:
    lead = factories.lead(stage=stage, fit=30, intent=20)

    assert stages.targets(lead, getattr(factories, who)()) == expected


@pytest.mark.parametrize("who", ["rep", "admin"])
def test_who_may_not_say_anything_is_told_who_may(who: str) -> None:
    lead, person = judged_mql(), getattr(factories, who)()

    with pytest.raises(OverrideRefused, match="Only marketers, marketing managers and sales man"):
        stages.override(lead, person, to=Stage.LEAD, reason="Mine")
    with pytest.raises(OverrideRefused, match="can adjust scores"):
        points.adjust(lead, person, kind="fit", points=5, reason="Mine")
    with pytest.raises(OverrideRefused, match="can disqualify and readmit leads"):
        disqualifying.disqualify(lead, person, reason="Mine")


@pytest.mark.parametrize("until", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
def test_the_end_lies_within_a_year_to_come(until: timedelta) -> None:
    lead, marketer, at = judged_mql(), factories.marketer(), timezone.now()

    with pytest.raises(OverrideRefused, match="ends"):
        stages.override(lead, marketer, to=Stage.LEAD, reason="x", until=at + until, at=at)
    with pytest.raises(OverrideRefused, match="ends"):
        points.adjust(lead, marketer, kind="fit", points=5, reason="x", until=at + until, at=at)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"reason": ""}, "override_has_a_reason"),
        ({"stage": "claimed"}, "override_is_left_of_the_line"),
        ({"origin": "won"}, "override_is_left_of_the_line"),
        ({"ends_at": timezone.now() - 400 * DAY}, "override_ends_after_it_began"),
    ],
)
def test_the_database_refuses_a_broken_override(fields: dict[str, object], name: str) -> None:
    valid = {"origin": "lead", "stage": "mql", "reason": "x", "ends_at": timezone.now() + DAY}
    row = Override(lead=factories.lead(), author=factories.marketer(), **(valid | fields))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save()
