"""`manage.py up` as a person runs it: real processes in a folder of their own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from leadportal.management.commands import prepare
from leadportal.probe import answers
from tests.processes import eventually, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@dataclass
class Machine:
    """A folder and a port, and what is run on them."""

    folder: Path
    port: int = field(default_factory=free_port)
    # What `up` said the last time until it was there.
    said: str = ""

    @property
    def env(self) -> dict[str, str]:
        ours = ("DJANGO_", "LEADPORTAL_", "SECRET_KEY", "API_KEY_PEPPER", "EMAIL_URL")
        outside = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        return outside | {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DEMO": "0",
            "WEB_CONCURRENCY": "1",
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def up(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                self.said = "".join(said)
                return process
        raise AssertionError("".join(said))

    def processes(self) -> list[str]:
        """Every process that was started on this folder, or that works in it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                traces = [command, (entry / "environ").read_text(), os.readlink(entry / "cwd")]
            except OSError:  # it has just ended
                continue
            if command and any(str(self.folder) in trace for trace in traces):
                found.append(command)
        return found


# By manage.py shell, to see whether it is there later.
WRITE = "from accounts.models import Team; Team.objects.get_or_create(name='Kept', side='sales')"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    yield machine
    assert machine.processes() == []


def test_up_serves_attaches_and_ends_without_a_trace(machine: Machine) -> None:
    up = machine.up()

    # What takes long is said while it does.
    assert "Bringing the database to this version" in machine.said
    assert answers(f"http://127.0.0.1:{machine.port}/readyz")
    kinds = " ".join(machine.processes())
    assert all(kind in kinds for kind in ("postgres", "valkey", "gunicorn", "celery"))

    # It stays for good, and is small: what needs more than Python itself is done by children.
    assert "site-packages" not in Path(f"/proc/{up.pid}/maps").read_text()

    again = machine.manage("up")
    assert again.returncode == 1
    assert "LeadPortal already runs in" in again.stderr

    wrote = machine.manage("shell", "--no-imports", "-c", WRITE)
    assert wrote.returncode == 0, wrote.stderr

    up.send_signal(signal.SIGTERM)
    assert up.wait(30) == 0
    assert machine.processes() == []


def test_the_first_admin_is_made_in_the_folder_that_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_DIR", "/srv/our leads")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert prepare.same_place() == "DATA_DIR='/srv/our leads' "


def test_a_second_start_keeps_the_data_and_a_kill_leaves_no_process(machine: Machine) -> None:
    up = machine.up()
    assert machine.manage("shell", "--no-imports", "-c", WRITE).returncode == 0
    up.send_signal(signal.SIGTERM)
    assert up.wait(30) == 0
    up = machine.up()

    assert "Bringing the database" not in machine.said
    count = "from accounts.models import Team; print(Team.objects.filter(name='Kept').count())"
    assert machine.manage("shell", "--no-imports", "-c", count).stdout == "1\n"

    up.kill()
    up.wait()
    eventually(lambda: not machine.processes())

    # A command on its own starts the servers again, over what the killed ones left behind.
    assert machine.manage("shell", "--no-imports", "-c", count).stdout == "1\n"
    assert machine.processes() == []


def test_the_supervisor_needs_no_package_but_ours() -> None:
    nothing_installed = [sys.executable, "-S", "-c", "import leadportal.up"]

    subprocess.run(nothing_installed, cwd=settings.BASE_DIR, check=True)


def test_a_taken_port_is_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        machine = Machine(tmp_path, port=taken.getsockname()[1])

        result = machine.manage("up")

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Port {machine.port} is taken by another program; "
        f"choose one: PORT={machine.port + 1} make run\n"
    )
    assert not (tmp_path / "postgres").exists()


# --- one sentence instead of a traceback --------------------------------------------------------

SERVERS = {
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "SECRET_KEY": "tests-only",
    "API_KEY_PEPPER": "tests-only",
}
GUNICORN = ("-m", "gunicorn", "--config", "python:leadportal.gunicorn")
WORKER = ("-m", "celery", "--app", "leadportal", "worker")


@pytest.mark.parametrize(
    ("command", "wrong", "said"),
    [
        (("manage.py", "up"), {"PORT": "abc"}, "PORT must be a whole number, not 'abc'."),
        (("-m", "leadportal.up"), {"PORT": "0"}, "PORT must be between 1 and 65535, not 0."),
        (("manage.py", "up"), {"WEB_CONCURRENCY": "two"}, "WEB_CONCURRENCY must be a whole number"),
        (GUNICORN, {"PORT": "8000x"}, "PORT must be a whole number, not '8000x'."),
        (GUNICORN, {"WEB_THREADS": "-1"}, "WEB_THREADS must be a whole number, not '-1'."),
        (("manage.py", "check"), {"REDIS_URL": "localhost"}, "REDIS_URL must look like "),
        (("manage.py", "check"), {"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO"),
        (("manage.py", "check"), {"EMAIL_URL": "localhost"}, "EMAIL_URL must look like "),
        (("manage.py", "check"), SERVERS | {"DATABASE_URL": "postgres://a:b/c"}, "DATABASE_URL "),
        (("manage.py", "check"), {"BASE_URL": "http://[::1"}, "BASE_URL must look like "),
        (("manage.py", "migrate"), SERVERS | {"SECRET_KEY": ""}, "SECRET_KEY must be set "),
        (GUNICORN, SERVERS | {"SECRET_KEY": ""}, "SECRET_KEY must be set "),
        (WORKER, SERVERS | {"API_KEY_PEPPER": ""}, "API_KEY_PEPPER must be set "),
        (("manage.py", "migrate"), SERVERS, "The database does not answer: connection to server "),
        (("manage.py", "user", "list"), SERVERS, "The database does not answer: connection "),
        (("manage.py", "up"), {"DATA_DIR": "/proc/none"}, "The folder /proc/none cannot be used: "),
        (("manage.py", "user", "list"), {"DATA_DIR": "/etc/passwd/x"}, "The folder /etc/passwd/x "),
        (("manage.py", "user", "link", b"\xff"), SERVERS, "Argument 3 is not text in UTF-8."),
    ],
)
def test_what_is_wrong_is_one_sentence(
    command: tuple[str, ...], wrong: dict[str, str], said: str, tmp_path: Path
) -> None:
    env = {name: value for name, value in Machine(tmp_path).env.items() if name != "REDIS_URL"}

    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env | wrong,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what is another user's")
def test_a_folder_of_somebody_else_is_one_sentence(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)

    done = Machine(tmp_path).manage("up")

    assert done.returncode == 1
    assert done.stderr == f"The folder {tmp_path} belongs to another user.\n"
