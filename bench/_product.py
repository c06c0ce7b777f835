"""The whole product as `manage.py up` runs it, watched from outside: answers, CPU, memory."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import _world
from _client import Client

TICKS = os.sysconf("SC_CLK_TCK")
# What a process is, by a word of its command line; the first that fits.
KINDS = {
    "gunicorn": "web",
    "celery": "worker",
    "multiprocessing": "worker",
    "valkey": "valkey",
    "postgres": "postgres",
}
Request = tuple[str, str, bytes, dict[str, str]]  # method, path, body, headers


@dataclass(frozen=True)
class Product:
    port: int
    pid: int

    def processes(self) -> dict[int, str]:
        """Each process of the product, this one's children and theirs, and what it is."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text()
            except OSError:  # it has just ended
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
        family = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return {pid: _kind(pid) for pid in family}

    def memory(self) -> Counter[str]:
        """MiB of each kind of process; a page that several share is counted in parts (PSS).

        What PostgreSQL's processes share is "buffers", which fill up to its `shared_buffers`.
        """
        used: Counter[str] = Counter()
        for kind, size, shared in self._sizes():
            if kind == "postgres":
                used["buffers"] += shared  # type: ignore[assignment]
                size -= shared
            used[kind] += size  # type: ignore[assignment]
        return used

    def largest(self, kind: str) -> float:
        """MiB of the largest process of one kind."""
        return max(size for name, size, _ in self._sizes() if name == kind)

    def _sizes(self) -> Iterator[tuple[str, float, float]]:
        """Of each process its kind, its MiB, and how many of these several processes share."""
        for pid, kind in self.processes().items():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            except OSError:  # it has just ended
                continue
            of = {name: int(size) / 1024 for name, size, *_ in map(str.split, lines)}
            yield kind, of["Pss:"], of["Pss_Shmem:"]

    def cpu(self, kind: str) -> float:
        """Seconds that the processes of one kind have computed so far."""
        spent = 0
        for pid in [pid for pid, name in self.processes().items() if name == kind]:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            spent += int(fields[11]) + int(fields[12])
        return spent / TICKS

    @contextmanager
    def stopped(self, kind: str) -> Iterator[None]:
        """The processes of one kind do nothing meanwhile."""
        pids = [pid for pid, name in self.processes().items() if name == kind]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _kind(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except OSError:  # it has just ended
        return "gone"
    return next((kind for word, kind in KINDS.items() if word in command), "supervisor")


@contextmanager
def product() -> Iterator[Product]:
    """Web, worker, PostgreSQL and Valkey on an empty folder; this process may ask its database."""
    with tempfile.TemporaryDirectory(prefix="leadportal-bench-") as folder:
        port = free_port()
        os.environ |= {"DATA_DIR": folder, "PORT": str(port), "DEMO": "0"}
        up = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "up", "--end-with-parent"],
            cwd=_world.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for line in up.stdout or ():
                if "stops everything" in line:
                    break
            import django
            from django.db import connection

            django.setup()
            _world.as_owner()
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            yield Product(port, up.pid)
            connection.close()
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Waited:
    """How long each answer took, in ms, and how many came a second."""

    each: list[float]
    rate: float

    @property
    def p50(self) -> float:
        return statistics.median(self.each)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.each, n=20)[-1]


def drive(
    port: int,
    request: Callable[[], Request | None],
    *,
    clients: int,
    seconds: float = 60.0,
    most: int = 1_000_000,
) -> Waited:
    """Clients that each ask again as soon as they are answered, until one limit is reached."""
    begin = time.perf_counter()
    numbers = count()

    def client(_: int) -> list[float]:
        connection = Client(port)
        waited = []
        while time.perf_counter() < begin + seconds and next(numbers) < most:
            if (asked := request()) is None:
                break
            began = time.perf_counter()
            status, content = connection.ask(*asked)
            assert status in (200, 201), (status, content[:300])
            waited.append((time.perf_counter() - began) * 1000)
        connection.close()
        return waited

    with ThreadPoolExecutor(clients) as pool:
        each = [wait for waits in pool.map(client, range(clients)) for wait in waits]
    return Waited(each, len(each) / (time.perf_counter() - begin))
