"""Whatever a version says, the impact told beforehand is what switching it on then does."""

from collections import Counter
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Portal
from funnel.stages import TOMBSTONES, Stage, steps
from leads.impact import counting, reading
from leads.invariants import invariants
from leads.judging import due
from leads.models import Adjustment, Lead, Override, StageChange
from leads.switch_on import confirmation
from tests import factories
from tests.leads.impact import stories
from tests.leads.judging import simple
from tests.leads.judging.conftest import NOON
from tests.leads.scoring.rows import undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(db) -> None:
    """Every story was told under the simple criteria, and the last hour is not judged yet."""
    factories.switched_on(simple.content(), at=stories.FIRST)
    stories.happen()


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """The simple criteria with other lines, points, windows, and another disqualifier."""
    mql = draw(st.integers(1, 40))
    content = simple.content(mql=mql, sql=mql + draw(st.integers(0, 40)))
    if not draw(st.booleans()):
        content["definitions"]["mql"]["condition"] = content["definitions"]["lead"]["condition"]
    disqualifier = content["disqualifiers"][0]
    disqualifier["condition"]["value"] = draw(st.sampled_from(["rival", "clerk", "vp", "nobody"]))
    disqualifier["id"] = draw(st.sampled_from(["free", "another"]))
    for rule in content["rules"]:
        rule["points"] = draw(st.integers(-10, 40).filter(bool))
    for rule in content["rules"][1:]:
        # A week before noon is before the first stories and behind the late ones; eight days, at
        # the very moment of the first.
        rule["when"]["within_days"] = draw(st.sampled_from([7, 8, 9]))
    return content


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=contents(), grace_days=st.sampled_from([0, 3]))
def test_what_is_told_of_a_version_is_what_it_does(noon, content, grace_days) -> None:
    with undone():
        Portal.objects.filter(pk=Portal.load().pk).update(grace_days=grace_days)
        version = factories.signed(content, at=NOON)
        before = dict(Lead.objects.values_list("pk", "stage"))

        count = counting.finish(counting.start_count(version, at=NOON))
        told = reading.of(version, list(before), at=NOON)
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=count.new_sqls, at=NOON)
        due.drain(at=NOON)

        after = dict(Lead.objects.values_list("pk", "stage"))
        ledger = StageChange.objects.filter(version=version).values_list("origin", "target")
        moved = Counter((before[pk], after[pk]) for pk in before if before[pk] != after[pk])
        assert told.moves == moved == reading.from_json(count.moves)
        assert Counter(ledger) == Counter(
            step for move in moved.elements() for step in steps(*move)
        )
        assert told.staying == count.staying == out_but_claimed(content)
        assert told.judged == count.judged == count.total
        assert [answer for answer in invariants.violations() if answer.offences] == []


def out_but_claimed(content: dict[str, Any]) -> int:
    """Claimed leads that the version, which has judged them, would not let be SQLs."""
    lines = [content["definitions"][rung]["line"] for rung in ("mql", "sql")]
    asks_consent = content["definitions"]["mql"]["condition"]["fact"] == "consent_marketing"
    claimed = Lead.objects.filter(stage=Stage.CLAIMED)
    return sum(
        bool(lead.judgement.disqualifier)
        or lead.judgement.total < max(lines)
        or (asks_consent and lead.consent.get("marketing") is not True)
        for lead in claimed
    )


def test_the_stories_leave_leads_in_every_stage_and_state(noon) -> None:
    leads = Lead.objects.all()
    held = leads.filter(held_until__gt=NOON)
    disqualified = leads.filter(stage=Stage.DISQUALIFIED)

    assert set(leads.values_list("stage", flat=True)) == set(Stage) - TOMBSTONES
    assert 60 <= leads.count() <= 150
    for some in (
        held.filter(consent__marketing=True),
        held.filter(consent__marketing=False),
        held.filter(job_title__contains="rival"),
        leads.filter(held_until__lte=NOON),
        Override.objects.filter(ends_at__lte=NOON, lead__held_until=F("ends_at")),
        disqualified.filter(judgement__disqualifier="free", job_title__contains="rival"),
        disqualified.filter(judgement__disqualifier="free").exclude(job_title__contains="rival"),
        disqualified.filter(judgement__disqualifier=""),
        Adjustment.objects.filter(ends_at__gt=NOON),
        Adjustment.objects.filter(ends_at__lt=NOON),
        leads.filter(judgement__below_since__lt=NOON),
        leads.filter(judgement__version=None),
        leads.exclude(pk__in=factories.due(NOON)),
        leads.filter(judgement__version__isnull=False, news__at__lt=NOON),
    ):
        assert some.exists(), some.query
