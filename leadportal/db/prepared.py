"""Statements of every request of the API and every judgement, planned once for each connection.

Planning one of them takes several times as long as finding or writing its few rows. The setting
plan_cache_mode=force_generic_plan keeps PostgreSQL from planning them again for each value.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection

# A list longer than this deserves a plan of its own.
FEW = 10
# So many made of criteria a connection keeps: new criteria, or a new day, leave old ones behind.
MOST_OF_CRITERIA = 8
_numbers = count(1)
# By connection of psycopg: each statement, and how to execute it there.
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
# The same of those made of criteria: by their text and the values that are part of them.
_of_criteria: WeakKeyDictionary[Any, dict[tuple[str, str], str]] = WeakKeyDictionary()


def fetch(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows a statement answers with; its parameters read %(name)s, and it uses all of them."""
    with connection.cursor() as cursor:
        if _may_prepare(params):
            statement = _prepared(cursor, statement, params)
        return _rows(cursor, statement, params)


def fetch_by_criteria(
    statement: str, params: Sequence[Any], ids: list[int]
) -> list[tuple[Any, ...]]:
    """The rows of a statement whose hundreds of values say what criteria ask for.

    From call to call only its moments and the list of ids vary; the rest is planned with it.
    """
    with connection.cursor() as cursor:
        if not _may_prepare({"ids": ids}):
            return _rows(cursor, statement, params)
        statement, fixed, varying = _parted(statement, params, ids)
        known = _of_criteria.setdefault(connection.connection, {})
        key = (statement, repr(fixed))
        if key not in known:
            if len(known) == MOST_OF_CRITERIA:
                cursor.execute(f"DEALLOCATE {known.pop(next(iter(known)))}")
            known[key] = _prepare(cursor, cursor.mogrify(statement, fixed).decode())
        return _rows(cursor, _execution(known[key], ["%s"] * len(varying)), varying)


def _parted(
    statement: str, params: Sequence[Any], ids: list[int]
) -> tuple[str, list[Any], list[Any]]:
    """The statement with $1, $2 … for what varies, the fixed values, and those that vary."""
    places, fixed, varying = [], [], []
    for value in params:
        if value == ids or isinstance(value, datetime):
            if value not in varying:
                varying.append(value)
            cast = "" if value == ids else "::timestamptz"
            places.append(f"${varying.index(value) + 1}{cast}")
        else:
            places.append("%s")
            fixed.append(value)
    return statement % tuple(places), fixed, varying


def _rows(cursor: Any, statement: str, params: Any) -> list[tuple[Any, ...]]:
    try:
        cursor.execute(statement, params)
    except NotSupportedError:
        # A migration changed the type of a column under the plan; the next call plans anew.
        _known.pop(connection.connection, None)
        _of_criteria.pop(connection.connection, None)
        raise
    return cursor.fetchall()


def _may_prepare(params: Mapping[str, Any]) -> bool:
    # Behind a pooler that gives each transaction another connection nothing stays prepared.
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return False
    return all(len(value) <= FEW for value in params.values() if isinstance(value, list))


def _prepared(cursor: Any, statement: str, params: Mapping[str, Any]) -> str:
    known = _known.setdefault(connection.connection, {})
    if statement not in known:
        places = {param: f"${number}" for number, param in enumerate(params, start=1)}
        name = _prepare(cursor, statement % places)
        known[statement] = _execution(name, [f"%({param})s" for param in params])
    return known[statement]


def _prepare(cursor: Any, statement: str) -> str:
    name = f"prepared_{next(_numbers)}"
    cursor.execute(f"PREPARE {name} AS {statement}")
    return name


def _execution(name: str, places: Sequence[str]) -> str:
    return f"EXECUTE {name}({', '.join(places)})"
