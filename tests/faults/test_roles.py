"""What the product may not do to its own database, tried as its role; and how it comes by it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg2 import errors

from leadportal.db import roles
from leadportal.local import folders, owner, postgres
from leads.invariants import history
from leads.models import Event
from manage import about_the_database
from tests import factories
from tests.leadportal.test_up import Machine
from tests.processes import environment, eventually

ROOT = Path(settings.BASE_DIR)
HISTORY = sorted(roles.tables_of_history())
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

MERGE = "MERGE INTO {} t USING (SELECT 1) one ON FALSE WHEN MATCHED THEN DELETE"
MERGE_SINCE = 150_000

Run = Callable[..., list[tuple[Any, ...]]]


@contextmanager
def connected(user: str, host: str, database: str) -> Iterator[Run]:
    """Run statements one by one, each by itself, as this role."""
    raw = psycopg2.connect(host=host, dbname=database, user=user)
    raw.autocommit = True

    def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with raw.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    try:
        yield run
    finally:
        raw.close()


@pytest.fixture
def app(db: None) -> Iterator[Run]:
    """A connection that the product's role made itself, and not one that took on its rights."""
    here = connection.settings_dict
    with connected(settings.APP_ROLE, here["HOST"], here["NAME"]) as run:
        yield run


def refused(run: Run, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        run(statement)


# --- history -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", HISTORY)
def test_history_is_read_and_added_to_and_nothing_else(app: Run, table: str) -> None:
    triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"

    for statement in (
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "SELECT FROM {} FOR UPDATE",
        *([MERGE] if connection.pg_version >= MERGE_SINCE else []),
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} DISABLE TRIGGER USER",
        "ALTER TABLE {} OWNER TO CURRENT_USER",
        "ALTER TABLE {} ADD COLUMN more text",
        "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION leads_append_only()",
        "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
        "DROP TABLE {} CASCADE",
        *(f'DROP TRIGGER "{name}" ON {{}}' for (name,) in app(triggers, table)),
    ):
        refused(app, statement.format(table))
    app(f"SELECT FROM {table} LIMIT 1")
    app(f"GRANT UPDATE ON {table} TO CURRENT_USER")  # nobody gives what they have not
    ((adds, changes),) = app(
        "SELECT has_table_privilege(%s, 'INSERT'), has_any_column_privilege(%s, 'UPDATE')",
        *(table, table),
    )
    assert (adds, changes) == (True, False)


@pytest.mark.django_db
def test_nothing_of_history_is_left_without_its_triggers(as_owner: None) -> None:
    assert len(HISTORY) >= 7
    assert without_triggers(HISTORY) == []
    # `check_invariants` asks where the product runs.
    assert {table for table, _ in history.GUARDS} >= set(HISTORY)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE new_history (id bigint)")
    assert without_triggers([*HISTORY, "new_history"]) == ["new_history"]


def without_triggers(tables: list[str]) -> list[str]:
    """Those on which no trigger before each row that changes or goes, and before all go, is on."""
    # The bits of tgtype: a row 1, before 2, DELETE 8, UPDATE 16, TRUNCATE 32.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s) AS name WHERE 2 > (SELECT count(*) FROM pg_trigger "
            "WHERE tgrelid = name::regclass AND tgenabled IN ('O', 'A') AND tgqual IS NULL "
            "AND tgattr = '' AND (tgtype & 27 = 27 OR tgtype & 35 = 34))",
            [tables],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_what_says_that_it_is_never_changed_is_append_only() -> None:
    says = re.compile("never (edited|changed|deleted)|append.only|new rows and nothing else", re.I)
    said = {model._meta.db_table for model in apps.get_models() if says.search(model.__doc__ or "")}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid "
            "WHERE proname ~ 'append_only$'"
        )
        refuses = {table for (table,) in cursor.fetchall()}

    assert said | refuses == set(HISTORY)


# --- the role ----------------------------------------------------------------------------------


def test_the_role_gets_no_further_than_its_rows(app: Run) -> None:
    for statement in (
        "SET session_replication_role = replica",
        f"SET ROLE {postgres.DATABASE}",
        f"SET SESSION AUTHORIZATION {postgres.DATABASE}",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER FUNCTION leads_append_only() RENAME TO mine",
        "DROP FUNCTION leads_claim CASCADE",
        "ALTER TABLE leads_lead DROP COLUMN merged_into_id",
        "DROP TRIGGER leads_ledger_continues ON leads_stagechange",
        "TRUNCATE leads_lead CASCADE",
        "DELETE FROM django_migrations",
        "ALTER SYSTEM SET session_replication_role = replica",
    ):
        refused(app, statement)
    owns = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    assert app(owns) == [(0,)]


