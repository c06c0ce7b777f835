"""The product's own processes on the database of the test: web, worker and broker, all real."""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from leadportal.celery import app
from leadportal.local import folders, processes
from leadportal.local import valkey as valkey_server
from leadportal.probe import answers
from tests.shared import made_once

# How soon is measured in bench/; on a busy machine it comes late.
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more: str) -> dict[str, str]:
    """What a process needs to run in server mode on the servers of this run, as the app."""
    database = connection.settings_dict
    where = f"{quote(database['HOST'], safe='')}/{database['NAME']}"
    return os.environ | {
        "DATABASE_URL": f"postgres://{settings.APP_ROLE}@{where}",
        "DATABASE_OWNER_URL": f"postgres://{database['USER']}@{where}",
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "leadportal.settings",
        **more,
    }


@pytest.fixture(scope="session")
def valkey() -> Iterator[processes.Process]:
    """The broker and hints cache of the run."""
    process = valkey_server.start_valkey(settings.DATA_DIR)
    yield process
    process.stop()


@pytest.fixture
def worker(valkey: processes.Process, transactional_db: None) -> Iterator[processes.Process]:
    """One Celery worker with beat, for this test only: between tests nothing may be drained."""
    log = folders.log_file(settings.DATA_DIR, "worker")
    command = [
        *(sys.executable, "-m", "celery", "-A", "leadportal", "worker", "-B"),
        *("-s", settings.DATA_DIR / "beat", "-Q", "score,deliver,bulk", "--purge"),
        *("--without-gossip", "--without-mingle"),
    ]
    process = processes.spawn(
        "worker", command, log=log, env=environment(), orphan_signal=signal.SIGKILL
    )
    processes.wait_until(lambda: bool(app.control.ping(timeout=1, limit=1)), process, log)
    yield process
    process.stop()


@dataclass(frozen=True)
class Portal:
    """The product, answering at url."""

    url: str
    process: processes.Process
    log: Path


def collect_static(folder: Path) -> None:
    log = folders.log_file(settings.DATA_DIR, "collectstatic")
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    collecting = processes.spawn(
        "collectstatic", collect, log=log, env=environment(STATIC_ROOT=str(folder))
    )
    if collecting.popen.wait(120):
        raise folders.StartFailed(f"collectstatic failed: {log.read_text()[-2000:]}")


@contextmanager
def web_process(**more: str) -> Iterator[Portal]:
    """The web of the product on a free port, with these settings beside the usual ones."""
    port = free_port()
    collected = made_once("static files", collect_static)
    # Also for the tests that render with the manifest themselves.
    shutil.copytree(collected, settings.STATIC_ROOT, dirs_exist_ok=True)
    log = folders.log_file(settings.DATA_DIR, "web")
    env = environment(
        BASE_URL=f"http://127.0.0.1:{port}",
        PORT=str(port),
        WEB_CONCURRENCY="1",
        STATIC_ROOT=str(settings.STATIC_ROOT),
        **more,
    )
    web = [sys.executable, "-m", "gunicorn", "-c", "python:leadportal.gunicorn"]
    process = processes.spawn("web", web, log=log, env=env)
    processes.wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), process, log)
    yield Portal(f"http://127.0.0.1:{port}", process, log)
    process.stop()


@pytest.fixture(scope="session")
def _portal(django_db_setup: None, valkey: processes.Process) -> Iterator[Portal]:
    with web_process() as portal:
        yield portal


@pytest.fixture
def live_portal(_portal: Portal, transactional_db: None) -> Iterator[Portal]:
    """The product over HTTP, in processes of its own, seeing the committed rows of this test."""
    yield _portal
    # Shown by pytest where the test failed.
    print("\n".join(_portal.log.read_text().splitlines()[-30:]))


def eventually(claim, *, every: float = 0.05):
    """The first true value of `claim()`, polled; fails when there is none in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := claim()):
        assert time.monotonic() < deadline, f"not true within {PATIENCE_SECONDS} seconds"
        time.sleep(every)
    return value
