"""Queries of one shape: made into SQL once in a process, and planned once for each connection.

To make SQL of a query of some joins takes Django several times as long as PostgreSQL takes to
answer it, and a page asks the same few again and again, about another person and another moment.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from leadportal.db import prepared

Build = Callable[..., QuerySet]


class _Compiler(SQLCompiler):
    """Django's own, which knows how rows become objects, with rows that somebody else fetched."""

    answer: list[tuple[Any, ...]]

    def execute_sql(self, *_: Any, **__: Any) -> Any:
        return [self.answer]


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement with all that is the same for every value in it, and the values it names."""

    text: str
    used: list[str]
    # Of a query of objects.
    compiler: _Compiler | None


# By what builds the query, and its shape; None where it finds nothing, whatever the values.
_made: dict[tuple[Any, ...], _Made | None] = {}


def fetch(build: Build, *shape: Any, **values: int | datetime) -> list[Any]:
    """What `build(*shape, **values)` finds: objects, or of a query of values what psycopg gives.

    It is built once for each `shape`, with others in the place of the values. So what it looks like
    hangs on the shape alone, and it uses a value as it is given: whoever needs a moment ten minutes
    later gives that one too. Raises ValueError where it does otherwise. Nothing is prefetched.
    """
    made = _statement(build, shape, values)
    if made is None:
        return []
    found = prepared.fetch(made.text, {name: values[name] for name in made.used})
    return _objects(made.compiler, found) if made.compiler else found


def count(build: Build, *shape: Any, **values: int | datetime) -> int:
    """How many rows `fetch` would give."""
    made = _statement(build, shape, values)
    if made is None:
        return 0
    text = f"SELECT count(*) FROM ({made.text}) AS counted"  # noqa: S608 - of our own making
    ((found,),) = prepared.fetch(text, {name: values[name] for name in made.used})
    return found


def _statement(build: Build, shape: tuple[Any, ...], values: dict[str, Any]) -> _Made | None:
    key = (build, *shape)
    if key not in _made:
        _made[key] = _make(build, shape, values)
    return _made[key]


def _objects(compiler: _Compiler, found: list[tuple[Any, ...]]) -> list[Any]:
    # Others may be at it in another thread, on a connection of their own.
    mine = copy(compiler)
    mine.connection, mine.answer = connection, found
    query = SimpleNamespace(get_compiler=lambda using: mine)
    rows: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
    return list(ModelIterable(rows))


def _make(build: Build, shape: tuple[Any, ...], values: dict[str, Any]) -> _Made | None:
    # Twice: what differs must be a value, and what does not none of them.
    first, second = _in_place_of(values, 1), _in_place_of(values, 2)
    try:
        compiler, sql, given = _compiled(build(*shape, **first))
        _, again, others = _compiled(build(*shape, **second))
    except EmptyResultSet:
        return None
    named = {(one, second[name]): name for name, one in first.items()}
    pairs = [*zip(given, others, strict=False)]
    names = [named.get(pair) if type(pair[0]) in (int, datetime) else None for pair in pairs]
    strange = [one != other for (one, other), name in zip(pairs, names, strict=True) if not name]
    if sql != again or any(strange):
        raise ValueError(f"{build.__qualname__} is not the same query for other values.")
    places = [
        f"%({name})s" if name else _literal(one)
        for (one, _), name in zip(pairs, names, strict=True)
    ]
    text = sql.replace("%%", "%%%%") % tuple(places)
    return _Made(text, list(dict.fromkeys(filter(None, names))), compiler)


def _compiled(rows: QuerySet) -> tuple[_Compiler | None, str, tuple[Any, ...]]:
    if issubclass(rows._iterable_class, ModelIterable):
        compiler = _Compiler(rows.query, connection, DEFAULT_DB_ALIAS)
        return compiler, *compiler.as_sql()
    return None, *rows.query.sql_with_params()


def _in_place_of(values: dict[str, Any], turn: int) -> dict[str, Any]:
    """For each value another of its kind, which no query has of its own accord."""
    return {
        name: datetime(1000 + turn, 1, place, tzinfo=UTC)
        if isinstance(value, datetime)
        else -(1_000_003 * turn + place)
        for place, (name, value) in enumerate(values.items(), start=1)
    }


def _literal(value: Any) -> str:
    """As part of the text: a plan for any value would not use an index of some of the rows."""
    with connection.cursor() as cursor:
        return cursor.mogrify("%s", [value]).decode().replace("%", "%%")
