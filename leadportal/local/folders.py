"""Where the servers of one data folder keep their files, sockets and logs."""

import hashlib
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
SOCKET_PATH_LIMIT = 100


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
    return Path("/tmp") / f"leadportal-{os.geteuid()}-{digest(data_dir)}"  # noqa: S108 - checked when made


def valkey_socket(data_dir: Path) -> Path:
    return run_dir(data_dir) / "valkey.sock"


def worker_ready(data_dir: Path) -> Path:
    """The file a worker leaves here once it takes messages."""
    return run_dir(data_dir) / "worker.ready"


def digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def make_private(folder: Path) -> Path:
    """Make a folder that only we may enter; refuse one that somebody else prepared for us."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid not in {os.geteuid(), nobody().pw_uid if os.geteuid() == 0 else -1}:
        raise StartFailed(f"The folder {folder} belongs to another user.")
    folder.chmod(0o700)
    return folder


def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def log_file(data_dir: Path, name: str) -> Path:
    """The log of one process, begun anew when the old one has grown past 10 MB."""
    path = make_private(data_dir / "log") / f"{name}.log"
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".log.1"))
    return path
