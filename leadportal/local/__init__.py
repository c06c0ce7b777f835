"""PostgreSQL and Valkey for one machine: real servers from wheels, on unix sockets, in one folder.

Whoever starts them owns them: they end with their owner, also when it is killed. A second command
on the same folder attaches to the running ones. Standard library only, so that settings and
manage.py can import it before anything else is there.
"""

from leadportal.local.folders import (
    BASE_DIR,
    SOCKET_PATH_LIMIT,
    StartFailed,
    data_dir_from,
    log_file,
    make_private,
    run_dir,
    valkey_socket,
)
from leadportal.local.owner import Lock, attach_or_start, owner_lock
from leadportal.local.postgres import DATABASE, start_postgres
from leadportal.local.processes import (
    START_DEADLINE,
    Process,
    end_with_parent,
    spawn,
    wait_until,
)
from leadportal.local.valkey import start_valkey

__all__ = [
    "BASE_DIR",
    "DATABASE",
    "SOCKET_PATH_LIMIT",
    "START_DEADLINE",
    "Lock",
    "Process",
    "StartFailed",
    "attach_or_start",
    "data_dir_from",
    "end_with_parent",
    "log_file",
    "make_private",
    "owner_lock",
    "run_dir",
    "spawn",
    "start_postgres",
    "start_valkey",
    "valkey_socket",
    "wait_until",
]
