"""What a version would do is said before it does it, and the number is confirmed."""

from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from funnel.models import VersionState
from funnel.stages import Stage
from funnel.versions import current, editing, signing, states, switching
from leads.by_hand import stages
from leads.impact import reading
from leads.judging import due
from leads.judging.basis import Basis
from leads.judging.judgement import judge, qualify
from leads.models import CustomField, ImpactCount, Judgement, Lead, Rescored
from leads.switch_on import confirmation, rescoring
from tests import factories
from tests.concurrently import meanwhile, somebody_waits
from tests.leads.impact.conftest import counted, lines, signed, vp
from tests.processes import eventually

pytestmark = pytest.mark.django_db


def everybody() -> list[int]:
    return list(Lead.objects.values_list("pk", flat=True))


def switched_on(version):
    count = counted(version)
    return confirmation.switch_on_confirmed(version, count, confirmed_sqls=count.new_sqls)


# --- reading -----------------------------------------------------------------------------------


def test_the_impact_says_who_would_move_and_moves_nobody(world) -> None:
    version = signed(mql_line=60, sql_line=80)

    found = reading.of(version, everybody())

    assert dict(found.moves) == {("mql", "lead"): 1, ("sql", "mql"): 1}
    assert found.judged == 2
    assert found.staying == 1  # claimed, and below the new line
    assert Lead.objects.get(pk=world["sql"].pk).stage == Stage.SQL


