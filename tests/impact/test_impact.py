"""What a version would do is said before it does it, and the number is confirmed."""

import time
from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.roles import Side
from funnel import versions
from funnel.models import CriteriaVersion, VersionState
from funnel.stages import Stage
from leads import due, handoffs, impact
from leads.models import Lead
from leads.qualification import Bench, judge, qualify
from tests import factories
from tests.concurrently import meanwhile

pytestmark = pytest.mark.django_db


def vp() -> Lead:
    """Fit 50 and consent: an MQL, and with a demo request an SQL of 75."""
    return factories.lead(job_title="VP Operations", consent={"marketing": True})


def signed(mql_line: int, sql_line: int) -> CriteriaVersion:
    """A version like the live one with other lines, signed by both sides."""
    content = {**versions.live().content}
    definitions = {**content["definitions"]}
    definitions["mql"] = {**definitions["mql"], "line": mql_line}
    definitions["sql"] = {**definitions["sql"], "line": sql_line}
    version = versions.draft({**content, "definitions": definitions}, author=factories.marketer())
    versions.propose(version)
    versions.sign(version, factories.marketing_manager(), Side.MARKETING)
    versions.sign(version, factories.sales_manager(), Side.SALES)
    return version


@pytest.fixture
def world() -> dict[str, Lead]:
    """An SQL of 75, an MQL of 50, and a claimed lead of 75."""
    made = {name: vp() for name in ("sql", "mql", "claimed")}
    for name in ("sql", "claimed"):
        factories.event(made[name], "demo_request")
    qualify([lead.pk for lead in made.values()])
    for lead in made.values():
        lead.refresh_from_db()
    handoffs.claim(made["claimed"].handoffs.get(), factories.rep())
    return made


def test_the_impact_counts_who_would_move_and_moves_nobody(world: dict[str, Lead]) -> None:
    version = signed(mql_line=60, sql_line=80)

    found = impact.of(version)

    assert dict(found.moves) == {("mql", "lead"): 1, ("sql", "mql"): 1}
    assert (found.new_sqls, found.lost_sqls, found.judged) == (0, 1, 2)
    assert Lead.objects.get(pk=world["sql"].pk).stage == Stage.SQL


def test_what_was_said_is_what_happens(world: dict[str, Lead]) -> None:
    version = signed(mql_line=60, sql_line=80)
    before = dict(Lead.objects.values_list("pk", "stage"))
    said = impact.of(version)

    impact.switch_on(version, confirmed_sqls=said.new_sqls)
    due.drain()

    after = dict(Lead.objects.values_list("pk", "stage"))
    moved = sorted((before[pk], after[pk]) for pk in before if before[pk] != after[pk])
    assert moved == sorted(said.moves.elements())
    assert after[world["claimed"].pk] == Stage.CLAIMED


def test_another_number_than_the_confirmed_one_stops_the_switch(world: dict[str, Lead]) -> None:
    version = signed(mql_line=45, sql_line=70)

    with pytest.raises(impact.ImpactChanged, match="0 new SQLs by now, not 5"):
        impact.switch_on(version, confirmed_sqls=5)

    assert versions.live().number == 1


def test_progress_counts_down_to_nothing_left(world: dict[str, Lead]) -> None:
    version = impact.switch_on(signed(mql_line=60, sql_line=80), confirmed_sqls=0)

    before = impact.progress(version, at=timezone.now())
    due.drain()
    after = impact.progress(version, at=timezone.now())

    assert (before.judged, before.left) == (0, 3)
    assert (after.judged, after.left, after.moved) == (3, 0, 2)


def test_the_command_says_then_switches_on(world: dict[str, Lead]) -> None:
    version = signed(mql_line=60, sql_line=80)
    out = StringIO()

    call_command("switch_on", version.number, stdout=out)
    assert "0 join the SQLs and 1 leave them" in out.getvalue()
    assert versions.live().number == 1

    with pytest.raises(CommandError, match="Look again and confirm"):
        call_command("switch_on", version.number, new_sqls=3, stdout=out)
    call_command("switch_on", version.number, new_sqls=0, stdout=out)

    assert versions.live().number == version.number


def test_a_scheduled_version_goes_live_by_the_sweep_at_its_time(world: dict[str, Lead]) -> None:
    version = signed(mql_line=60, sql_line=80)
    when = timezone.now() + timedelta(hours=2)

    call_command("switch_on", version.number, new_sqls=0, at=when.isoformat(), stdout=StringIO())
    due.drain(at=when - timedelta(minutes=1))
    assert versions.live().number == 1

    due.drain(at=when)
    version.refresh_from_db()
    assert (version.state, versions.live()) == (VersionState.LIVE, version)
    assert Lead.objects.get(pk=world["sql"].pk).stage == Stage.MQL


def test_an_unsigned_version_is_not_switched_on() -> None:
    version = versions.draft(versions.live().content, author=factories.marketer())
    versions.propose(version)

    with pytest.raises(CommandError, match="Marketing has not signed v2"):
        call_command("switch_on", version.number, new_sqls=0, stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_a_switch_on_waits_for_the_batch_that_runs_and_the_next_is_judged_by_it() -> None:
    lead, version = vp(), signed(mql_line=60, sql_line=80)
    running, order = Event(), []

    def batch() -> None:
        with transaction.atomic():
            bench = Bench.now()
            running.set()
            time.sleep(0.3)  # the switch-on begins meanwhile, and waits
            judge([lead.pk], bench)
            order.append("judged")

    with meanwhile(batch):
        running.wait(5)
        impact.switch_on(version, confirmed_sqls=0)
        order.append("switched")
    judged_by = Lead.objects.get(pk=lead.pk).version
    due.drain()

    assert order == ["judged", "switched"]
    assert judged_by.number == 1
    assert Lead.objects.get(pk=lead.pk).version == version
