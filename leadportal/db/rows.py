"""Writing many rows in one statement: the rows travel as one JSON value."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from django.db import connection, models
from django.db.models import NOT_PROVIDED
from psycopg2 import sql

from leadportal.db import prepared

Row = dict[str, Any]
M = TypeVar("M", bound=models.Model)
# Defaults that are called and yet always give the same.
_EMPTY_OR_NONE = (dict, list, NOT_PROVIDED)


def as_json(value: Any) -> str:
    """Rows as PostgreSQL reads them: times and decimals as text, exactly."""
    try:
        return orjson.dumps(value, default=str).decode()
    except orjson.JSONEncodeError:
        # A whole number of more than 64 bits, which it does not write.
        return json.dumps(value, default=str)


@cache
def _insert_statement(
    model: type[models.Model], skip_conflicts: bool, returning: tuple[str, ...], nth: int = 0
) -> tuple[str, Row]:
    """The INSERT for all columns but the id, and what is written where a row is silent."""
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key or f.generated)]
    constant = [f for f in fields if not callable(f.default) or f.default in _EMPTY_OR_NONE]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset("
        "json_populate_record(NULL::{table}, {defaults}::json), {rows}::json) "
        "{conflict} RETURNING {returning}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=_names(str(field.column) for field in fields),
        defaults=sql.Placeholder(f"defaults{nth}"),
        rows=sql.Placeholder(f"rows{nth}"),
        conflict=sql.SQL("ON CONFLICT DO NOTHING" if skip_conflicts else ""),
        returning=_names(returning),
    )
    defaults = {str(field.column): field.get_default() for field in constant}
    return _text(statement), defaults


def insert(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    skip_conflicts: bool = False,
    returning: tuple[str, ...] = ("id",),
    common: Row | None = None,
    beside: str = "",
    **params: Any,
) -> list[tuple[Any, ...]]:
    """Insert the rows in their order; answer the `returning` columns of those written.

    Columns a row does not name take the value that `common` gives them, else the model's default,
    if that is a constant; times must be named. With `skip_conflicts` rows that break a unique
    constraint are left out: compare counts.
    `beside` is another INSERT of the same statement, which reads what this one returns from
    `written`, and `params`.
    """
    if not rows:
        return []
    statement, defaults = _insert_statement(model, skip_conflicts, returning)
    if beside:
        statement = f"WITH written AS ({statement}), beside AS ({beside}) SELECT * FROM written"  # noqa: S608 - constants
    given = {"defaults0": as_json(defaults | (common or {})), "rows0": as_json(rows)}
    return prepared.fetch(statement, given | params)


@cache
def _inserts_statement(written: tuple[type[models.Model], ...]) -> tuple[str, list[Row]]:
    """One INSERT for each model, in one statement that answers with the number of all rows."""
    inserts = [_insert_statement(model, True, ("id",), n) for n, model in enumerate(written)]
    parts = ", ".join(f"w{n} AS ({statement})" for n, (statement, _) in enumerate(inserts))
    count = " + ".join(f"(SELECT count(*) FROM w{n})" for n in range(len(inserts)))  # noqa: S608 - numbers
    return f"WITH {parts} SELECT {count}", [defaults for _, defaults in inserts]


def insert_together(batches: Mapping[type[models.Model], Sequence[Row]], common: Row) -> bool:
    """Insert rows into tables that do not refer to one another, in one statement.

    Of `common` each takes the columns it has and its rows do not name. False when a row broke a
    unique constraint and was left out: then start again.
    """
    given = {model: rows for model, rows in batches.items() if rows}
    if not given:
        return True
    statement, defaults = _inserts_statement(tuple(given))
    params = {f"rows{n}": as_json(rows) for n, rows in enumerate(given.values())}
    params |= {f"defaults{n}": as_json(values | common) for n, values in enumerate(defaults)}
    ((written,),) = prepared.fetch(statement, params)
    return bool(written == sum(map(len, given.values())))


@cache
def _select_statement(model: type[models.Model], columns: tuple[str, ...], by: str) -> str:
    statement = sql.SQL("SELECT {columns} FROM {table} WHERE {by} = ANY(%(keys)s)").format(
        columns=_names(columns),
        table=sql.Identifier(model._meta.db_table),
        by=sql.Identifier(by),
    )
    return _text(statement)


def by_key(
    model: type[models.Model], columns: tuple[str, ...], keys: Iterable[str], *, by: str = "key"
) -> list[Row]:
    """Rows of a small table of names by their keys; every single lead asks for them."""
    found = prepared.fetch(_select_statement(model, columns, by), {"keys": list(keys)})
    return [dict(zip(columns, row, strict=True)) for row in found]


@cache
def _read_by_field(model: type[models.Model]) -> list[tuple[int, Any]]:
    """The columns that only their field makes a value of, as JSON; by their place."""
    fields = enumerate(model._meta.concrete_fields)
    return [(place, field) for place, field in fields if hasattr(field, "from_db_value")]


def as_instance(model: type[M], values: Sequence[Any]) -> M:
    """The instance of a row as the database answers it: all columns, in the model's order."""
    read = list(values)
    for place, field in _read_by_field(model):
        read[place] = field.from_db_value(read[place], None, connection)
    return model.from_db(connection.alias, _all_names(model), read)


@cache
def _all_names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def one(model: type[M], by: str, value: Any) -> M | None:
    """The instance whose unique column `by` has this value, by a statement that is prepared."""
    columns = tuple(field.column for field in model._meta.concrete_fields)
    found = prepared.fetch(_select_statement(model, columns, by), {"keys": [value]})
    return as_instance(model, found[0]) if found else None


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set `columns` of the rows by their id; every row names every column."""
    if not rows:
        return
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL(
        "UPDATE {table} t SET {settings} FROM json_populate_recordset(NULL::{table}, %s::json) r "
        "WHERE t.id = r.id"
    ).format(
        table=table,
        settings=sql.SQL(", ").join(
            sql.SQL("{0} = r.{0}").format(sql.Identifier(column)) for column in columns
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(rows)])


def _text(statement: sql.Composable) -> str:
    # Names are quoted by the connection, which a thread has not before it first asks something.
    connection.ensure_connection()
    return statement.as_string(connection.connection)


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