def test_what_was_said_is_what_happens(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    before = dict(Lead.objects.values_list("pk", "stage"))
    said = reading.of(version, everybody())

    switched_on(version)
    due.drain()

    after = dict(Lead.objects.values_list("pk", "stage"))
    moved = sorted((before[pk], after[pk]) for pk in before if before[pk] != after[pk])
    assert moved == sorted(said.moves.elements())
    assert after[world["claimed"].pk] == Stage.CLAIMED


def test_a_lead_that_a_person_holds_stays_and_without_consent_it_does_not(world) -> None:
    manager = factories.marketing_manager()
    for name in ("sql", "mql"):
        stages.override(world[name], manager, to=Stage.MQL, reason="They asked us to wait")
    Lead.objects.filter(pk=world["mql"].pk).update(consent={})
    version = signed(mql_line=45, sql_line=46)

    found = reading.of(version, everybody())

    assert dict(found.moves) == {("mql", "lead"): 1}


# --- switching on ------------------------------------------------------------------------------


def test_another_number_than_the_counted_one_stops_the_switch(world) -> None:
    version = signed(mql_line=45, sql_line=70)

    with pytest.raises(confirmation.NotConfirmed, match="0 new SQLs, not 5"):
        confirmation.switch_on_confirmed(version, counted(version), confirmed_sqls=5)

    assert current.live().number == 1


def test_a_count_of_other_content_is_no_confirmation(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    count = counted(version)
    editing.edit(version, lines(61, 81), read_hash=version.content_hash)
    editing.propose(version)

    with pytest.raises(confirmation.NotConfirmed, match="changed after the count"):
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=0)


def test_a_count_of_another_version_or_an_unfinished_one_is_no_confirmation(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    count = counted(version)
    ImpactCount.objects.filter(pk=count.pk).update(finished_at=None)
    count.refresh_from_db()

    for one in (None, count):
        with pytest.raises(confirmation.NotConfirmed, match="Nobody has counted"):
            confirmation.switch_on_confirmed(version, one, confirmed_sqls=0)


def test_a_count_grows_old(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    count = counted(version)
    later = count.finished_at + timedelta(minutes=15, seconds=1)

    with pytest.raises(confirmation.NotConfirmed, match="older than 15 minutes"):
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=0, at=later)


def test_a_count_against_a_version_that_is_not_live_any_more_is_no_confirmation(world) -> None:
    first = signed(mql_line=60, sql_line=80)
    switching.schedule(first, timezone.now() + timedelta(hours=1))
    second = signed(mql_line=50, sql_line=90)
    count = counted(second)
    switched_on(first)

    with pytest.raises(confirmation.NotConfirmed, match="went live after the count"):
        confirmation.switch_on_confirmed(second, count, confirmed_sqls=0)


def test_who_confirmed_what_stands_with_the_version(world) -> None:
    switched_on(signed(mql_line=45, sql_line=90))
    due.drain()
    version, manager = signed(mql_line=45, sql_line=70), factories.sales_manager()
    count = counted(version)

    confirmation.switch_on_confirmed(version, count, confirmed_sqls=1, by=manager)

    live = current.live()
    assert (live, live.switched_on_by, live.confirmed_sqls) == (version, manager, 1)


def test_a_time_in_the_past_is_refused(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    an_hour_ago = timezone.now() - timedelta(hours=1)

    with pytest.raises(confirmation.WrongTime):
        confirmation.switch_on_confirmed(
            version, counted(version), confirmed_sqls=0, when=an_hour_ago
        )


def test_a_version_whose_field_is_gone_is_not_switched_on(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    count = counted(version)
    CustomField.objects.get(name="purchase_timeline").delete()

    with pytest.raises(states.VersionError, match="cannot be read any more"):
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=0)


# --- progress ----------------------------------------------------------------------------------


def test_progress_counts_down_to_nothing_left(world) -> None:
    version = switched_on(signed(mql_line=60, sql_line=80))

    before = rescoring.progress(version, at=timezone.now())
    due.drain(limit=1)
    between = rescoring.progress(version, at=timezone.now())
    due.drain()
    after = rescoring.progress(version, at=timezone.now())

    assert (before.judged, before.left, before.seconds_left) == (0, 3, None)
    assert (between.judged, between.left) == (1, 2)
    assert between.seconds_left > 0
    assert (after.judged, after.left, after.moved) == (3, 0, 2)
    assert dict(after.moves) == {("mql", "lead"): 1, ("sql", "mql"): 1}


def test_later_moves_by_the_same_version_are_not_its_rescoring(world) -> None:
    version = switched_on(signed(mql_line=45, sql_line=90))
    due.drain()
    found = rescoring.progress(version, at=timezone.now())

    newcomer = vp()
    qualify([newcomer.pk])
    factories.event(newcomer, "demo_request")
    qualify([newcomer.pk])

    assert rescoring.progress(version, at=timezone.now()) == found


def test_a_batch_that_is_lost_takes_its_count_along(world) -> None:
    version = switched_on(signed(mql_line=60, sql_line=80))

    def lost() -> None:
        with transaction.atomic():
            judge(everybody(), Basis.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lost()

    assert not Rescored.objects.exists()
    assert rescoring.progress(version, at=timezone.now()).left == 3


def test_who_cannot_be_judged_is_parked_and_not_waited_for(world) -> None:
    version = switched_on(signed(mql_line=60, sql_line=80))
    Judgement.objects.filter(pk=world["mql"].pk).update(parked_error="DataError")

    due.drain()

    found = rescoring.progress(version, at=timezone.now())
    assert (found.judged, found.left, found.parked) == (2, 0, 1)


def test_a_retired_version_has_nothing_left_to_judge(world) -> None:
    first = switched_on(signed(mql_line=60, sql_line=80))
    due.drain(limit=1)
    switched_on(signed(mql_line=45, sql_line=70))
    first.refresh_from_db()

    assert rescoring.progress(first, at=timezone.now()).left == 0


# --- the command -------------------------------------------------------------------------------


def test_the_command_says_then_switches_on(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    out = StringIO()

    call_command("switch_on", version.number, stdout=out)
    assert "0 join the SQLs and 1 leave them. 1 are claimed" in out.getvalue()
    assert current.live().number == 1

    with pytest.raises(CommandError, match="Look again and confirm"):
        call_command("switch_on", version.number, confirm=3, stdout=out)
    call_command("switch_on", version.number, confirm=0, stdout=out)

    assert current.live().number == version.number


def test_the_command_asks_who_sits_at_it(world, monkeypatch) -> None:
    version = signed(mql_line=60, sql_line=80)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    monkeypatch.setattr("builtins.input", lambda _: "")
    call_command("switch_on", version.number, stdout=StringIO())
    assert current.live().number == 1

    monkeypatch.setattr("builtins.input", lambda _: "0")
    call_command("switch_on", version.number, stdout=StringIO())
    assert current.live().number == version.number


def test_an_unsigned_version_is_not_switched_on() -> None:
    version = editing.draft(current.live().content, author=factories.marketer())
    editing.propose(version)

    with pytest.raises(CommandError, match="Marketing has not signed v2"):
        call_command("switch_on", version.number, confirm=0, stdout=StringIO())


# --- at a time ---------------------------------------------------------------------------------


def test_a_scheduled_version_goes_live_by_the_sweep_at_its_time(world) -> None:
    version = signed(mql_line=60, sql_line=80)
    when = timezone.now() + timedelta(hours=2)

    call_command("switch_on", version.number, confirm=0, at=when.isoformat(), stdout=StringIO())
    due.drain(at=when - timedelta(minutes=1))
    assert current.live().number == 1

    due.drain(at=when)
    version.refresh_from_db()
    assert (version.state, current.live()) == (VersionState.LIVE, version)
    assert Lead.objects.get(pk=world["sql"].pk).stage == Stage.MQL


def test_a_scheduled_version_that_cannot_go_live_stays_scheduled_and_judging_goes_on(
    world,
) -> None:
    content = lines(60, 80)
    content["rules"] = [
        *content["rules"],
        {
            "id": "seats",
            "label": "Wants seats",
            "kind": "fit",
            "points": 5,
            "when": {"fact": "attributes.seats", "op": "is_known"},
        },
    ]
    field = CustomField.objects.create(name="seats", label="Seats", type="number")
    version = editing.draft(content, author=factories.marketer())
    editing.propose(version)
    signing.sign(version, factories.marketing_manager(), "marketing")
    signing.sign(version, factories.sales_manager(), "sales")
    when = timezone.now() + timedelta(hours=2)
    switching.schedule(version, when)
    field.delete()
    newcomer = vp()

    due.drain(at=when)

    version.refresh_from_db()
    newcomer.refresh_from_db()
    assert version.state == VersionState.SCHEDULED
    assert "attributes.seats" in switching.obstacle(version)
    assert newcomer.judgement.version == current.live()


@pytest.mark.django_db(transaction=True)
def test_a_switch_on_waits_for_the_batch_that_runs_and_the_next_is_judged_by_it() -> None:
    lead, version = vp(), signed(mql_line=60, sql_line=80)
    count = counted(version)
    running, order = Event(), []

    def batch() -> None:
        with transaction.atomic():
            basis = Basis.now()
            running.set()
            eventually(somebody_waits)  # the switch-on, which began meanwhile
            judge([lead.pk], basis)
            order.append("judged")

    with meanwhile(batch):
        running.wait(5)
        confirmation.switch_on_confirmed(version, count, confirmed_sqls=count.new_sqls)
        order.append("switched")
    judged_by = Lead.objects.get(pk=lead.pk).judgement.version
    due.drain()

    assert order == ["judged", "switched"]
    assert judged_by.number == 1
    assert Lead.objects.get(pk=lead.pk).judgement.version == version
