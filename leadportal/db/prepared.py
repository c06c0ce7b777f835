"""Statements of every request of the API and every judgement, planned once for each connection.

Planning one of them takes several times as long as finding or writing its few rows. The setting
plan_cache_mode=force_generic_plan keeps PostgreSQL from planning them again for each value.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# A list longer than this deserves a plan of its own.
FEW = 10
# So many made of criteria a connection keeps: new criteria, or a new day, leave old ones behind.
MOST_OF_CRITERIA = 8
# A plan serves tables up to so many times the size they had, and looks so often, in seconds,
# whether they still have it. Below SMALL any plan does.
GROWTH = 4
SMALL = 64 * 1024
LOOK_EVERY = 1.0
_SIZES = """
SELECT oid::bigint, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_numbers = count(1)
# By connection of psycopg: each statement, and how to execute it there.
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
# The same of those made of criteria: by their text and the values that are part of them.
_of_criteria: WeakKeyDictionary[Any, dict[tuple[str, str], str]] = WeakKeyDictionary()
# When a connection last looked at its tables, and their sizes when its plans were made.
_planned_for: WeakKeyDictionary[Any, tuple[float, dict[int, int]]] = WeakKeyDictionary()


class Edge(int):
    """The first or the last of the ids that a statement reads from end to end.

    However many there are, it reads their rows in order, and needs no plan of its own.
    """


def fetch(statement: str, params: Mapping[str, Any], *, few: int = FEW) -> list[tuple[Any, ...]]:
    """The rows a statement answers with; its parameters read %(name)s, and it uses all of them.

    A list of more than `few` has it planned for this one call.
    """
    # Looked up once: `connection` asks at each of its names which thread's it is.
    one = connections[DEFAULT_DB_ALIAS]
    with one.wrap_database_errors, _cursor(one) as cursor:
        if _may_prepare(one, params, few):
            _keep_up(one)
            statement = _prepared(one, cursor, statement, params)
        return _rows(cursor, statement, params)


def fetch_by_criteria(
    statement: str, params: Sequence[Any], ids: list[int]
) -> list[tuple[Any, ...]]:
    """The rows of a statement whose hundreds of values say what criteria ask for.

    From call to call only its moments, the list of ids and their edges vary; the rest is planned
    with it. More than a few ids without edges have it planned for this one call.
    """
    one = connections[DEFAULT_DB_ALIAS]
    with one.wrap_database_errors, _cursor(one) as cursor:
        few = len(ids) if any(isinstance(value, Edge) for value in params) else FEW
        if not _may_prepare(one, {"ids": ids}, few):
            return _rows(cursor, statement, params)
        _keep_up(one)
        statement, fixed, varying = _parted(statement, params, ids)
        given = ["%s"] * len(varying)
        known = _of_criteria.setdefault(one.connection, {})
        key = (statement, repr(fixed))
        if key not in known:
            if len(known) == MOST_OF_CRITERIA:
                cursor.execute(f"DEALLOCATE {known.pop(next(iter(known)))}")
            text = cursor.mogrify(statement, fixed).decode()
            known[key] = _prepare(one, cursor, text, given, varying)
        return _rows(cursor, _execution(known[key], given), varying)


def forget() -> None:
    """Plan everything anew that this connection is asked from here on."""
    _known.pop(connection.connection, None)
    _of_criteria.pop(connection.connection, None)
    _planned_for.pop(connection.connection, None)


def _parted(
    statement: str, params: Sequence[Any], ids: list[int]
) -> tuple[str, list[Any], list[Any]]:
    """The statement with $1, $2 … for what varies, the fixed values, and those that vary."""
    places, fixed, varying = [], [], []
    for value in params:
        if value == ids or isinstance(value, datetime | Edge):
            if value not in varying:
                varying.append(value)
            places.append(f"${varying.index(value) + 1}{_CASTS.get(type(value), '')}")
        else:
            places.append("%s")
            fixed.append(value)
    return statement % tuple(places), fixed, varying