def test_the_role_holds_of_each_thing_what_it_needs_and_not_more(app: Run) -> None:
    held = {
        name: set(privileges)
        for name, privileges in app(
            "SELECT relname::text, array_agg(privilege_type) FROM pg_class, aclexplode(relacl) "
            "WHERE relnamespace = 'public'::regnamespace AND grantee = current_user::regrole "
            "GROUP BY relname"
        )
    }
    tables = {name: held.pop(name) for name in [*held] if not name.endswith("_id_seq")}

    wrong = {name: what for name, what in held.items() if what != roles.NUMBERS}
    assert not wrong
    assert {name for name, what in tables.items() if what == roles.HISTORY} == set(HISTORY)
    assert {name for name, what in tables.items() if what == roles.READ} == roles.READ_ONLY
    others = tables.keys() - set(HISTORY) - roles.READ_ONLY
    assert {name for name in others if tables[name] != roles.ROWS} == set()
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert models - tables.keys() == set()
    # Nothing is everybody's.
    assert app("SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE grantee = 0 AND "
               "relnamespace = 'public'::regnamespace") == [(0,)]  # fmt: skip


@pytest.mark.django_db
def test_a_new_table_is_given_and_what_was_too_much_is_taken(as_owner: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE new_one (id bigserial PRIMARY KEY)")
        cursor.execute(f"GRANT ALL ON leads_event, new_one TO {settings.APP_ROLE}")
        cursor.execute(f"REVOKE SELECT ON leads_lead FROM {settings.APP_ROLE}")

        assert roles.give("default") == []

        cursor.execute(
            "SELECT relname, array_agg(privilege_type::text ORDER BY privilege_type) "
            "FROM pg_class, aclexplode(relacl) WHERE grantee = %s::regrole "
            "AND relname IN ('leads_event', 'new_one', 'new_one_id_seq', 'leads_lead') "
            "GROUP BY relname ORDER BY relname",
            [settings.APP_ROLE],
        )
        assert cursor.fetchall() == [
            ("leads_event", ["INSERT", "SELECT"]),
            ("leads_lead", ["DELETE", "INSERT", "SELECT", "UPDATE"]),
            ("new_one", ["DELETE", "INSERT", "SELECT", "UPDATE"]),
            ("new_one_id_seq", ["SELECT", "USAGE"]),
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER ROLE {} SUPERUSER", "is a superuser"),
        ("ALTER ROLE {} CREATEROLE", "NOCREATEROLE NOCREATEDB"),
        (f"GRANT {postgres.DATABASE} TO {{}}", "belongs to the owner"),
    ],
)
def test_what_only_a_superuser_can_take_is_said(as_owner: None, statement: str, said: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(settings.APP_ROLE))

    assert said in roles.give("default")[0]


# --- the functions of the owner ----------------------------------------------------------------


