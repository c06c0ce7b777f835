"""Processes that do their share of some work side by side, timed from when all are there."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack


def side_by_side(script: str, workers: int, *work: str) -> float:
    """Seconds that so many processes of `script --worker WORKERS NUMBER WORK…` take for it.

    Each gets ready and then calls `share`.
    """
    command = [sys.executable, script, "--worker", str(workers)]
    with ExitStack() as stack:
        ready = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(number), *work],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=os.environ,
                )
            )
            for number in range(workers)
        ]
        for process in ready:
            process.stdout.readline()
        began = time.perf_counter()
        for process in ready:
            process.stdin.write(b"\n")
            process.stdin.flush()
        if any(process.stdout.readline() != b"done\n" for process in ready):
            raise SystemExit("A worker failed.")
        return time.perf_counter() - began


def share(work: Callable[[], object]) -> None:
    """Do it once the others are ready as well."""
    print("ready", flush=True)
    sys.stdin.readline()
    work()
    print("done", flush=True)
