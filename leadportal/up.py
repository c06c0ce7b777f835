"""`make run`: the whole product on this machine, from an empty folder to its first page.

Standard library only, as this process stays: what needs Django is done by children.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

from leadportal.local import folders, postgres, processes, valkey, variables
from leadportal.local import owner as owners
from leadportal.local.folders import BASE_DIR, StartFailed
from leadportal.probe import answers
from leadportal.supervisor import Supervisor, supervised

DATA_DIR = folders.data_dir_from(os.environ)
HOST = variables.host()
PORT = variables.port()
WEB_PROCESSES = variables.web_processes()
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
LOGS = DATA_DIR / "log"
# Threads that allocate in turn leave few holes where they share their heaps (glibc).
FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}


def main() -> None:
    parser = ArgumentParser(prog="up")
    parser.add_argument("--reload", action="store_true")
    parser.add_argument("--end-with-parent", action="store_true")
    asked = parser.parse_args()
    if asked.end_with_parent:
        processes.end_with_parent(os.getppid(), signal.SIGTERM)
    try:
        with folders.one_sentence(DATA_DIR):
            run(reload=asked.reload)
    except StartFailed as error:
        sys.exit(str(error))
    say("Stopped.\n")


def run(*, reload: bool) -> None:
    """Start everything, say where, and stay until told to stop. Raises StartFailed."""
    lock = claim_folder(DATA_DIR)
    try:
        check_port(HOST, PORT)
        lock.sign(pid=os.getpid(), command="up", url=BASE_URL)
        with supervised(say_trouble) as supervisor:
            start_and_stay(supervisor, reload=reload)
    finally:
        lock.release()


def start_and_stay(supervisor: Supervisor, *, reload: bool) -> None:
    try:
        start_servers(supervisor)
        sign_ins = prepare()
        worker = start_portal(supervisor, reload=reload)
        say(f"\nLeadPortal is at {coloured(BASE_URL)}\n\n{sign_ins}")
        if home := postgres.lives_elsewhere(DATA_DIR):
            say(f"The database is in {home}, where the user nobody may run it for root.\n")
        say(f"Logs are in {LOGS}. Ctrl-C stops everything.\n")
        stay(supervisor, worker, reload=reload)
    except StartFailed as error:
        raise StartFailed(f"{error}\nIts log: {LOGS}") from error


def say_trouble(sentences: list[str]) -> None:
    """Tell the web, which says it on /readyz; it reads whole files only."""
    path = folders.in_trouble(DATA_DIR)
    fresh = path.with_suffix(".new")
    with suppress(OSError):  # a full disk: it is said in the terminal too
        fresh.write_text("".join(f"{sentence}\n" for sentence in sentences))
        fresh.rename(path)


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def coloured(text: str) -> str:
    """Green and bold where somebody looks."""
    return f"\x1b[32;1m{text}\x1b[0m" if sys.stdout.isatty() else text


# --- before anything starts --------------------------------------------------------------------


def claim_folder(data_dir: Path) -> owners.Lock:
    """The folder's lock; another `up` is named, a command that is using it is waited for."""
    lock = owners.owner_lock(data_dir)
    deadline = time.monotonic() + processes.START_DEADLINE
    while not lock.take():
        owner = lock.read()
        if owner.get("command") == "up":
            raise StartFailed(
                f"LeadPortal already runs in {data_dir}, at {owner.get('url')} "
                f"(process {owner.get('pid')})."
            )
        if time.monotonic() > deadline:
            raise StartFailed(f"A command (process {owner.get('pid')}) is using {data_dir}.")
        time.sleep(0.1)
    return lock


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartFailed(
                    f"Cannot listen on {variables.netloc(host, port)}: {error.strerror}."
                ) from error
            raise StartFailed(
                f"Port {port} is taken by another program; choose one: PORT={port + 1} make run"
            ) from error


# --- the parts ---------------------------------------------------------------------------------


