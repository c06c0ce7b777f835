"""The whole record in one file and back, by PostgreSQL's own pg_dump and pg_restore.

Secrets never go into it: they are written beside, for their owner alone. Left out are visits, as
whoever comes back signs in again, and the cache.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from leadportal.local import folders, postgres

SECRETS = ("SECRET_KEY", "API_KEY_PEPPER")
NO_DATA_OF = ("django_session", "cache_entry")
# What pg_restore of this version and later begins with, servers before it do not know.
TRANSACTION_TIMEOUT_SINCE = 17
OF_DEBIAN = Path("/usr/lib/postgresql")
# Of the parameters of a connection, those that libpq also takes from the environment.
LIBPQ = {"dbname": "PGDATABASE"} | {
    name: f"PG{name.upper()}"
    for name in (
        *("host", "port", "user", "password", "connect_timeout"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey"),
    )
}


class BackupFailed(Exception):
    """Nothing was kept or brought back; the message is one sentence for who asked."""


def secrets_beside(file: Path) -> Path:
    return Path(f"{file}.secrets")


# --- out ---------------------------------------------------------------------------------------


def write(file: Path) -> None:
    """Keep the record as it is at this moment, also while people work. Raises BackupFailed."""
    for path in (file, secrets_beside(file)):
        if path.exists():
            raise BackupFailed(f"{path} exists already. Name another file.")
    server = server_version()
    tools = next((one for one in tools_by_version() if one.version >= server), None)
    if tools is None:
        raise BackupFailed(f"There is no pg_dump for PostgreSQL {server}: install its client.")
    part = Path(f"{file}.part")
    left_out = [f"--exclude-table-data={table}" for table in NO_DATA_OF]
    try:
        _only_ours(part)
        # The only comment is on an extension, which may be another's where it is brought back.
        how = ["--format=custom", "--no-comments", *left_out]
        _run([tools.dump, *how, f"--file={part}"])
        _only_ours(secrets_beside(file)).write_text(_as_lines(_secrets_here()))
        part.rename(file)
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _only_ours(path: Path) -> Path:
    """Make the file, empty and for nobody else to read, before anything is in it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    path.chmod(0o600)
    return path


# --- back --------------------------------------------------------------------------------------


def restore(file: Path) -> None:
    """Bring a backup into this installation, which has to be empty. Raises BackupFailed.

    It comes in as a whole or not at all. The caller brings it to this version and checks it.
    """
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    if tables := _tables():
        raise BackupFailed(f"The database is not empty: it has {tables} tables. Name another one.")
    tools = _tools_to_restore(file)
    if newer := sorted(_migrations_in(file, tools) - _known_migrations()):
        raise BackupFailed(f"The backup is of a newer version, which has {newer[0]}. Use that one.")
    secrets = _secrets_to_take(secrets_beside(file))
    how = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    database = connection.get_connection_params()["dbname"]
    _run([tools.restore, *how, f"--dbname={database}", file])
    for name, value in secrets.items():
        folder = folders.make_private(settings.DATA_DIR / "secrets")
        _only_ours(folder / name.lower()).write_text(value)


def _tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' "
            "AND n.nspname NOT LIKE 'pg\\_%%'"
        )
        count: int = cursor.fetchone()[0]
        return count


_DUMPED = re.compile(r"Dumped (from database|by pg_dump) version: (\d+)")


def _tools_to_restore(file: Path) -> "Tools":
    """Those that can read this file and speak to this server."""
    found = tools_by_version()
    if not found:
        raise BackupFailed("There is no pg_restore: install the client of PostgreSQL.")
    try:
        said = dict(_DUMPED.findall(_run([found[-1].restore, "--list", file])))
        came_from, made_by = int(said["from database"]), int(said["by pg_dump"])
    except (BackupFailed, KeyError) as error:
        raise BackupFailed(f"{file} is no backup, or of a newer PostgreSQL than here.") from error
    server = server_version()
    if server < came_from:
        raise BackupFailed(
            f"The backup is of PostgreSQL {came_from}, and this one is {server}: take a newer one."
        )
    able = [one for one in found if one.version >= made_by]
    if server < TRANSACTION_TIMEOUT_SINCE:
        able = [one for one in able if one.version < TRANSACTION_TIMEOUT_SINCE]
    if not able:
        raise BackupFailed(f"There is no pg_restore for PostgreSQL {server}: install its client.")
    # The one of this server; else the nearest.
    return min(able, key=lambda one: abs(one.version - server))


