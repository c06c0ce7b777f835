"""What must be there for the product to work, asked of each part: database, Redis, files, workers.

Each question answers in one word or number what a person reads; none of them raises.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.exceptions import RedisError, ResponseError

from leadportal import gathering, static_files
from leadportal.db import clock, sweeps
from leadportal.db.backend import guarded
from leadportal.db.sweeps import Sweep
from leads.judging import parked

# Work that is due for longer than this, or than two of its periods, waits for a worker that is not
# there or does not get to it.
LATE = timedelta(minutes=5)

# Whoever asks wants to know soon: a database that takes longer is as good as down.
ANSWER_SECONDS = 2.0

# About 1 MB, more than the memory it is given, so it is written to the disk of the database: the
# only way to ask it for room that leaves neither a row nor a line of WAL behind.
FOR_ROOM = "SELECT count(*) FROM generate_series(1, 40000)"


def state() -> dict[str, object]:
    """Everything that `/readyz` says; `status` is ok, degraded, or down: send nobody here."""
    found: dict[str, object] = {
        "status": "ok",
        "problems": [],
        "database": database(),
        "redis": redis(),
        "in_trouble": in_trouble(),
        "static_files": "missing" if static_files.missing() else "ok",
        "migrations_missing": None,
        "oldest_due_seconds": None,
        "parked_leads": None,
    }
    if found["database"] != "down":
        try:
            found |= _of_the_database()
        except DatabaseError:
            found["database"] = "down"
    broken, worse = list(_broken(found)), list(_worse(found))
    found["problems"] = broken + worse
    found["status"] = "down" if broken else "degraded" if worse else "ok"
    return found


def database() -> str:
    """ok, down, full (no room on its disk) or read only."""
    try:
        with (
            guarded.waiting_at_most(connection, ANSWER_SECONDS),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT current_setting('transaction_read_only')")
            read_only = cursor.fetchone()[0] == "on"
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute(FOR_ROOM)
    except DatabaseError as error:
        # Class 53 is "insufficient resources"; 53300 of it is about connections.
        code = getattr(error.__cause__, "pgcode", None) or ""
        return "full" if code.startswith("53") and code != "53300" else "down"
    return "read only" if read_only else "ok"


def redis() -> str:
    """ok, refuses writes (as where its memory is full) or degraded (it does not answer)."""
    try:
        gathering.hints.set("readyz", 1, ex=1)
    except ResponseError:
        return "refuses writes"
    except RedisError:
        return "degraded"
    return "ok"


def in_trouble() -> list[str]:
    """What the supervisor of `make run` says of parts that keep ending."""
    try:
        return Path(os.environ["IN_TROUBLE"]).read_text().splitlines()
    except (KeyError, OSError):
        return []


def missing_migrations() -> list[str]:
    """Those of this version that the database has not had, as `leads.0018_one_ledger`."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in _wanted() - applied)


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """All migrations of this code; `migrate` notes squashed ones by their own name as well."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _of_the_database() -> dict[str, object]:
    """What is asked of a database that answers. Raises DatabaseError."""
    missing = missing_migrations()
    if missing:  # the tables may be other ones
        return {"migrations_missing": missing}
    return {
        "migrations_missing": [],
        "oldest_due_seconds": {
            name: seconds_since(sweep.oldest_due()) for name, sweep in sweeps.SWEEPS.items()
        },
        "parked_leads": parked.count(),
    }


def _broken(found: dict) -> Iterator[str]:
    """What leaves no page or call as it should be."""
    if found["database"] != "ok":
        yield f"The database is {found['database']}."
    if missing := found["migrations_missing"]:
        yield f"{len(missing)} migrations are missing, the first {missing[0]}: manage.py migrate"
    if found["static_files"] != "ok":
        yield "Static files are missing: manage.py collectstatic, then start the web anew."


def _worse(found: dict) -> Iterator[str]:
    """What makes things slow or leaves some out."""
    yield from found["in_trouble"]
    if found["redis"] != "ok":
        yield f"Redis is not well: {found['redis']}. Work waits for the next look of its sweep."
    for name, seconds in (found["oldest_due_seconds"] or {}).items():
        if seconds is not None and seconds > late_after(sweeps.SWEEPS[name]).total_seconds():
            yield f"Work is late: {name} has waited for {seconds:.0f} s. Do workers and beat run?"
    if count := found["parked_leads"]:
        yield f"{count} {'lead' if count == 1 else 'leads'} could not be judged: manage.py parked"


def late_after(sweep: Sweep) -> timedelta:
    return max(LATE, 2 * sweep.period)


def seconds_since(at: datetime | None) -> float | None:
    return round((clock.now() - at).total_seconds(), 1) if at else None
