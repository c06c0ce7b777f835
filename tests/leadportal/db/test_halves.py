"""A long read by two connections: each row once, in order, and no connection left behind."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from leadportal.db import halves
from leadportal.db.backend import base

IDS = range(halves.WORTH)


def whose(ids) -> list[tuple[int, int]]:
    """(id, backend) of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, pg_backend_pid() FROM unnest(%s) AS id", [list(ids)])
        return cursor.fetchall()


@pytest.fixture
def kept(monkeypatch) -> list:
    """Which connections of psycopg the halves had."""
    had = []

    def noted(ask, ids):
        try:
            return apart(ask, ids)
        finally:
            had.append(connection.connection)

    apart = halves._apart
    monkeypatch.setattr(halves, "_apart", noted)
    return had


@pytest.mark.django_db(transaction=True)
def test_each_half_has_a_connection_and_the_other_one_is_closed(kept):
    rows = halves.read(whose, IDS)

    assert [pk for pk, _ in rows] == list(IDS)
    half = len(IDS) // 2
    assert len({backend for _, backend in rows[:half]}) == 1
    assert len({backend for _, backend in rows[half:]}) == 1
    assert rows[0][1] != rows[-1][1]
    assert kept == [None]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_and_a_few_are_read_by_the_one_that_asks():
    with transaction.atomic():
        assert len({backend for _, backend in halves.read(whose, IDS)}) == 1
    assert len({backend for _, backend in halves.read(whose, IDS[:-1])}) == 1


@pytest.mark.parametrize("which", ["MainThread", "half_0"])
@pytest.mark.django_db(transaction=True)
def test_what_either_half_raises_is_raised(which, kept):
    def cancelled(ids):
        if threading.current_thread().name == which:
            raise OperationalError("canceling statement due to statement timeout")
        return whose(ids)

    with pytest.raises(OperationalError):
        halves.read(cancelled, IDS)

    assert kept == [None]


@pytest.mark.django_db(transaction=True)
def test_where_the_server_takes_no_second_connection_one_reads_all(monkeypatch, kept):
    connection.ensure_connection()

    def refused(self):
        raise OperationalError("FATAL:  sorry, too many clients already")

    monkeypatch.setattr(base.DatabaseWrapper, "connect", refused)

    rows = halves.read(whose, IDS)

    assert [pk for pk, _ in rows] == list(IDS)
    assert len({backend for _, backend in rows}) == 1
    assert kept == [None]
