"""`make run`: the whole product on this machine, from an empty folder to its first page."""

import errno
import hashlib
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from leadportal.celery import app
from leadportal.local import folders, postgres, processes, valkey
from leadportal.local import owner as owners
from leadportal.probe import answers
from leadportal.supervisor import Supervisor, supervised
from leads.demo.cast import SIGN_INS
from leads.models import Lead

HOST = os.environ.get("HOST", "127.0.0.1")


class Command(BaseCommand):
    help = "Run everything on this machine until Ctrl-C: database, broker, web, worker and beat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reload", action="store_true", help="restart web and worker when code changes"
        )
        parser.add_argument(
            "--end-with-parent",
            action="store_true",
            help="stop when the process that started this one is killed (Linux)",
        )

    def handle(self, *, reload: bool, end_with_parent: bool, **options: object) -> None:
        if end_with_parent:
            processes.end_with_parent(os.getppid(), signal.SIGTERM)
        lock = claim_folder(settings.DATA_DIR)
        check_port(HOST, settings.PORT)
        lock.sign(pid=os.getpid(), command="up", url=settings.BASE_URL)
        try:
            with supervised() as supervisor:
                self.start_servers(supervisor)
                self.prepare()
                worker = self.start_portal(supervisor, reload=reload)
                self.say_where()
                self.stay(supervisor, worker, reload=reload)
            self.stdout.write("Stopped.")
        except folders.StartFailed as error:
            raise CommandError(f"{error}\nIts log: {settings.DATA_DIR / 'log'}") from error
        finally:
            lock.release()

    def start_servers(self, supervisor: Supervisor) -> None:
        if settings.EMBEDDED:
            supervisor.add(postgres.start_postgres(settings.DATA_DIR))
        if "REDIS_URL" not in os.environ:
            # It holds hints only: without it things are slower for a moment, and nothing is lost.
            supervisor.add(
                valkey.start_valkey(settings.DATA_DIR),
                again=lambda: valkey.start_valkey(settings.DATA_DIR),
            )

    def prepare(self) -> None:
        """Bring database and static files to this version; fill an empty demonstration."""
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEMO and not Lead.objects.exists():
            self.stdout.write("Making a year of demonstration data …")
            call_command("seed_demo")
        if not settings.DEBUG:  # then they are served from where they lie
            collect_static(settings.STATIC_ROOT)

    def start_portal(self, supervisor: Supervisor, *, reload: bool) -> processes.Process:
        # While somebody types, the next change starts it; else nobody would.
        again = None if reload else lambda: start_worker(reload=False)
        worker = supervisor.add(start_worker(reload=reload), again=again)
        web = supervisor.add(start_web(reload=reload))
        logs = settings.DATA_DIR / "log"
        asked = "127.0.0.1" if HOST == "0.0.0.0" else HOST  # noqa: S104 - compared, not bound
        processes.wait_until(
            lambda: answers(f"http://{asked}:{settings.PORT}/healthz"), web, logs / "web.log"
        )
        processes.wait_until(
            lambda: bool(app.control.ping(timeout=1, limit=1)), worker, logs / "worker.log"
        )
        return worker

    def say_where(self) -> None:
        users = get_user_model().objects
        self.stdout.write(f"\nLeadPortal is at {self.style.SUCCESS(settings.BASE_URL)}\n\n")
        if users.filter(email__in=[email for _, email, _ in SIGN_INS]).exists():
            for role, email, password in SIGN_INS:
                self.stdout.write(f"  {role:<18} {email:<34} {password}\n")
            self.stdout.write("\n")
        if not users.exists():
            self.stdout.write(
                "Nobody can sign in yet. Make the first admin, in another terminal:\n"
                "  .venv/bin/python manage.py create_user you@company.com --role admin\n\n"
            )
        self.stdout.write(f"Logs are in {settings.DATA_DIR / 'log'}. Ctrl-C stops everything.")
        self.stdout.flush()
        connections.close_all()

    def stay(self, supervisor: Supervisor, worker: processes.Process, *, reload: bool) -> None:
        seen = newest_code()
        for restarted in supervisor.watch():
            if restarted:
                self.stderr.write(restarted)
            # Gunicorn reloads itself; Celery does not.
            if reload and (now := newest_code()) != seen:
                seen = now
                worker = supervisor.replace(worker, lambda: start_worker(reload=True))


# --- before anything starts --------------------------------------------------------------------


def claim_folder(data_dir: Path) -> owners.Lock:
    """The folder's lock; another `up` is named, a command that is using it is waited for."""
    lock = owners.owner_lock(data_dir)
    deadline = time.monotonic() + processes.START_DEADLINE
    while not lock.take():
        owner = lock.read()
        if owner.get("command") == "up":
            raise CommandError(
                f"LeadPortal already runs in {data_dir}, at {owner.get('url')} "
                f"(process {owner.get('pid')})."
            )
        if time.monotonic() > deadline:
            raise CommandError(f"A command (process {owner.get('pid')}) is using {data_dir}.")
        time.sleep(0.1)
    return lock


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
            raise CommandError(
                f"Port {port} is taken by another program; choose one: PORT={port + 1} make run"
            ) from error


# --- the parts ---------------------------------------------------------------------------------


def start_worker(*, reload: bool) -> processes.Process:
    command = [
        *(sys.executable, "-m", "celery", "--app", "leadportal", "worker", "--beat"),
        *("--schedule", settings.DATA_DIR / "beat-schedule", "--queues", "score,deliver,bulk"),
        *("--without-gossip", "--without-mingle"),
    ]
    worker = processes.spawn(
        "The worker",
        command,
        # Without us the broker is gone as well, and a soft stop would wait for it.
        orphan_signal=signal.SIGKILL,
        log=None if reload else folders.log_file(settings.DATA_DIR, "worker"),
        env=os.environ | {"LEADPORTAL_PROCESS": "worker"},
    )
    # A slip while typing ends it until the next change.
    worker.essential = not reload
    return worker


def start_web(*, reload: bool) -> processes.Process:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:leadportal.gunicorn"]
    return processes.spawn(
        "The web process",
        [*command, "--reload"] if reload else command,
        log=None if reload else folders.log_file(settings.DATA_DIR, "web"),
        env=os.environ | {"LEADPORTAL_PROCESS": "web", "HOST": HOST, "PORT": str(settings.PORT)},
    )


def newest_code() -> float:
    """When a Python file of ours last changed."""
    newest = 0.0
    for folder in ("accounts", "funnel", "leads", "leadportal"):
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            with suppress(FileNotFoundError):  # an editor replaces files while we look
                newest = max(newest, path.stat().st_mtime)
    return newest


def collect_static(root: Path) -> None:
    """Collect, hash and compress, unless the files are those of last time."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            seen.update(f"{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    stamp = root / ".collected"
    if not stamp.exists() or stamp.read_text() != seen.hexdigest():
        call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
        stamp.write_text(seen.hexdigest())