def test_each_function_of_the_owner_is_closed_and_told(app: Run) -> None:
    found = app(
        "SELECT proname::text, proconfig, proowner::regrole::text, ARRAY(SELECT "
        "grantee::regrole::text FROM aclexplode(proacl)) FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    told = set(re.findall(r"^\| `(\w+)\(.*?\)` \|", OPERATIONS, re.MULTILINE))

    assert {name for name, *_ in found} == told
    for name, config, whose, may_call in found:
        assert "search_path=public, pg_temp" in config, name
        assert (whose, set(may_call)) == (postgres.DATABASE, {whose, settings.APP_ROLE}), name


@pytest.mark.django_db
def test_history_is_handed_over_where_there_is_a_merge_and_only_then() -> None:
    one, other = factories.lead(), factories.lead()
    factories.event(one)

    for call in (f"leads_hand_over({one.pk}, {other.pk})", "leads_hand_back(4711)"):
        with (
            pytest.raises(IntegrityError, match="merge"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {call}")
    assert one.events.count() == 1


@pytest.mark.django_db
def test_events_are_taken_back_where_an_import_is_undone_and_only_then() -> None:
    event = factories.event(factories.lead())

    with (
        pytest.raises(IntegrityError, match="not being undone"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT leads_take_back(4711, 0, 9)")
    assert Event.objects.filter(pk=event.pk).exists()


# --- who it is that works ----------------------------------------------------------------------


@pytest.mark.integration
def test_web_and_worker_work_as_that_role(live_portal: Any, worker: Any) -> None:
    urlopen(f"{live_portal.url}/readyz", timeout=10)

    def theirs() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT usename::text FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND backend_type = 'client backend'"
            )
            return [role for (role,) in cursor.fetchall()]

    eventually(lambda: len(theirs()) >= 2)
    assert set(theirs()) == {settings.APP_ROLE}


def test_a_role_that_is_not_there_yet_is_made_by_migrate_and_that_is_said() -> None:
    error = OperationalError('connection failed: FATAL:  role "leadportal_app" does not exist')
    error.__cause__ = psycopg2.OperationalError()

    assert about_the_database(error) == (
        "The database is of another version. Bring it to this one: manage.py migrate"
    )


KEPT = """
INSERT INTO accounts_user (email, name, roles, password, is_active, joined_at, zone)
VALUES ('maya@company.com', 'Maya', '{admin}', '', TRUE, now(), '');
INSERT INTO accounts_personchange (at, person_id, what, old, new)
SELECT now(), id, 'name', '"May"', '"Maya"' FROM accounts_user;
"""


@pytest.mark.integration
def test_a_database_of_one_role_is_turned_over_by_the_next_start(tmp_path: Path) -> None:
    """As `make run` left it before: one role that owned everything, and the triggers of then."""
    machine = Machine(tmp_path / "data")
    with owner.attach_or_start(machine.folder, valkey=False):
        done = [manage(machine.env, "migrate", "leads", "0049", "--verbosity", "0")]
        with at(machine, postgres.DATABASE) as run:
            run(f"DROP OWNED BY {postgres.APP_ROLE}; DROP ROLE {postgres.APP_ROLE}; {KEPT}")
            owned = "SELECT count(*) FROM pg_class WHERE relowner = 'leadportal'::regrole"
            before = run(owned)

        done.append(manage(machine.env, "prepare"))

        done.append(manage(machine.env, "user", "list"))
        with at(machine, postgres.APP_ROLE) as run:
            for table in HISTORY:
                refused(run, f"DELETE FROM {table}")
            kept = run("SELECT u.name, c.new FROM accounts_personchange c, accounts_user u")
            after = run(owned)
    assert not [one.stderr for one in done if one.returncode]
    assert kept == [("Maya", "Maya")]
    assert "maya@company.com" in done[-1].stdout
    assert after > before


def at(machine: Machine, role: str) -> AbstractContextManager[Run]:
    return connected(role, str(folders.run_dir(machine.folder)), postgres.DATABASE)


@pytest.fixture
def server(transactional_db: None, as_owner: None) -> Iterator[dict[str, str]]:
    """A PostgreSQL after what docs/operations.md has its superuser do, with other names; the
    environment of who migrates."""
    (written,) = re.findall(r"^```sql\n(.*?)^```", OPERATIONS, re.MULTILINE | re.DOTALL)
    here = connection.settings_dict
    psql = [postgres.postgres_bin() / "psql", "--no-psqlrc", "-qX", "-v", "ON_ERROR_STOP=1"]
    subprocess.run(
        [*psql, "-h", here["HOST"], "-U", here["USER"], here["NAME"]],
        input=written.replace("leadportal", "theirs"),
        text=True,
        check=True,
    )
    where = f"{quote(here['HOST'], safe='')}/theirs"
    yield environment(
        DATABASE_OWNER_URL=f"postgres://theirs:pass@{where}",
        DATABASE_URL=f"postgres://theirs_app:word@{where}",
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE theirs WITH (FORCE)")
        cursor.execute("DROP ROLE theirs_app")
        cursor.execute("DROP ROLE theirs")


@pytest.mark.integration
def test_the_two_roles_of_the_docs_do_on_a_server(server: dict[str, str]) -> None:
    migrated = manage(server, "migrate")
    holds = manage(server, "check_invariants")
    again = manage(server | {"DATABASE_OWNER_URL": ""}, "migrate", "leads", "0049")

    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert (holds.returncode, holds.stderr) == (0, "")
    with connected("theirs_app", connection.settings_dict["HOST"], "theirs") as run:
        refused(run, "DELETE FROM leads_stagechange")
        refused(run, "CREATE TABLE mine (id int)")
    # Whoever forgets the owner is told so.
    assert again.returncode == 1
    assert again.stderr == (
        "The role of the database may not do this. Who owns the tables is named by "
        "DATABASE_OWNER_URL.\n"
    )


def manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.django_db
def test_the_role_is_made_with_its_password_by_who_may_make_it(
    as_owner: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "APP_ROLE", "their app")
    monkeypatch.setattr(settings, "APP_PASSWORD", "pass word")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE somebody; SET ROLE somebody")
        with pytest.raises(roles.NoRole, match="The role their app of DATABASE_URL is not there"):
            roles.give("default")
        cursor.execute("SET ROLE NONE")

        assert roles.give("default") == []

        cursor.execute("SELECT rolpassword, rolsuper FROM pg_authid WHERE rolname = 'their app'")
        kept, is_super = cursor.fetchone()
    assert kept.startswith("SCRAM-SHA-256$")
    assert not is_super
