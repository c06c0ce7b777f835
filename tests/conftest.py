"""Servers of the test run, and the fixtures everybody shares.

db, client, settings …   pytest-django's, on a real PostgreSQL of this run
worker                   one real Celery worker over a real Valkey (mark: integration)
live_portal              the product itself: gunicorn on a free port, same database (.url)
page, sign_in            a real Chromium on it (mark: browser); see tests/browser.py
pooler                   a real PgBouncer before that PostgreSQL; see tests/pooler.py
typescript               openapi-typescript and tsc, where npm brought them; see tests/typescript.py
database_travels         its clock goes along with time_machine
samples                  the folder of real exports named by LEADPORTAL_SAMPLES, else skipped

Tests with `worker` or `live_portal` talk to other processes, so their rows must be committed:
they get the transactional database by themselves, and everything is emptied after each.
"""

import gc
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from leadportal.db import clock
from leadportal.local import postgres
from leads import fields
from leads.domains import lists, roles
from leads.metrics import cached
from tests import factories
from tests.shared import is_one_of_several, made_once

pytest_plugins = [
    "tests.api",
    "tests.processes",
    "tests.browser",
    "tests.described",
    "tests.typescript",
    "tests.pooler",
]


# What takes longest, heaviest first.
LONG = (
    "leads/test_judgement_migration.py",
    "faults/test_roles.py",
    "leads/demo/test_seed_demo.py",
    "leadportal/test_up.py",
    "leads/scoring/test_agreement.py",
    "leadportal/test_backups.py",
    "leads/judging/test_life.py",
    "leadportal/web/test_once_everywhere.py",
    "leads/ingest/test_real_criteria.py",
    "leads/ingest/test_real_input.py",
    "leadportal/rest/test_fuzz.py",
    "test_hostile_addresses.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of the run begin with long files, so that none is alone with one at the end.

    To begin with, pytest-xdist gives each an equal part of the list, in this order.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    files: dict[str, list[pytest.Item]] = {name: [] for name in LONG}
    short = []
    for item in items:
        files.get(item.nodeid.partition("::")[0].removeprefix("tests/"), short).append(item)
    begins = [sum(list(files.values())[first::processes], []) for first in range(processes)]
    share, rest = len(items) // processes, iter(short)
    items[:] = [one for long in begins for one in [*long, *islice(rest, max(0, share - len(long)))]]
    items += rest


def pytest_collection_finish() -> None:
    """What is there by now stays: looking through it is most of what collecting garbage costs."""
    gc.collect()
    gc.freeze()
    # What tests leave behind is looked for more seldom: there is memory enough.
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Start the PostgreSQL of this process; only one that asks for the database pays for it."""
    # Migrating makes the classes of all models some hundred times: a third of its time went into
    # looking through them.
    gc.disable()
    # What the user nobody owns, where it has to run the server, is not ours to copy.
    if is_one_of_several() and not postgres.postgres_account().user:
        migrated = made_once("migrated", lambda folder: make_migrated(folder, django_db_blocker))
        shutil.copytree(migrated, settings.DATA_DIR / "postgres")
    server = postgres.start_postgres(settings.DATA_DIR, throw_away=True)
    yield
    connection.close()
    server.stop()


def make_migrated(folder: Path, blocker: DjangoDbBlocker) -> None:
    """Move a cluster here that has the database of the tests with all its tables."""
    server = postgres.start_postgres(settings.DATA_DIR, throw_away=True)
    try:
        with blocker.unblock():
            name = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, serialize=False)
            connection.creation.destroy_test_db(name, verbosity=0, keepdb=True)
    finally:
        server.stop()
    shutil.move(settings.DATA_DIR / "postgres", folder)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Use what came with the cluster. Nothing is dropped: the server ends with the run."""
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_left_in_the_cache(request: pytest.FixtureRequest) -> None:
    """The cache is a table that rolls back, but not after a test with committed rows."""
    if "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        cache.clear()


@pytest.fixture(autouse=True)
def _nobody_said_otherwise() -> None:
    """No test asks for what people keep in small tables but those that write to them."""
    lists.said.remember({}, for_long=True)
    roles.said.remember({}, for_long=True)
    fields.renamed.remember({}, for_long=True)


@pytest.fixture(autouse=True)
def _nothing_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine keeps no answers that a quiet one asks anew: both count the same queries."""
    monkeypatch.setattr(cached, "COSTLY", math.inf)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep a copy of the rows that migrations ship, and put them back whenever a test is emptied.

    Emptying after a test is not an edit of history: it passes the triggers of the ledger.
    """
    gc.enable()
    with django_db_blocker.unblock():
        shipped = keep_shipped_rows()
        emptied = [
            quoted(name) for name in connection.introspection.django_table_names(only_existing=True)
        ]
    as_shipped = [
        "SET LOCAL ROLE NONE",
        "SET LOCAL session_replication_role = replica",
        # Whoever still writes is waited for. For the few rows of a test, to delete them is ten
        # times quicker than to truncate, which makes every file of a table and its indexes anew.
        f"LOCK TABLE {', '.join(emptied)} IN EXCLUSIVE MODE",
        *(f"DELETE FROM {table}" for table in emptied),
        *(f"INSERT INTO {table} SELECT * FROM shipped.{table}" for table in shipped),
    ]
    execute = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: DatabaseOperations, _: list[str]) -> None:
        # A page or worker of the test may still be at work, and win a lock once or twice.
        for _attempt in range(4):
            with suppress(OperationalError):
                execute(self, as_shipped)
                return
        execute(self, as_shipped)

    DatabaseOperations.execute_sql_flush = execute_sql_flush
    # From here on every connection of a test is the product's, and may do what that may.
    connection.close()
    connection.settings_dict["OPTIONS"]["options"] += f" -c role={settings.APP_ROLE}"
    yield
    DatabaseOperations.execute_sql_flush = execute


def quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def keep_shipped_rows() -> list[str]:
    """Copy every table that is not empty after migrating into the schema `shipped`."""
    tables = set(connection.introspection.table_names()) - {"django_migrations", "cache_entry"}
    shipped = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA shipped")
        for table in map(quoted, sorted(tables)):
            cursor.execute(f"CREATE TABLE shipped.{table} AS TABLE {table}")
            if cursor.rowcount:
                shipped.append(table)
    return shipped


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """The connection of the test is the owner's, who makes, changes and forges what they like."""
    with factories.as_owner():
        yield


@pytest.fixture
def database_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock, which decides, goes wherever time_machine takes that of this process."""
    monkeypatch.setattr(clock, "now", timezone.now)


@pytest.fixture
def samples() -> Path:
    """Real exports to try things on; they are not part of the project."""
    folder = Path(os.environ.get("LEADPORTAL_SAMPLES", "missing"))
    if not folder.is_dir():
        pytest.skip("LEADPORTAL_SAMPLES names no folder of samples")
    return folder
