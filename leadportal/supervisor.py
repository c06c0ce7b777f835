"""Keep a few processes running together: started in order, stopped in reverse.

One without which nothing is true takes all with it; one that may come back is started again.

Standard library only; the processes end with this one even when it is killed (leadportal/local).
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from leadportal.local.folders import StartFailed
from leadportal.local.processes import Process

# What ends more often than this is broken, and starting it again would hide it.
RESTARTS_MAX, RESTARTS_WITHIN = 5, 60.0


class Supervisor:
    def __init__(self) -> None:
        self.processes: list[Process] = []
        self.again: dict[str, Callable[[], Process]] = {}
        self.restarted: dict[str, list[float]] = {}

    def add(self, process: Process, *, again: Callable[[], Process] | None = None) -> Process:
        """Watch over one; `again` starts its successor when it ended by itself."""
        self.processes.append(process)
        if again:
            self.again[process.name] = again
        return process

    def replace(self, old: Process, start: Callable[[], Process]) -> Process:
        """Stop one and start its successor in its place in the order."""
        place = self.processes.index(old)
        old.stop()
        self.processes[place] = new = start()
        return new

    def watch(self, every: float = 0.2) -> Iterator[str]:
        """Yield now and then what was started again, mostly nothing.

        Raises StartFailed when an essential one ended and may not come back.
        """
        while True:
            for process in [one for one in self.processes if not one.is_running()]:
                ended = f"{process.name} stopped by itself (exit code {process.popen.returncode})"
                if self.may_restart(process):
                    self.replace(process, self.again[process.name])
                    yield f"{ended} and was started again."
                elif process.essential:
                    raise StartFailed(f"{ended}, so everything is stopped.")
            yield ""
            time.sleep(every)

    def may_restart(self, process: Process) -> bool:
        if process.name not in self.again:
            return False
        now = time.monotonic()
        recent = [at for at in self.restarted.get(process.name, []) if now - at < RESTARTS_WITHIN]
        self.restarted[process.name] = [*recent, now]
        return len(recent) < RESTARTS_MAX

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
