"""Keep a few processes running together: started in order, stopped in reverse.

One without which nothing is true takes all with it. One that may come back is started again as
often as it ends, after longer and longer pauses, and the others go on.

Standard library only; the processes end with this one even when it is killed (leadportal/local).
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from leadportal.local.folders import StartFailed
from leadportal.local.processes import Process

# What ended is started again at once; if it ends again and again, after these pauses, in seconds.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)
# Who has run for so long has got over it.
WELL_AFTER = 60.0


@dataclass
class Trouble:
    """One that ended: how often in a row, when it is to be started, and what is said of it."""

    ended: int = 0
    due: float | None = None
    since: float = 0.0
    words: str = ""


class Supervisor:
    """`report` is told what is to be said of those in trouble, each time that it changes."""

    def __init__(self, report: Callable[[list[str]], None] = lambda words: None) -> None:
        self.processes: list[Process] = []
        self.again: dict[str, Callable[[], Process]] = {}
        self.troubles: dict[str, Trouble] = {}
        self.report = report

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
        """Yield now and then what became of one that ended, mostly nothing.

        Raises StartFailed when an essential one ended and may not come back.
        """
        while True:
            for process in list(self.processes):
                if process.is_running():
                    self._forgive(process)
                elif process.name in self.again:
                    yield self._bring_back(process)
                elif process.essential:
                    raise StartFailed(f"{_ended(process)}, so everything is stopped.")
            yield ""
            time.sleep(every)

    def _forgive(self, process: Process) -> None:
        trouble = self.troubles.get(process.name)
        if trouble and time.monotonic() > trouble.since + WELL_AFTER:
            del self.troubles[process.name]
            self._report()

    def _bring_back(self, process: Process) -> str:
        """Start its successor when it is time; what there is to say about it."""
        trouble = self.troubles.setdefault(process.name, Trouble())
        if trouble.due is None:
            process.stop()  # its children, if it left any
            return self._put_off(trouble, _ended(process))
        if time.monotonic() < trouble.due:
            return ""
        try:
            self.processes[self.processes.index(process)] = self.again[process.name]()
        except StartFailed as error:
            return self._put_off(trouble, str(error))
        trouble.due, trouble.since = None, time.monotonic()
        return f"{process.name} was started again."

    def _put_off(self, trouble: Trouble, why: str) -> str:
        pause = PAUSES[min(trouble.ended, len(PAUSES) - 1)]
        trouble.ended += 1
        trouble.due = time.monotonic() + pause
        times = f" for the {trouble.ended}th time" if trouble.ended > 3 else ""
        trouble.words = f"{why.rstrip('.')}{times}. Its log says why."
        self._report()
        return f"{trouble.words} It is started again {f'in {pause:.0f} s' if pause else 'now'}."

    def _report(self) -> None:
        self.report([trouble.words for trouble in self.troubles.values()])

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()


def _ended(process: Process) -> str:
    return f"{process.name} stopped by itself (exit code {process.popen.returncode})"


@contextmanager
def supervised(report: Callable[[list[str]], None] = lambda words: None) -> Iterator[Supervisor]:
    """A supervisor until the block ends, by itself or by Ctrl-C, terminate or a closed terminal."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, leave) for number in signals]
    supervisor = Supervisor(report)
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
