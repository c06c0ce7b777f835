import pytest
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection

from funnel.models import CriteriaVersion
from leadportal import logs
from leads.models import Lead, StageChange
from tests import factories


@pytest.fixture
def emptied(transactional_db: None) -> None:
    """As after any test with committed rows: everything was emptied once."""
    factories.begun([Lead(email="first@example.com")])
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(
            no_style(), connection.introspection.django_table_names(only_existing=True)
        )
    )


def test_emptying_takes_the_rows_of_tests_and_keeps_the_shipped_ones(emptied: None) -> None:
    assert not Lead.objects.exists()
    assert not StageChange.objects.exists()
    assert CriteriaVersion.objects.exists()


@pytest.mark.django_db
def test_a_hanging_statement_or_lock_gives_up() -> None:
    with connection.cursor() as cursor:
        limits = {}
        for name in (
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
        ):
            cursor.execute(f"SHOW {name}")
            limits[name] = cursor.fetchone()[0]

    assert limits == {
        "statement_timeout": "1min",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "1min",
    }


@pytest.mark.django_db
def test_the_throttle_counts_in_the_database() -> None:
    cache.set("tries", 3)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache_entry")
        assert cursor.fetchone() == (1,)


def test_a_log_line_holds_allowed_fields_only() -> None:
    event = {"event": "claimed", "lead_id": 7, "email": "maya@example.com", "error": "maya said no"}

    assert logs.only_allowed_fields(None, "", event) == {"event": "claimed", "lead_id": 7}


def test_an_exception_is_logged_without_its_text() -> None:
    try:
        raise ValueError("maya@example.com")
    except ValueError as error:
        event = logs.exception_without_its_text(None, "", {"event": "failed", "exc_info": error})

    assert event["exception"]["class"] == "builtins.ValueError"
    assert "maya" not in str(event)
