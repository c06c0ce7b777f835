"""Keep a few processes running together: started in order, stopped in reverse, never some of them.

Standard library only; the processes end with this one even when it is killed (leadportal/local.py).
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from leadportal.local import Process, StartFailed


class Supervisor:
    def __init__(self) -> None:
        self.processes: list[Process] = []

    def add(self, process: Process) -> Process:
        self.processes.append(process)
        return process

    def replace(self, old: Process, start: Callable[[], Process]) -> Process:
        """Stop one and start its successor in its place in the order."""
        place = self.processes.index(old)
        old.stop()
        self.processes[place] = new = start()
        return new

    def watch(self, every: float = 0.2) -> Iterator[None]:
        """Yield now and then while all run; raise StartFailed when an essential one ended."""
        while True:
            for process in self.processes:
                if process.essential and not process.is_running():
                    raise StartFailed(
                        f"{process.name} stopped by itself (exit code {process.popen.returncode}), "
                        "so everything is stopped."
                    )
            yield
            time.sleep(every)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()


@contextmanager
def supervised() -> Iterator[Supervisor]:
    """A supervisor until the block ends, by itself or by Ctrl-C, terminate or a closed terminal."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, leave) for number in signals]
    supervisor = Supervisor()
    try:
        with suppress(SystemExit):
            yield supervisor
    finally:
        # Impatience must not leave half of them running.
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
