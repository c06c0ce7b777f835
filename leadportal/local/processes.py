"""Children that end with us, in good order or not."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leadportal.local.folders import BASE_DIR, StartFailed

START_DEADLINE = 30  # seconds; a cold disk is slow, a hang is not waited for
STOP_DEADLINE = 30
PR_SET_PDEATHSIG = 1


@dataclass
class Process:
    """One child with a session of its own, and the signal that ends it in good order."""

    name: str
    popen: subprocess.Popen
    stop_signal: signal.Signals
    essential: bool = True  # when it ends by itself, the others are to stop

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def stop(self) -> None:
        if self.is_running():
            self.popen.send_signal(self.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(STOP_DEADLINE)
        # Its own children share its group; none may outlive it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(parent: int, how: signal.Signals) -> None:
    """Called in a child: have the kernel send this signal when the parent dies (Linux only)."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def spawn(
    name: str,
    command: Sequence[object],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals | None = None,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Process:
    """Start a child that the terminal's Ctrl-C does not reach and that ends when we do.

    When we are killed it gets `orphan_signal`, by default its stop signal. Call from the main
    thread: Linux counts the death of the starting thread as the parent's.
    """
    parent = os.getpid()
    output = log.open("ab") if log else None
    try:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            # The program may be called from any folder; its children import it from its own.
            cwd=BASE_DIR,
            user=user,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent, orphan_signal or stop_signal),
        )
    finally:
        if output:
            output.close()
    return Process(name, popen, stop_signal)


def wait_until(ready: Callable[[], bool], process: Process, log: Path) -> None:
    """Poll until the process answers; raise StartFailed when it ends or does not get there."""
    deadline = time.monotonic() + START_DEADLINE
    while not ready():
        if not process.is_running():
            raise StartFailed(f"{process.name} stopped while starting: {last_line(log)}")
        if time.monotonic() > deadline:
            process.stop()
            raise StartFailed(f"{process.name} was not ready after {START_DEADLINE} seconds.")
        time.sleep(0.02)


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else f"see {log}"
