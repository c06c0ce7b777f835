"""A worker that is killed, or told twice, changes nothing but the time."""

import os
import signal

import pytest
from django.db import connection
from django.utils import timezone

from leads import due, invariants, tasks
from leads.ingest import ingest_events, ingest_leads
from leads.models import Handoff, Lead, StageChange
from tests import factories
from tests.processes import eventually
from tests.qualification import simple

pytestmark = pytest.mark.integration


def hot(number):
    return {
        "email": f"person-{number}@brightwater.example",
        "job_title": "VP Operations",
        "consent": {"marketing": True},
    }


def demo(number):
    return {
        "type": "demo_request",
        "occurred_at": timezone.now().isoformat(),
        "external_id": f"demo-{number}",
        "lead": {"email": f"person-{number}@brightwater.example"},
    }


def take_in(count):
    """SQLs to be, by the API's own functions."""
    factories.switched_on(simple.content())
    sender = factories.integration()
    ingest_leads([hot(n) for n in range(count)], integration=sender)
    return lambda: ingest_events([demo(n) for n in range(count)], integration=sender)


def offences():
    return [row for answer in invariants.check() for row in answer.offences]


def test_an_event_becomes_a_handoff_within_seconds(worker):
    happen = take_in(1)

    happen()

    handoff = eventually(lambda: Handoff.objects.first(), within=5)
    assert (handoff.state, handoff.lead.stage) == ("open", "sql")


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(worker):
    # The batch of the worker hangs at its last lead until it is let go.
    happen = take_in(300)
    eventually(lambda: not Lead.objects.exclude(stale_at=None).exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
        cursor.execute(HANG)
    happen()
    eventually(somebody_hangs)
    assert not Handoff.objects.exists()

    # It leads a session of its own: the whole pool dies at this moment.
    os.killpg(worker.popen.pid, signal.SIGKILL)
    worker.popen.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(7)")
        cursor.execute("DROP TRIGGER hang ON leads_handoff; DROP FUNCTION hang()")

    def finished():
        due.drain()
        return Handoff.objects.count() == 300

    assert eventually(finished, within=20)
    assert StageChange.objects.filter(target="sql").count() == 300
    assert not Lead.objects.exclude(attempts=0).exists()
    assert offences() == []


HANG = """
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(7);
    RETURN NEW;
END $$;
CREATE TRIGGER hang BEFORE INSERT ON leads_handoff FOR EACH ROW EXECUTE FUNCTION hang();
"""


def somebody_hangs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0


def test_the_same_message_five_times_changes_nothing(worker):
    take_in(3)()
    eventually(lambda: Handoff.objects.count() == 3)
    rows = list(Lead.objects.order_by("id").values())
    moves = StageChange.objects.count()

    for _ in range(5):
        tasks.drain.apply_async()
    eventually(nothing_waits)

    assert list(Lead.objects.order_by("id").values()) == rows
    assert (Handoff.objects.count(), StageChange.objects.count()) == (3, moves)
    assert offences() == []


def nothing_waits():
    with tasks.current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen("score") == 0
