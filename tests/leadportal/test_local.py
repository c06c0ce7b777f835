"""The embedded servers by themselves: what a crash, a long path or a missing tool does to them."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from leadportal.local import folders, postgres, processes


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    for folder in (folders.run_dir(tmp_path / "data"), *tmp_path.glob("data/postgres")):
        if folder.is_symlink():
            shutil.rmtree(folder.resolve().parent, ignore_errors=True)
    shutil.rmtree(folders.run_dir(tmp_path / "data"), ignore_errors=True)


def query(data_dir: Path, sql: str) -> list[tuple]:
    connection = psycopg2.connect(
        host=str(folders.run_dir(data_dir)), dbname=postgres.DATABASE, user=postgres.DATABASE
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def start(data_dir: Path) -> processes.Process:
    return postgres.start_postgres(data_dir, throw_away=True)


def test_rows_survive_a_killed_server(data_dir: Path) -> None:
    server = postgres.start_postgres(data_dir)
    query(data_dir, "CREATE TABLE kept AS SELECT 1 AS one")

    server.popen.send_signal(signal.SIGKILL)
    server.popen.wait()
    again = postgres.start_postgres(data_dir)

    assert query(data_dir, "SELECT one FROM kept") == [(1,)]
    again.stop()


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(data_dir: Path) -> None:
    start(data_dir).stop()
    # As after a power cut: the number now belongs to another process, here to this one.
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}\n")

    server = start(data_dir)

    assert query(data_dir, "SELECT 1") == [(1,)]
    server.stop()


def test_it_stops_at_once_although_a_client_is_connected(data_dir: Path) -> None:
    server = start(data_dir)
    client = psycopg2.connect(
        host=str(folders.run_dir(data_dir)), dbname=postgres.DATABASE, user=postgres.DATABASE
    )

    server.stop()

    assert server.popen.returncode == 0
    client.close()


def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(tmp_path: Path) -> None:
    data_dir = tmp_path / ("a-long-name-" * 9)
    assert len(os.fsencode(data_dir)) > folders.SOCKET_PATH_LIMIT

    server = start(data_dir)

    assert query(data_dir, "SELECT 1") == [(1,)]
    assert folders.run_dir(data_dir).stat().st_mode & 0o777 == 0o700
    server.stop()
    shutil.rmtree(folders.run_dir(data_dir))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_root_without_user_namespaces_runs_it_as_nobody(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)

    server = start(data_dir)

    owner = subprocess.check_output(["ps", "-o", "user=", "-p", str(server.popen.pid)], text=True)
    assert owner.strip() == "nobody"
    assert query(data_dir, "SELECT 1") == [(1,)]
    server.stop()
    again = start(data_dir)
    assert query(data_dir, "SELECT 1") == [(1,)]
    again.stop()


def test_the_log_names_no_values(data_dir: Path) -> None:
    server = start(data_dir)
    query(data_dir, "CREATE TABLE person (email text UNIQUE)")
    insert = "INSERT INTO person VALUES ('maya@example.com')"
    query(data_dir, insert)

    with pytest.raises(psycopg2.IntegrityError):
        query(data_dir, insert)

    server.stop()
    log = (data_dir / "log" / "postgres.log").read_text()
    assert "person_email_key" in log
    assert "maya" not in log
