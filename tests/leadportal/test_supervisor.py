import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadportal.local import folders, processes
from leadportal.supervisor import Supervisor, supervised
from tests.processes import eventually

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def is_gone(process: processes.Process) -> bool:
    return process.popen.poll() is not None


def test_when_a_part_dies_everything_stops_and_the_part_is_named() -> None:
    with (
        pytest.raises(folders.StartFailed, match="The second stopped by itself"),
        supervised() as all,
    ):
        first = all.add(processes.spawn("The first", SLEEP))
        second = all.add(processes.spawn("The second", SLEEP))
        second.popen.kill()
        for _ in all.watch(every=0.01):
            pass

    assert is_gone(first)
    assert is_gone(second)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_reverse_and_is_no_failure(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    stopped: list[str] = []

    class Noted(processes.Process):
        def stop(self) -> None:
            super().stop()
            stopped.append(self.name)

    with supervised() as all:
        for name in ("database", "web"):
            process = processes.spawn(name, SLEEP)
            all.add(Noted(name, process.popen, process.stop_signal))
        os.kill(os.getpid(), number)
        time.sleep(5)  # never waited for: the signal leaves the block

    assert stopped == ["web", "database"]
    assert signal.getsignal(number) is before


def test_one_that_ignores_the_request_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "STOP_DEADLINE", 0.2)
    deaf = "trap '' TERM; sleep 60 & echo $!; wait"
    process = processes.Process(
        "deaf",
        subprocess.Popen(
            ["/bin/sh", "-c", deaf], stdout=subprocess.PIPE, text=True, start_new_session=True
        ),
        signal.SIGTERM,
    )
    child = int(process.popen.stdout.readline())

    process.stop()

    assert is_gone(process)
    # Gone, or waiting for its burial.
    command = Path(f"/proc/{child}/cmdline")
    eventually(lambda: not command.exists() or not command.read_bytes(), within=2)


def test_one_that_may_come_back_is_started_again_in_its_place() -> None:
    with supervised() as all:
        again = lambda: processes.spawn("The broker", SLEEP)  # noqa: E731
        killed = all.add(again(), again=again)
        last = all.add(processes.spawn("The web process", SLEEP))
        killed.popen.kill()
        killed.popen.wait()

        said = next(all.watch(every=0.01))

        assert said == "The broker stopped by itself (exit code -9) and was started again."
        assert all.processes[0].is_running()
        assert all.processes[0] is not killed
        assert last.is_running()


def test_one_that_keeps_ending_takes_all_with_it() -> None:
    with (
        pytest.raises(folders.StartFailed, match="The worker stopped by itself"),
        supervised() as all,
    ):
        again = lambda: processes.spawn("The worker", [sys.executable, "-c", ""])  # noqa: E731
        all.add(again(), again=again)
        for _ in zip(all.watch(every=0.05), range(400), strict=False):
            pass


def test_an_inessential_one_may_rest() -> None:
    supervisor = Supervisor()
    resting = supervisor.add(processes.spawn("resting", ["true"]))
    resting.essential = False
    resting.popen.wait()

    assert next(supervisor.watch()) == ""
