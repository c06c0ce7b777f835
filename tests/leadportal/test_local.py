"""The embedded servers by themselves: what a crash, a long path or a missing tool does to them."""

import errno
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
    # In a folder that no system cleans, which the start names.
    home = postgres.lives_elsewhere(data_dir)
    assert home
    assert home.parent.parent == Path("/var/lib")
    server.stop()
    again = start(data_dir)
    assert query(data_dir, "SELECT 1") == [(1,)]
    again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_what_lay_in_a_folder_that_systems_clean_is_brought_home(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    server = start(data_dir)
    query(data_dir, "CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    home = postgres.home_for_nobody(data_dir)
    before = Path("/var/tmp") / home.name  # noqa: S108 - where it was kept once
    shutil.move(home, before)
    for folder, _, files in os.walk(before):
        for name in ("", *files):
            shutil.chown(Path(folder, name), "nobody")
    for link, name in ((data_dir / "postgres", "postgres"), (folders.run_dir(data_dir), "run")):
        link.unlink()
        link.symlink_to(before / name)

    again = start(data_dir)

    assert query(data_dir, "SELECT one FROM kept") == [(1,)]
    assert not before.exists()
    again.stop()


def test_the_log_names_no_values(data_dir: Path) -> None:
    server = start(data_dir)
    query(data_dir, "CREATE TABLE person (email text UNIQUE)")
    insert = "INSERT INTO person VALUES ('maya@example.com')"
    query(data_dir, insert)

    with pytest.raises(psycopg2.IntegrityError):
        query(data_dir, insert)
    with pytest.raises(psycopg2.DataError):
        query(data_dir, "SELECT CAST('maya@example.com' AS uuid)")

    server.stop()
    log = (data_dir / "log" / "postgres.log").read_text()
    assert "database system is ready" in log
    assert "maya" not in log


def test_a_log_is_rotated_under_whoever_writes_it(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writes:
        writes.write(b"old line\n" * 3)

        folders.rotate(log, most=20)
        writes.write(b"new line\n")
        folders.rotate(log, most=20)

    assert log.read_bytes() == b"new line\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"old line\n" * 3


def test_a_log_is_emptied_also_where_its_copy_finds_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    log = tmp_path / "web.log"
    log.write_bytes(b"old line\n" * 3)

    folders.rotate(log, most=20)

    assert log.read_bytes() == b""


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (errno.ENOSPC, None),
        (errno.EROFS, "/elsewhere/file"),
        (errno.EACCES, "/data/portal/run"),
        (errno.ENOTDIR, "/data"),
    ],
)
def test_a_folder_that_refuses_is_one_sentence(number: int, path: str | None) -> None:
    with (
        pytest.raises(folders.StartFailed, match=r"^The folder /data/portal cannot be used: .+\."),
        folders.one_sentence(Path("/data/portal")),
    ):
        raise OSError(number, os.strerror(number), path)


def test_another_fault_is_not_blamed_on_the_folder() -> None:
    with pytest.raises(ConnectionRefusedError), folders.one_sentence(Path("/data/portal")):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