_CASTS = {datetime: "::timestamptz", Edge: "::bigint"}


def _cursor(one: BaseDatabaseWrapper) -> Any:
    """Django's where somebody listens to what is asked, as tests do; else psycopg's.

    To make the listening one takes, in a thread of a web process, as long as to ask a statement.
    """
    if one.execute_wrappers or one.queries_logged:
        return one.cursor()
    one.close_if_health_check_failed()
    one.ensure_connection()
    one.validate_no_broken_transaction()
    return one.create_cursor()


def _rows(
    cursor: Any, statement: str, params: Mapping[str, Any] | Sequence[Any]
) -> list[tuple[Any, ...]]:
    given: Mapping[str, Any] | Sequence[Any]
    if isinstance(params, Mapping):
        given = {name: _brief(value) for name, value in params.items()}
    else:
        given = [_brief(value) for value in params]
    try:
        cursor.execute(statement, given)
    except (NotSupportedError, psycopg2.NotSupportedError):
        # A migration changed the type of a column under the plan; the next call plans anew.
        forget()
        raise
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _brief(value: Any) -> Any:
    """A long list of ids as PostgreSQL writes arrays; as an expression each would be parsed."""
    if isinstance(value, list) and len(value) > FEW and set(map(type, value)) == {int}:
        return f"{{{','.join(map(str, value))}}}"
    return value


def _may_prepare(one: BaseDatabaseWrapper, params: Mapping[str, Any], few: int) -> bool:
    # Behind a pooler that gives each transaction another connection nothing stays prepared.
    if one.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return False
    return all(len(value) <= few for value in params.values() if isinstance(value, list))


def _keep_up(one: BaseDatabaseWrapper) -> None:
    """Let everything be planned anew, also within functions, where a table has outgrown its plans.

    PostgreSQL does so once it has counted the rows again, a minute or more after a large import.
    """
    raw = one.connection
    looked, sizes = _planned_for.get(raw, (0.0, {}))
    if time.monotonic() - looked < LOOK_EVERY:
        return
    # Not one of the queries of whoever asks.
    with raw.cursor() as cursor:
        cursor.execute(_SIZES)
        now = dict(cursor.fetchall())
        # What was emptied meanwhile may have been planned anew, by PostgreSQL, while it was empty.
        sizes = {oid: min(size, now.get(oid, size)) for oid, size in sizes.items()}
        if not sizes or any(size > GROWTH * sizes.get(oid, 0) + SMALL for oid, size in now.items()):
            sizes = now
            cursor.execute("DISCARD PLANS")
    _planned_for[raw] = (time.monotonic(), sizes)


def _prepared(
    one: BaseDatabaseWrapper, cursor: Any, statement: str, params: Mapping[str, Any]
) -> str:
    known = _known.setdefault(one.connection, {})
    if statement not in known:
        places = {param: f"${number}" for number, param in enumerate(params, start=1)}
        given = [f"%({param})s" for param in params]
        name = _prepare(one, cursor, statement % places, given, params)
        known[statement] = _execution(name, given)
    return known[statement]


def _prepare(
    one: BaseDatabaseWrapper, cursor: Any, statement: str, given: Sequence[str], params: Any
) -> str:
    """Name of a statement now prepared, and planned for tables that will fill.

    Made while they are empty, or believed to be, a plan would read them whole, and be kept.
    """
    name = f"prepared_{next(_numbers)}"
    plan = cursor.mogrify(f"EXPLAIN {_execution(name, given)}", params).decode()
    # Once a connection, so not one of the queries of whoever asks.
    with one.connection.cursor() as once:
        once.execute(
            f"PREPARE {name} AS {statement}; SET enable_seqscan = off; {plan}; RESET enable_seqscan"
        )
    return name


def _execution(name: str, given: Sequence[str]) -> str:
    return f"EXECUTE {name}({', '.join(given)})" if given else f"EXECUTE {name}"