def start_servers(supervisor: Supervisor) -> None:
    if "DATABASE_URL" not in os.environ:
        supervisor.add(postgres.start_postgres(DATA_DIR))
    if "REDIS_URL" not in os.environ:
        # It holds hints only: without it things are slower for a moment, and nothing is lost.
        supervisor.add(valkey.start_valkey(DATA_DIR), again=lambda: valkey.start_valkey(DATA_DIR))


def prepare() -> str:
    """Database, demonstration and static files as web and worker want them; who can sign in.

    What takes long is said at once, and what went wrong, too.
    """
    parent = os.getpid()
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=BASE_DIR,
        env=os.environ | {"LEADPORTAL_PROCESS": "prepare"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: processes.end_with_parent(parent, signal.SIGKILL),
    )
    if done.returncode:
        raise StartFailed("The database or the static files could not be brought to this version.")
    return done.stdout


def start_portal(supervisor: Supervisor, *, reload: bool) -> processes.Process:
    say_trouble([])
    # While somebody types, the next change starts it; else nobody would.
    again = None if reload else lambda: start_worker(reload=False)
    worker = supervisor.add(start_worker(reload=reload), again=again)
    web = supervisor.add(start_web(reload=reload))
    # Where it listens everywhere, it does so here too.
    asked = variables.netloc({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(HOST, HOST), PORT)  # noqa: S104
    processes.wait_until(lambda: answers(f"http://{asked}/healthz"), web, LOGS / "web.log")
    processes.wait_until(folders.worker_ready(DATA_DIR).exists, worker, LOGS / "worker.log")
    return worker


def start_worker(*, reload: bool) -> processes.Process:
    ready = folders.worker_ready(DATA_DIR)
    ready.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "celery", "--app", "leadportal", "worker", "--beat"),
        *("--schedule", DATA_DIR / "beat-schedule", "--queues", "score,deliver,bulk"),
        *("--without-gossip", "--without-mingle"),
    ]
    worker = processes.spawn(
        "The worker",
        command,
        # Without us the broker is gone as well, and a soft stop would wait for it.
        orphan_signal=signal.SIGKILL,
        log=None if reload else folders.log_file(DATA_DIR, "worker"),
        env=os.environ | FEW_HEAPS | {"LEADPORTAL_PROCESS": "worker", "WORKER_READY": str(ready)},
    )
    # A slip while typing ends it until the next change.
    worker.essential = not reload
    return worker


def start_web(*, reload: bool) -> processes.Process:
    said = {
        "LEADPORTAL_PROCESS": "web",
        "HOST": HOST,
        "PORT": str(PORT),
        # Gunicorn reads it too, before our settings, and knows no empty one.
        "WEB_CONCURRENCY": str(WEB_PROCESSES),
        "IN_TROUBLE": str(folders.in_trouble(DATA_DIR)),
    }
    return processes.spawn(
        "The web process",
        [sys.executable, "-m", "gunicorn", "--config", "python:leadportal.gunicorn"],
        log=None if reload else folders.log_file(DATA_DIR, "web"),
        env=os.environ | FEW_HEAPS | said | ({"WEB_RELOAD": "1"} if reload else {}),
    )


# --- while it runs -----------------------------------------------------------------------------


def stay(supervisor: Supervisor, worker: processes.Process, *, reload: bool) -> None:
    seen = newest_code()
    for restarted in supervisor.watch():
        for name in folders.LOGS:
            folders.rotate(LOGS / f"{name}.log")
        if restarted:
            print(restarted, file=sys.stderr, flush=True)
        # Gunicorn reloads itself; Celery does not.
        if reload and (now := newest_code()) != seen:
            seen = now
            worker = supervisor.replace(worker, lambda: start_worker(reload=True))


def newest_code() -> float:
    """When a Python file of ours last changed."""
    newest = 0.0
    for folder in ("accounts", "funnel", "leads", "leadportal"):
        for path in (BASE_DIR / folder).rglob("*.py"):
            with suppress(FileNotFoundError):  # an editor replaces files while we look
                newest = max(newest, path.stat().st_mtime)
    return newest


if __name__ == "__main__":
    main()