_ROW_OF_MIGRATION = re.compile(r"^\d+\t(\w+)\t(\w+)\t", re.MULTILINE)


def _migrations_in(file: Path, tools: "Tools") -> set[str]:
    """Those of our apps that the record in this file has had, as `leads.0018_one_ledger`."""
    only = ["--data-only", "--table=django_migrations", "--file=-"]
    rows = _ROW_OF_MIGRATION.findall(_run([tools.restore, *only, file]))
    return {f"{app}.{name}" for app, name in rows if app in _our_apps()}


def _known_migrations() -> set[str]:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    each = [*known, *(one for migration in known.values() for one in migration.replaces)]
    return {f"{app}.{name}" for app, name in each}


def _our_apps() -> set[str]:
    return {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(settings.BASE_DIR)
    }


# --- secrets -----------------------------------------------------------------------------------


def _secrets_here() -> dict[str, str]:
    return {name: getattr(settings, name) for name in SECRETS}


def _as_lines(secrets: Mapping[str, str]) -> str:
    """As `.env` has them."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in secrets.items())


def _secrets_to_take(beside: Path) -> dict[str, str]:
    """Those of the backup that are to be this installation's own.

    Where ours are given, by the environment, they have to be those already. Raises BackupFailed.
    """
    given = {name for name in SECRETS if os.environ.get(name)}
    if not beside.is_file():
        if given == set(SECRETS):
            return {}
        raise BackupFailed(f"There is no file {beside}: no API key would work without its secrets.")
    lines = (shlex.split(line) for line in beside.read_text().splitlines())
    kept = dict(part.partition("=")[::2] for line in lines for part in line[:1])
    if missing := [name for name in SECRETS if not kept.get(name)]:
        raise BackupFailed(f"{beside} does not say {missing[0]}.")
    for name in sorted(given):
        if kept[name] != os.environ[name]:
            raise BackupFailed(f"{name} is another one here: set it as {beside} has it.")
    return {name: kept[name] for name in SECRETS if name not in given}


# --- PostgreSQL's programs ---------------------------------------------------------------------


@dataclass(frozen=True)
class Tools:
    """pg_dump and pg_restore of one version of PostgreSQL."""

    version: int
    folder: Path

    @property
    def dump(self) -> Path:
        return self.folder / "pg_dump"

    @property
    def restore(self) -> Path:
        return self.folder / "pg_restore"


def tools_by_version() -> list[Tools]:
    """What this machine has, one of each version, the oldest first."""
    found: dict[int, Tools] = {}
    for folder in _folders():
        if version := _version_in(folder):
            found.setdefault(version, Tools(version, folder))
    return [found[version] for version in sorted(found)]


def _folders() -> Iterator[Path]:
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    yield from OF_DEBIAN.glob("*/bin")
    with suppress(folders.StartFailed):  # the embedded ones are not installed
        yield postgres.postgres_bin()


def _version_in(folder: Path) -> int | None:
    """The version both programs are of; a wrapper may name one for each server."""
    versions = set()
    for program in ("pg_dump", "pg_restore"):
        try:
            said = subprocess.run([folder / program, "--version"], capture_output=True, text=True)
        except OSError:
            return None
        versions.update(re.findall(r"\) (\d+)", said.stdout)[:1])
    return int(versions.pop()) if len(versions) == 1 else None


def server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _run(command: Iterable[object]) -> str:
    """What the program printed. Raises BackupFailed with its last word."""
    params = connection.get_connection_params()
    # The password too: what stands in a command can be read by everybody on the machine.
    env = os.environ | {
        LIBPQ[name]: str(value) for name, value in params.items() if name in LIBPQ and value
    }
    done = subprocess.run(
        [str(part) for part in command], env=env, stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise BackupFailed(f"{said[0].strip()}")
    return done.stdout.decode(errors="replace")
