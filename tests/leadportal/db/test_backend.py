"""A connection that answered a moment ago is not asked whether it works; one that ended is seen."""

from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from leadportal.db.backend import base, guarded
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def ask(connection, statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.fixture
def kept() -> Iterator[base.DatabaseWrapper]:
    """A connection besides the test's own, which has answered."""
    made = connections.create_connection(DEFAULT_DB_ALIAS)
    ask(made, "SELECT 2")
    yield made
    made.close()


@pytest.fixture
def asked(monkeypatch) -> list:
    """What is asked from here on."""
    statements = []

    def noted(cursor, query, given=None):
        statements.append(query)
        return execute(cursor, query, given)

    execute = guarded._execute
    monkeypatch.setattr(guarded, "_execute", noted)
    return statements


def test_who_answered_a_moment_ago_is_not_asked_again(kept, asked):
    assert kept.is_usable()
    assert asked == []


def test_who_answered_longer_ago_is_asked(kept, asked, monkeypatch):
    monkeypatch.setattr(base, "FRESH", 0.0)

    assert kept.is_usable()
    assert asked == ["SELECT 1"]


def test_a_statement_that_failed_is_no_answer(kept, asked):
    kept.connection.answered = 0.0
    with pytest.raises(Exception, match="division by zero"):
        ask(kept, "SELECT 1 / 0")

    assert kept.is_usable()
    assert asked[-1] == "SELECT 1"


def test_one_that_the_server_ended_is_seen_at_once_and_replaced(kept):
    # As a server that is stopped does it, after so many milliseconds.
    ask(kept, "SELECT set_config('idle_session_timeout', '20', FALSE)")
    eventually(lambda: not base._is_quiet(kept.connection))

    kept.health_check_enabled, kept.health_check_done = True, False
    kept.close_if_health_check_failed()

    assert kept.connection is None
    assert ask(kept, "SELECT 3") == 3


def test_in_a_transaction_that_failed_none_is_usable(kept):
    with kept.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(Exception, match="division by zero"):
            cursor.execute("SELECT 1 / 0")

        assert not kept.is_usable()


def test_one_that_is_closed_is_not_usable(kept):
    kept.connection.close()

    assert not kept.is_usable()
