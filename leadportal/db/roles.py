"""Two roles of the database: the owner of the tables, and the app, which owns nothing.

Migrations, restores and backups are the owner's work. Web, workers and all other commands connect
as the app (settings.DATABASES): it reads and writes rows, adds to history without changing it
(append_only.py), and calls the functions of the owner. After each `migrate` the owner gives it just
that, and takes from it what is more. Where DATABASE_URL is the owner's own, there is one role.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from psycopg2 import extensions, sql

ROWS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
HISTORY = frozenset({"SELECT", "INSERT"})
READ = frozenset({"SELECT"})
NUMBERS = frozenset({"USAGE", "SELECT"})
CALL = frozenset({"EXECUTE"})
# Of no model; `/readyz` reads it.
READ_ONLY = frozenset({"django_migrations"})


class NoRole(Exception):
    """The app's role is not there, and who migrates may not make it; says what is to be done."""


def give(using: str) -> list[str]:
    """Make the role of the app where it is missing; have it hold what it needs, no more, no less.

    Answers what it may do beyond that all the same, a sentence each. Raises NoRole.
    """
    role = settings.APP_ROLE
    if role is None:
        return []
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _make(cursor, connection.connection, role)
        _run(cursor, _entry(cursor, role), role)
        _run(cursor, _differences(cursor, role), role)
        return list(_too_much(cursor, role))


def _run(cursor: Any, statements: Iterable[str], role: str) -> None:
    """Run what ends with the name of the role."""
    for statement in list(statements):
        cursor.execute(sql.SQL(statement + " {}").format(sql.Identifier(role)))


def _make(cursor: Any, raw: Any, role: str) -> None:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s), rolsuper OR rolcreaterole "
        "FROM pg_roles WHERE rolname = current_user",
        [role],
    )
    is_there, may_make = cursor.fetchone()
    if is_there:
        return
    if not may_make:
        raise NoRole(f"The role {role} of DATABASE_URL is not there: CREATE ROLE {role} LOGIN …")
    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    if password := settings.APP_PASSWORD:
        # As PostgreSQL keeps it: statements are logged here and there.
        kept = extensions.encrypt_password(password, role, raw, "scram-sha-256")
        cursor.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(kept))
        )


def _entry(cursor: Any, role: str) -> Iterator[str]:
    """Into the database and its schema, in which nobody else makes anything (before 15 all may)."""
    cursor.execute(
        "SELECT quote_ident(current_database()), pg_has_role(nspowner, 'USAGE'),"
        " has_database_privilege(%(role)s, current_database(), 'CONNECT'),"
        " has_schema_privilege(%(role)s, oid, 'USAGE'),"
        " has_schema_privilege(%(role)s, oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'",
        {"role": role},
    )
    database, is_ours, may_connect, may_use, may_create = cursor.fetchone()
    if not may_connect:
        yield f"GRANT CONNECT ON DATABASE {database} TO"
    if not may_use:
        yield "GRANT USAGE ON SCHEMA public TO"
    if may_create and is_ours:
        yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC,"


# What of the schema is the owner's, and what the role may do with it by now. A function that works
# as who calls it is everybody's to call, as PostgreSQL has it.
_THINGS = """
WITH things AS (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, relname::text AS name,
           oid::regclass::text AS said, relacl AS acl
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY ('{r,p,v,m,S}')
    AND pg_has_role(relowner, 'USAGE')
    UNION ALL
    SELECT 'FUNCTION', proname::text, oid::regprocedure::text, proacl
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
    AND pg_has_role(proowner, 'USAGE')
)
SELECT kind, name, said, ARRAY(
    SELECT a.privilege_type FROM aclexplode(acl) a
    WHERE a.grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)
) FROM things ORDER BY kind, name
"""


def _differences(cursor: Any, role: str) -> Iterator[str]:
    """What the role lacks, and what it has that is too much."""
    history = tables_of_history()
    cursor.execute(_THINGS, [role])
    for kind, name, said, given in cursor.fetchall():
        due = _due(kind, name, history)
        if lacks := due.difference(given):
            yield f"GRANT {', '.join(sorted(lacks))} ON {kind} {said} TO"
        if more := set(given) - due:
            yield f"REVOKE {', '.join(sorted(more))} ON {kind} {said} FROM"


def tables_of_history() -> set[str]:
    """The tables of all models that are append-only."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "is_append_only", False)
    }


def _due(kind: str, name: str, history: set[str]) -> frozenset[str]:
    if kind == "FUNCTION":
        return CALL
    if kind == "SEQUENCE":
        return NUMBERS
    if name in READ_ONLY:
        return READ
    return HISTORY if name in history else ROWS


def _too_much(cursor: Any, role: str) -> Iterator[str]:
    """What only who runs PostgreSQL can take from the role."""
    cursor.execute(
        "SELECT rolsuper, rolcreaterole OR rolcreatedb, pg_has_role(oid, current_user, 'MEMBER'), "
        "has_schema_privilege(oid, 'public', 'CREATE') FROM pg_roles WHERE rolname = %s",
        [role],
    )
    is_super, makes, is_owner, may_create = cursor.fetchone()
    if is_super:
        yield f"The role {role} is a superuser, to whom nothing is refused."
        return
    if makes:
        yield f"The role {role} makes roles or databases: ALTER ROLE {role} NOCREATEROLE NOCREATEDB"
    if is_owner:
        yield f"The role {role} belongs to the owner of the tables, and may do what that one may."
    if may_create:
        yield (
            f"The role {role} may make things in the schema public: "
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        )
