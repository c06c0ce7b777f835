"""Where the servers of one data folder keep their files, sockets and logs."""

import errno
import hashlib
import os
import pwd
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
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


def in_trouble(data_dir: Path) -> Path:
    """The file in which the supervisor says which parts keep ending, a sentence a line."""
    return run_dir(data_dir) / "in-trouble"


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


# What a disk says that takes no more, whatever file it was about.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@contextmanager
def one_sentence(data_dir: Path) -> Iterator[None]:
    """Raise StartFailed where the data folder refused: read-only, full, not ours, not a folder."""
    try:
        yield
    except OSError as error:
        about = (
            Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
        )
        inside = about is not None and (data_dir == about or data_dir in about.parents)
        # A parent that is no folder, or that may not be written to, is named itself.
        above = about is not None and about in data_dir.parents
        if not (inside or above or error.errno in NO_ROOM):
            raise
        raise StartFailed(
            f"The folder {data_dir} cannot be used: {error.strerror}. "
            "Make room or name another one with DATA_DIR."
        ) from error


LOGS = ("web", "worker", "postgres", "valkey")
LOG_BYTES = 10_000_000


def log_file(data_dir: Path, name: str) -> Path:
    """The log of one process."""
    path = make_private(data_dir / "log") / f"{name}.log"
    rotate(path)
    return path


def rotate(path: Path, most: int = LOG_BYTES) -> None:
    """Begin a log anew when it has grown past its size, and keep the one before.

    Whoever writes goes on writing to the same file, which they opened to append: it is copied and
    emptied. A line that comes between the two is lost, as is the copy where the disk is full.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size <= most:
            return
        with suppress(OSError):
            shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
