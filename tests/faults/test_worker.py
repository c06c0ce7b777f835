"""A worker that is killed, or told twice, changes nothing but the time."""

import os
import signal
import time

import pytest
from django.db import connection

from leadportal.celery import app, task_of
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging import due
from leads.models import Handoff, Judgement, Lead, StageChange
from tests import factories
from tests.faults.world import demo, hang_at_handoffs, hot, let_go, offences, somebody_hangs
from tests.leads.judging import simple
from tests.processes import eventually

pytestmark = pytest.mark.integration


def take_in(count):
    """SQLs to be, by the API's own functions."""
    factories.switched_on(simple.content())
    sender = factories.integration()
    ingest_leads([hot(n) for n in range(count)], integration=sender)
    return lambda: ingest_events([demo(n) for n in range(count)], integration=sender)


def test_an_event_becomes_a_handoff_within_seconds(worker):
    happen = take_in(1)

    happen()

    handoff = eventually(lambda: Handoff.objects.first())
    assert (handoff.state, handoff.lead.stage) == ("open", "sql")


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(worker):
    # The batch of the worker hangs at its last lead until it is let go.
    happen = take_in(300)
    eventually(factories.all_judged)
    hang_at_handoffs()
    happen()
    eventually(somebody_hangs)
    assert not Handoff.objects.exists()

    kill(worker)
    let_go()

    def finished():
        due.drain()
        return Handoff.objects.count() == 300

    assert eventually(finished)
    assert StageChange.objects.filter(target="sql").count() == 300
    assert not Judgement.objects.exclude(attempts=0).exists()
    assert offences() == []


def kill(worker):
    """It leads a session of its own: the whole pool dies at this moment."""
    os.killpg(worker.popen.pid, signal.SIGKILL)
    worker.popen.wait(10)


def test_the_same_message_five_times_changes_nothing(worker):
    take_in(3)()
    eventually(lambda: Handoff.objects.count() == 3)
    rows = everything_of_leads()
    moves = StageChange.objects.count()

    for _ in range(5):
        task_of("judge").apply_async()
    eventually(nothing_waits)

    assert everything_of_leads() == rows
    assert (Handoff.objects.count(), StageChange.objects.count()) == (3, moves)
    assert offences() == []


def everything_of_leads():
    return [list(model.objects.order_by("pk").values()) for model in (Lead, Judgement)]


def nothing_waits():
    with app.connection_for_read() as broker:
        return broker.default_channel.client.llen("score") == 0


# Rescoring after a switch-on.


def judged_by_a_first_version(count):
    """MQLs, all judged; v3 will make each an SQL."""
    factories.switched_on(simple.content())
    ingest_leads([hot(n) for n in range(count)], integration=factories.integration())
    eventually(lambda: not Lead.objects.exclude(stage="mql").exists())


def everybody_is_an_sql(version, count):
    """Each lead judged by this version alone since it went live, and handed over once."""
    assert set(Judgement.objects.values_list("version", "lead__stage")) == {(version.pk, "sql")}
    since = StageChange.objects.filter(at__gte=version.live_at, actor="machine")
    assert set(since.values_list("version", flat=True)) == {version.pk}
    assert since.count() == Handoff.objects.filter(state="open").count() == count
    assert not Judgement.objects.exclude(attempts=0).exists()
    assert offences() == []


def rescored_by(version):
    due.drain()
    return not Judgement.objects.exclude(version=version).exists()


def test_a_rescoring_whose_worker_is_killed_is_finished_by_another(worker):
    leads = due.BATCH + 400
    judged_by_a_first_version(leads)
    # The worker finishes one batch and dies in the next.
    hang_at_handoffs(after=Lead.objects.order_by("id")[due.BATCH + 100].pk)
    version = factories.switched_on(simple.content(sql=10))
    done = Judgement.objects.filter(version=version)
    eventually(lambda: somebody_hangs() and done.exists())

    kill(worker)
    let_go()
    assert 0 < done.count() < leads

    assert eventually(lambda: rescored_by(version))
    everybody_is_an_sql(version, leads)


def test_a_version_switched_on_during_the_rescoring_by_another_judges_everybody(worker):
    judged_by_a_first_version(1_200)
    factories.switched_on(simple.content(sql=60))
    due.drain(limit=400)

    version = factories.switched_on(simple.content(sql=10))

    eventually(lambda: not Judgement.objects.exclude(version=version).exists())
    everybody_is_an_sql(version, 1_200)


def test_a_worker_keeps_its_connection_from_one_task_to_the_next(worker):
    happen = take_in(30)
    eventually(factories.all_judged)
    before = eventually(connected)

    happen()

    eventually(lambda: Handoff.objects.count() == 30)
    time.sleep(1)
    assert before & connected()


def connected():
    """The connections of all but this test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}
