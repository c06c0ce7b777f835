import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadportal import supervisor
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
    eventually(lambda: not command.exists() or not command.read_bytes())


def test_one_that_may_come_back_is_started_again_in_its_place() -> None:
    with supervised() as all:
        again = lambda: processes.spawn("The broker", SLEEP)  # noqa: E731
        killed = all.add(again(), again=again)
        last = all.add(processes.spawn("The web process", SLEEP))
        killed.popen.kill()
        killed.popen.wait()

        said = [words for words, _ in zip(all.watch(every=0.01), range(4), strict=False) if words]

        ended, begun = said
        assert ended == (
            "The broker stopped by itself (exit code -9). Its log says why. "
            "It is started again now."
        )
        assert begun == "The broker was started again."
        assert all.processes[0].is_running()
        assert all.processes[0] is not killed
        assert last.is_running()


def test_one_that_keeps_ending_stops_nobody_and_is_reported_until_it_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.1, 0.2, 0.4))
    reports: list[list[str]] = []
    left = ["import time; time.sleep(60)", "", "", "", ""]  # the last first
    again = lambda: processes.spawn("The worker", [sys.executable, "-c", left.pop()])  # noqa: E731

    with supervised(reports.append) as all:
        web = all.add(processes.spawn("The web process", SLEEP))
        all.add(again(), again=again)
        watched = all.watch(every=0.01)
        eventually(lambda: next(watched) is not None and not left)
        assert web.is_running()
        assert reports[-1] == [
            "The worker stopped by itself (exit code 0) for the 4th time. Its log says why."
        ]

        monkeypatch.setattr(supervisor, "WELL_AFTER", 0.0)
        eventually(lambda: next(watched) == "" and reports[-1] == [])
        assert all.processes[1].is_running()


def test_one_whose_start_fails_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.1))
    reports: list[list[str]] = []

    def fails() -> processes.Process:
        raise folders.StartFailed("The broker was not ready after 30 seconds.")

    with supervised(reports.append) as all:
        all.add(processes.spawn("The broker", ["false"]), again=fails).popen.wait()
        watched = all.watch(every=0.01)
        eventually(lambda: next(watched) is not None and len(reports) > 3)

    assert "The broker was not ready after 30 seconds" in reports[-1][0]


def test_an_inessential_one_may_rest() -> None:
    all = Supervisor()
    resting = all.add(processes.spawn("resting", ["true"]))
    resting.essential = False
    resting.popen.wait()

    assert next(all.watch()) == ""
