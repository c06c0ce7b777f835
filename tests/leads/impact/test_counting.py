"""Counting who would move goes on in the background, chunk by chunk, whatever dies meanwhile."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from funnel.versions import current, editing
from leads.impact import counting, reading
from leads.judging import due
from leads.judging.judgement import qualify
from leads.models import CustomField, ImpactCount, Lead
from tests import factories
from tests.leads.impact.conftest import counted, lines, signed, vp
from tests.processes import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(counting, "CHUNK", 1)


def test_chunk_by_chunk_makes_the_same_number_as_at_once(world, small_chunks):
    version = signed(mql_line=60, sql_line=80)

    count = counted(version)

    at_once = reading.of(version, list(Lead.objects.values_list("pk", flat=True)))
    assert reading.from_json(count.moves) == at_once.moves
    assert (count.judged, count.staying) == (at_once.judged, at_once.staying) == (2, 1)
    assert count.total == count.judged


def test_an_empty_record_is_counted_too():
    version = signed(mql_line=60, sql_line=80)

    count = counted(version)

    assert (count.judged, count.moves, count.error) == (0, {}, "")


def test_who_asks_while_a_count_goes_on_gets_that_one(world):
    version = signed(mql_line=60, sql_line=80)
    first = counting.start_count(version)

    assert counting.start_count(version) == first


def test_a_count_that_ends_while_one_asks_is_still_an_answer(world):
    """A worker finishes it between two statements of who asks."""
    first = counting.start_count(version := signed(mql_line=60, sql_line=80))
    looked = []

    def worker(execute, sql, *others):
        found = execute(sql, *others)
        if "leads_impactcount" in sql and not looked:
            looked.append(sql)
            ImpactCount.objects.filter(pk=first.pk).update(finished_at=timezone.now())
        return found

    with connection.execute_wrapper(worker):
        assert counting.start_count(version) == first


def test_a_count_dropped_while_one_waits_for_it_is_no_answer(world):
    version = signed(mql_line=60, sql_line=80)
    count = counting.start_count(version)
    editing.edit(version, lines(61, 81), read_hash=version.content_hash)

    assert counting.finish(count) is None


def test_a_finished_count_makes_room_for_the_next(world):
    version = signed(mql_line=60, sql_line=80)
    first = counted(version)

    second = counted(version)

    assert list(version.counts.all()) == [second]
    assert second.pk != first.pk


def test_two_counts_of_the_same_at_once_are_refused_by_the_database(world):
    count = counting.start_count(signed(mql_line=60, sql_line=80))
    count.pk = None

    with pytest.raises(IntegrityError, match="impact_count_one_at_a_time"):
        count.save()


def test_a_count_is_not_finished_and_failed(world):
    count = counted(signed(mql_line=60, sql_line=80))
    count.error = "It failed"

    with pytest.raises(IntegrityError, match="impact_count_finished_or_failed"):
        count.save()


def test_the_second_signature_begins_the_count(world):
    version = signed(mql_line=60, sql_line=80)

    counting.count_due()
    counting.count_due()

    assert [count.finished_at is not None for count in version.counts.all()] == [True]


def test_a_draft_nobody_signed_is_not_counted_unasked(world):
    version = editing.draft(current.live().content, author=factories.marketer())
    editing.propose(version)

    counting.count_due()

    assert not ImpactCount.objects.exists()


def test_a_count_that_nobody_can_confirm_any_more_is_dropped(world):
    version = signed(mql_line=60, sql_line=80)
    counting.start_count(version)
    editing.edit(version, lines(61, 81), read_hash=version.content_hash)

    counting.count_due()

    assert not ImpactCount.objects.exists()
    version.refresh_from_db()
    assert counting.newest(version) is None


def test_a_lead_that_cannot_be_judged_is_left_out_and_said(world, monkeypatch):
    poison = world["mql"].pk
    read = reading.of

    def of(version, ids, *, at=None):
        if poison in ids:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return read(version, ids, at=at)

    monkeypatch.setattr(counting, "of", of)
    count = counted(signed(mql_line=60, sql_line=80))

    assert (count.unreadable, count.judged, count.moves) == (1, 1, {"sql>mql": 1})


def test_a_count_that_fails_again_and_again_says_so(world, monkeypatch):
    version = signed(mql_line=60, sql_line=80)
    count = counting.start_count(version)
    ImpactCount.objects.filter(pk=count.pk).update(attempts=counting.MOST_ATTEMPTS)

    counting.count_due()

    count.refresh_from_db()
    assert "again and again" in count.error
    assert counting.start_count(version).pk != count.pk


def test_a_field_that_is_gone_ends_the_count_with_its_name(world):
    version = signed(mql_line=60, sql_line=80)
    count = counting.start_count(version)
    CustomField.objects.get(name="purchase_timeline").delete()

    counting.count_due()

    count.refresh_from_db()
    assert "purchase_timeline" in count.error


def test_what_is_counted_is_the_moment_it_began(world):
    """A long count sees one moment: an event window that closes meanwhile changes nothing."""
    version = signed(mql_line=45, sql_line=70)
    in_a_year = timezone.now() + timedelta(days=365)

    now, then = counted(version), None
    then = counting.finish(counting.start_count(version, at=in_a_year))

    assert now.lost_sqls == 0
    assert then.lost_sqls == 1


def test_a_worker_killed_while_it_counts_is_followed_by_one_that_goes_on(worker):
    # The worker hangs in its chunk until it is let go.
    leads = [vp().pk for _ in range(40)]
    for pk in leads[:15]:
        factories.event(Lead.objects.get(pk=pk), "demo_request")
    qualify(leads)
    with factories.as_owner() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
        cursor.execute(HANG)
    version = signed(mql_line=60, sql_line=80)
    count = counting.start_count(version)
    eventually(somebody_hangs)

    os.killpg(worker.popen.pid, signal.SIGKILL)
    worker.popen.wait(10)
    with factories.as_owner() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(7)")
        cursor.execute("DROP TRIGGER hang ON leads_impactcount; DROP FUNCTION hang()")

    def finished():
        counting.count_due()
        return ImpactCount.objects.filter(finished_at__isnull=False).first()

    after = eventually(finished)
    assert after.pk == count.pk
    assert reading.from_json(after.moves) == reading.of(version, leads, at=count.started_at).moves
    assert (after.judged, after.moves) == (40, {"mql>lead": 25, "sql>mql": 15})
    due.drain()  # nothing else was touched
    assert Lead.objects.filter(stage="sql").count() == 15


def test_a_count_is_finished_by_the_worker_alone(worker):
    made = vp()
    qualify([made.pk])

    count = counting.start_count(signed(mql_line=60, sql_line=80))

    done = eventually(lambda: ImpactCount.objects.exclude(finished_at=None).first())
    assert (done.pk, done.moves) == (count.pk, {"mql>lead": 1})


HANG = """
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.judged > OLD.judged THEN PERFORM pg_advisory_xact_lock(7); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hang BEFORE UPDATE ON leads_impactcount FOR EACH ROW EXECUTE FUNCTION hang();
"""


def somebody_hangs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0
