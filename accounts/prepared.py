"""Statements of every request of the API, planned once for each connection.

Planning one of them takes several times as long as finding or writing its few rows. The setting
plan_cache_mode=force_generic_plan keeps PostgreSQL from planning them again for each value.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection

# A list longer than this deserves a plan of its own.
FEW = 10
_numbers = count(1)
# By connection of psycopg: each statement, and how to execute it there.
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def fetch(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows a statement answers with; its parameters read %(name)s, and it uses all of them."""
    with connection.cursor() as cursor:
        if _may_prepare(params):
            statement = _prepared(cursor, statement, params)
        try:
            cursor.execute(statement, params)
        except NotSupportedError:
            # A migration changed the type of a column under the plan; the next call plans anew.
            _known.pop(connection.connection, None)
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
        name = f"prepared_{next(_numbers)}"
        places = {param: f"${number}" for number, param in enumerate(params, start=1)}
        cursor.execute(f"PREPARE {name} AS {statement % places}")
        known[statement] = f"EXECUTE {name}({', '.join(f'%({param})s' for param in params)})"
    return known[statement]
