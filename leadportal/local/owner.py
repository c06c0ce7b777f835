"""One owner of the servers of a folder, and many users."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leadportal.local.folders import StartFailed, make_private
from leadportal.local.postgres import is_postgres_ready, start_postgres
from leadportal.local.processes import START_DEADLINE, Process
from leadportal.local.valkey import start_valkey


class Lock:
    """An advisory lock on a file of the data folder; the kernel drops it with its holder."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a+")

    def take(self, how: int = fcntl.LOCK_EX, *, wait: bool = False) -> bool:
        try:
            fcntl.flock(self.file, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, **facts: object) -> None:
        self.file.truncate(0)
        self.file.write(json.dumps(facts))
        self.file.flush()

    def read(self) -> dict:
        self.file.seek(0)
        with suppress(ValueError):
            return json.loads(self.file.read())
        return {}

    def release(self) -> None:
        self.file.close()


def owner_lock(data_dir: Path) -> Lock:
    return Lock(make_private(data_dir) / "owner.lock")


@contextmanager
def attach_or_start(data_dir: Path, *, valkey: bool = True) -> Iterator[None]:
    """Use the servers of this folder: those that run, or our own for as long as this lasts.

    Our own wait at the end for the commands that attached to them meanwhile. Raises StartFailed.
    """
    owner, users = owner_lock(data_dir), Lock(data_dir / "users.lock")
    deadline = time.monotonic() + START_DEADLINE
    try:
        while not owner.take():
            if users.take(fcntl.LOCK_SH) and is_postgres_ready(data_dir):
                yield
                return
            if time.monotonic() > deadline:
                raise StartFailed(f"The servers of {data_dir} did not answer.")
            time.sleep(0.05)
        owner.sign(pid=os.getpid(), command="manage.py")
        started: list[Process] = []
        try:
            started.append(start_postgres(data_dir))
            if valkey:
                started.append(start_valkey(data_dir))
            yield
            users.take(wait=True)
        finally:
            for process in reversed(started):
                process.stop()
    finally:
        users.release()
        owner.release()
