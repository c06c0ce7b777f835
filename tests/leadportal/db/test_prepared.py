from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leadportal.db import prepared

SUM = "SELECT %(a)s::int + %(b)s::int"
BY_CRITERIA = "SELECT cardinality(%s::int[]) * %s::int, %s + %s"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS = "SELECT sum(id) FROM unnest(%(ids)s::bigint[]) AS ids (id)"
IS_IN = "SELECT %(one)s::int = ANY(%(many)s::int[])"


def planned() -> list[str]:
    """The statements PostgreSQL holds ready on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%::int%'"
        )
        return [text for (text,) in cursor.fetchall()]


@pytest.fixture(autouse=True)
def own_connection(transactional_db: None) -> None:
    connection.close()


def test_a_statement_is_planned_once_for_all_values():
    sums = [prepared.fetch(SUM, {"a": n, "b": 1}) for n in range(20)]

    assert sums == [[(n + 1,)] for n in range(20)]
    assert len(planned()) == 1


def test_it_stays_planned_when_the_transaction_is_undone():
    with transaction.atomic():
        prepared.fetch(SUM, {"a": 1, "b": 1})
        transaction.set_rollback(True)

    assert prepared.fetch(SUM, {"a": 2, "b": 2}) == [(4,)]
    assert len(planned()) == 1


def test_another_connection_plans_for_itself():
    prepared.fetch(SUM, {"a": 1, "b": 1})
    connection.close()

    assert prepared.fetch(SUM, {"a": 1, "b": 2}) == [(3,)]
    assert len(planned()) == 1


def test_many_values_get_a_plan_of_their_own():
    assert prepared.fetch(IS_IN, {"one": 5, "many": list(range(1_000))}) == [(True,)]

    assert planned() == []


def test_behind_a_pooler_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    assert prepared.fetch(SUM, {"a": 1, "b": 1}) == [(2,)]
    assert planned() == []


def by_criteria(points: int, ids: list[int], at: datetime) -> list[tuple[int, datetime]]:
    params = [ids, points, at, timedelta(days=1)]
    return prepared.fetch_by_criteria(BY_CRITERIA, params, ids)


def test_criteria_are_planned_once_for_all_leads_and_moments():
    for hour in range(5):
        at = NOON + timedelta(hours=hour)
        assert by_criteria(3, [hour, 9], at) == [(6, at + timedelta(days=1))]

    assert len(planned()) == 1


def test_many_ids_with_their_edges_are_planned_once_wherever_these_are():
    statement = "SELECT cardinality(%s::int[])::int, %s - %s"

    for first in (1, 5_000):
        ids = list(range(first, first + 1_000))
        params = [ids, prepared.Edge(ids[-1]), prepared.Edge(ids[0])]
        assert prepared.fetch_by_criteria(statement, params, ids) == [(1_000, 999)]
    assert len(planned()) == 1

    # Without edges, for this one call.
    params = [ids, 999, 0]
    assert prepared.fetch_by_criteria(statement, params, ids) == [(1_000, 999)]
    assert len(planned()) == 1


def test_other_criteria_are_planned_anew_and_the_oldest_forgotten():
    for _ in range(2):
        for points in range(prepared.MOST_OF_CRITERIA + 3):
            assert by_criteria(points, [1], NOON)[0][0] == points

    assert len(planned()) == prepared.MOST_OF_CRITERIA


def test_criteria_for_many_leads_get_a_plan_of_their_own():
    assert by_criteria(2, list(range(1_000)), NOON)[0][0] == 2_000

    assert planned() == []


def test_a_table_that_was_emptied_and_fills_again_is_planned_for_anew(monkeypatch):
    """As are the plans that PostgreSQL made anew while it was empty."""
    monkeypatch.setattr(prepared, "LOOK_EVERY", 0)

    def planned_for(size: int) -> int:
        monkeypatch.setattr(prepared, "_SIZES", f"SELECT 1::bigint, {size}")
        prepared.fetch(SUM, {"a": 1, "b": 1})
        return prepared._planned_for[connection.connection][1][1]

    connection.ensure_connection()
    prepared.forget()
    sizes = [1_000_000, 2_000_000, 0, 60_000, 80_000, 200_000]
    assert [planned_for(size) for size in sizes] == [1_000_000, 1_000_000, 0, 0, 80_000, 80_000]


def test_a_long_list_of_ids_is_no_expression():
    many = [*range(-5, prepared.FEW), 2**40]
    with CaptureQueriesContext(connection) as asked:
        found = prepared.fetch(IDS, {"ids": many})

    assert found == [(sum(many),)]
    assert "'{-5,-4," in asked.captured_queries[-1]["sql"]


def test_a_long_list_of_other_things_is_as_ever():
    words = [f'a "word", {{{n}}}' for n in range(2 * prepared.FEW)]
    assert prepared.fetch("SELECT %(words)s::text[]", {"words": words}) == [(words,)]
