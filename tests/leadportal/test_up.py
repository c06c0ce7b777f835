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

from leadportal.probe import answers
from tests.processes import eventually, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@dataclass
class Machine:
    """A folder and a port, and what is run on them."""

    folder: Path
    port: int = field(default_factory=free_port)

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


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    yield machine
    assert machine.processes() == []


def test_up_serves_attaches_and_ends_without_a_trace(machine: Machine) -> None:
    up = machine.up()

    assert answers(f"http://127.0.0.1:{machine.port}/readyz")
    kinds = " ".join(machine.processes())
    assert all(kind in kinds for kind in ("postgres", "valkey", "gunicorn", "celery"))

    # It stays for good, and is small: what needs more than Python itself is done by children.
    assert "site-packages" not in Path(f"/proc/{up.pid}/maps").read_text()

    again = machine.manage("up")
    assert again.returncode == 1
    assert "LeadPortal already runs in" in again.stderr

    wrote = machine.manage(
        *("shell", "--no-imports", "-c"),
        "from accounts.models import Team; Team.objects.create(name='Kept', side='sales')",
    )
    assert wrote.returncode == 0, wrote.stderr

    up.send_signal(signal.SIGTERM)
    assert up.wait(30) == 0
    assert machine.processes() == []


def test_a_second_start_keeps_the_data_and_a_kill_leaves_no_process(machine: Machine) -> None:
    up = machine.up()

    count = "from accounts.models import Team; print(Team.objects.filter(name='Kept').count())"
    assert machine.manage("shell", "--no-imports", "-c", count).stdout == "1\n"

    up.kill()
    up.wait()
    eventually(lambda: not machine.processes(), within=15)

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
